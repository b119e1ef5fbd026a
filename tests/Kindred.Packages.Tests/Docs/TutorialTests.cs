using Kindred.Packages.Tests.Packed;

namespace Kindred.Packages.Tests.Docs;

/// <summary>The tutorial's commands, run one after another as a reader would, on some small pictures.</summary>
public sealed class TutorialTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-tutorial-").FullName;

    public TutorialTests()
    {
        // Photographs without labels, one of them asked for by name, and some with labels.
        foreach (var i in Enumerable.Range(0, 24)) Write(Path.Combine("photos", i == 5 ? "cat.jpg" : $"{i:00}.png"), i);
        foreach (var i in Enumerable.Range(0, 48)) Write(Path.Combine("labelled", i % 2 == 0 ? "train" : "test", i % 24 < 12 ? "red" : "green", $"{i:00}.png"), i % 24);
    }

    void Write(string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        File.WriteAllBytes(Path.Combine(folder, path), Feed.Png(number));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Pages_two_three_and_five_can_be_followed()
    {
        foreach (var page in (string[])["2-your-pictures", "3-evaluation", "5-deploy"])
        {
            foreach (var block in Pages.Blocks($"docs/tutorial/{page}.md").Where(b => b.Language == "bash"))
            {
                foreach (var words in Shell.Commands(block.Text))
                {
                    // Studies take an hour, and ./do sample is a test of its own.
                    if (words[0] != "kindred" || words is [_, "study", ..]) continue;
                    var start = Repository.Start(folder, "dotnet", [Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll"), .. words[1..], .. Shorter(words)]);
                    start.Environment["KINDRED_THREADS"] = "1";
                    var (code, output) = Repository.Run(start);
                    // Copies among the pictures are a finding, which is code 1.
                    Assert.True(code == 0 || (code == 1 && words is [_, "data", ..]), $"{block}: {string.Join(' ', words)} ended with {code}:\n{output}");
                }
            }
        }
        foreach (var left in (string[])["views.png", "runs/photos/run.json", "photos.npy", "found.png", "encoder.onnx"]) Assert.True(File.Exists(Path.Combine(folder, left)), $"{left} is not there");
    }

    // A reader trains for as long as it takes.
    static string[] Shorter(string[] words) => words[1] == "train" ? ["--max-steps", "2", "train.batch=8", "train.precision=fp32"] : [];
}
