using System.Security.Cryptography;
using Kindred.Data.Pictures;

namespace Kindred.Cli.Tests.Reliability;

/// <summary>64 small pictures, a recipe for them, and a finished run of 24 steps with a checkpoint at every fourth: tests work on copies.</summary>
public sealed class SmallRun : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-small-").FullName;
    int copies;

    public SmallRun()
    {
        for (var i = 0; i < 64; i++) Draw(Path.Combine(Data, $"c{i % 4}", $"{i:D2}.png"), i);
        File.WriteAllText(Recipe, $$"""
            method: simclr
            title: Small
            paper: none
            data: "folder:{{Data}}"
            options: { dim: 8 }
            encoder: { name: small-resnet, width: 4, grid: 1 }
            views:
              - { name: global, count: 2, of: [{ crop: { size: 16, scale: [0.5, 1] } }, flip], normalize: half }
            train: { epochs: 6, batch: 16, warmup: 0, checkpointEvery: 4, keep: 20, workers: 1, optimizer: { name: sgd, learningRate: 0.05 } }
            """);
        var (code, _, errors) = Train(Done);
        if (code != 0) throw new InvalidOperationException(errors);
    }

    public string Data => Path.Combine(folder, "pictures");

    public string Recipe => Path.Combine(folder, "small.yaml");

    /// <summary>The finished run; not to be touched.</summary>
    public string Done => Path.Combine(folder, "run");

    /// <summary>A path that nothing lies at.</summary>
    public string Fresh(string name) => Path.Combine(folder, $"{name}-{copies++}");

    public (int Code, string Output, string Errors) Train(string run, params string[] words) => Cli.Run(["train", Recipe, "--out", run, .. words]);

    /// <summary>A copy of a folder, with the times of its files.</summary>
    public string Copy(string of, string name)
    {
        var to = Fresh(name);
        foreach (var file in Directory.EnumerateFiles(of, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(of, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }
        return to;
    }

    public static string Checkpoint(string run, int step) => Path.Combine(run, "checkpoints", $"step-{step:D9}");

    /// <summary>Every file below a folder with the hash of its content.</summary>
    public static IReadOnlyList<string> Content(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetRelativePath(folder, f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"),
    ];

    public static void Draw(string path, int seed)
    {
        const int Side = 20;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var picture = new Picture(Side, Side, 3);
        new Random(seed).NextBytes(picture.Span);
        PngWriter.Write(path, picture);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
