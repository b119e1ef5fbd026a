using System.Text.Json;
using Kindred.Data.Pictures;

namespace Kindred.Cli.Tests;

/// <summary>Two finished runs and one that was stopped, of a network of a few weights on pictures that are made here: trained once for all tests that look at runs.</summary>
public sealed class TinyRuns : IDisposable
{
    public TinyRuns()
    {
        Pictures(Path.Combine(Folder, "pictures"));
        File.WriteAllText(Recipe, $$"""
            method: simclr
            options: { hidden: 8, dim: 8, headNorm: false }
            encoder: { name: convnet, width: 2 }
            views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }, flip], normalize: half }]
            data: "folder:{{Path.Combine(Folder, "pictures")}}?split=train"
            train: { epochs: 2, batch: 8, logEvery: 1, optimizer: { name: sgd, learningRate: 0.05 } }
            evaluate: [{ knn: { k: 5 } }]
            """);
        First = Train("first");
        Train("second", "options.dim=4", "train.epochs=3");
        Train("stopped", "--max-steps", "2");
    }

    /// <summary>Where everything lies.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("kindred-tiny-").FullName;

    /// <summary>The recipe.</summary>
    public string Recipe => Path.Combine(Folder, "tiny.yaml");

    /// <summary>The folder of runs.</summary>
    public string Runs => Path.Combine(Folder, "runs");

    /// <summary>What the first run said at its end.</summary>
    public JsonElement First { get; }

    /// <summary>A run's folder.</summary>
    public string Run(string name) => Path.Combine(Runs, name);

    /// <summary>A copy of a run that a test may spoil.</summary>
    public string Copy(string name)
    {
        var copy = Path.Combine(Directory.CreateTempSubdirectory("kindred-copy-").FullName, name);
        foreach (var file in Directory.EnumerateFiles(Run(name), "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Run(name), file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return copy;
    }

    /// <summary>Trains the recipe.</summary>
    public JsonElement Train(string name, params string[] words)
    {
        var (code, output, errors) = Cli.Run(["train", Recipe, "--out", Run(name), "--json", .. words]);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>A few pictures of two classes in two parts.</summary>
    public static void Pictures(string folder, int side = 16)
    {
        var random = new Random(1);
        foreach (var (split, count) in new[] { ("train", 32), ("test", 8) })
        {
            for (var i = 0; i < count; i++)
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, split, i % 2 == 0 ? "dark" : "light")).FullName;
                var picture = new Picture(side, side, 3);
                for (var p = 0; p < side * side * 3; p++) picture.Pixels[p] = (byte)(random.Next(60) + (i % 2 * 120));
                PngWriter.Write(Path.Combine(place, $"{i}.png"), picture);
            }
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
