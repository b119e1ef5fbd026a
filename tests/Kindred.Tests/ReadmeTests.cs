using System.Text.RegularExpressions;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;
using Kindred.Experiments.Recipes;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests;

/// <summary>The C# example of README.md compiles, runs, and is the text below.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-readme-").FullName;

    [Fact]
    public void The_example_trains_and_encodes()
    {
        WritePictures(8);
        var printed = Run([$"data=folder:{folder}", "train.epochs=1", "train.batch=4"]);
        Assert.StartsWith("8 pictures, loss ", printed[0], StringComparison.Ordinal);
        Assert.StartsWith("8 × ", printed[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_objective_gives_a_gradient() => Assert.Equal([512, 128], Gradient());

    [Fact]
    public void The_readme_shows_this_code()
    {
        var shown = Lines(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        var here = Lines(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Kindred.Tests", "ReadmeTests.cs")));
        foreach (var part in new[] { "training", "objective" })
        {
            var code = here[(here.IndexOf($"// {part}:") + 1)..here.IndexOf($"// end of {part}")];
            Assert.True(code.Count > 2);
            Assert.All(code, line => Assert.Contains(line, shown));
        }
    }

    static List<string> Run(string[] changes)
    {
        var console = new List<string>();
        // training:
        var recipe = Shipped.Load("simclr", changes);                            // or Recipe.Load(path, …), one of your own
        using var experiment = Experiment.Build(recipe.First);                   // data, network, optimizer
        var result = experiment.Trainer().Fit();
        console.Add($"{result.Samples} pictures, loss {result.Loss:0.000}");

        experiment.Method.Eval();
        foreach (var batch in experiment.Data.Plain(batch: 64))
        {
            using var scope = Scope.Open();                                      // every tensor born here dies here
            using var _ = NoGradient.Begin();
            var features = ((IEncodes)experiment.Method).Features(batch.Tensors().Views[0]);
            console.Add(string.Join(" × ", features.Shape));                     // one row of features a picture
        }
        // end of training
        return console;
    }

    static long[] Gradient()
    {
        // objective:
        using var scope = Scope.Open();
        var z = Tensor.Randn([512, 128]).RequiresGrad_();                        // rows i and i + 256: two views of one picture
        NtXent.Loss(z, temperature: 0.5).Backward();
        // end of objective
        return z.Grad!.Shape;
    }

    // The README prints where this file collects lines, and columns of comments may differ.
    static List<string> Lines(string text) =>
        [.. text.Split('\n').Select(l => Spaces().Replace(l.Trim().Replace("console.Add(", "Console.WriteLine(", StringComparison.Ordinal), " ")).Where(l => l.Length > 0)];

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    void WritePictures(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var picture = new Picture(32, 32, 3);
            new Random(i).NextBytes(picture.Span);
            PngWriter.Write(Path.Combine(folder, $"{i}.png"), picture);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
