using System.Diagnostics;
using System.Text.Json;
using Kindred.Io;

namespace Kindred.Cli.Tests;

/// <summary>From a folder of photographs, none of them labelled, to what is like one of them: the commands that the documentation names, one after another.</summary>
/// <remarks>200 pictures; KINDRED_LARGE=1 takes 2,000, and 10⁵ for the vectors.</remarks>
public sealed class PhotographsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred photos ").FullName;

    string At(string name) => Path.Combine(folder, name);

    // As a person calls it: from a folder of their own, with names as they are.
    (int Code, string Output, string Errors) Kindred(params string[] words)
    {
        var start = Cli.Start(words);
        start.WorkingDirectory = folder;
        return Cli.Run(start);
    }

    JsonElement Json(params string[] words)
    {
        var (code, output, errors) = Kindred(words);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
    }

    [Fact]
    public void Four_commands_lead_from_a_folder_to_what_is_alike()
    {
        var count = Photographs.Large ? 2000 : 200;
        Photographs.Fill(At("meine Fotos"), count);
        Photographs.Again(At("query.jpg"));

        var scanned = Json("data", "scan", "folder:meine Fotos", "--json");
        Assert.Equal(count + 3, scanned.GetProperty("samples").GetInt32());
        string[] small = ["encoder={ name: small-resnet, width: 8, grid: 2 }", "views.0.of.0.crop.size=48", "train.epochs=2", "train.batch=32", "train.warmup=0", "train.workers=1"];
        var trained = Json(["train", "simclr.photos", "--data", "folder:meine Fotos", "--out", "runs/photos", "--json", .. small]);
        Assert.True(trained.GetProperty("finished").GetBoolean());
        Assert.StartsWith("kindred eval geometry --run runs/photos", trained.GetProperty("next").GetString());
        Assert.True(File.Exists(At("runs/photos/eval/geometry.json")));
        Assert.Contains("cut.jpg", File.ReadAllText(At("runs/photos/bad-samples.jsonl")), StringComparison.Ordinal);

        var vectors = Json("embed", "runs/photos", "--out", "photos.npy", "--json");
        Assert.Equal(count + 2, vectors.GetProperty("count").GetInt32());
        Assert.Equal("cut.jpg", Assert.Single(vectors.GetProperty("skipped").EnumerateArray()).GetProperty("name").GetString());
        var names = File.ReadAllLines(At("photos.npy.names.csv"));
        Assert.Contains(names, n => n.Contains(Photographs.Twin, StringComparison.Ordinal));
        Assert.DoesNotContain(names, n => n.Contains("notes.txt", StringComparison.Ordinal) || n.Contains("cut.jpg", StringComparison.Ordinal));
        Assert.Equal(count + 2, Npy.Read(At("photos.npy")).Shape[0]);

        string[] Found(string query) => [.. Json("search", "runs/photos", "--query", query, "--k", "3", "--json").EnumerateArray().Select(n => n.GetProperty("name").GetString()!)];
        Assert.Equal([Photographs.Original, Photographs.Twin], Found($"meine Fotos/{Photographs.Original}")[..2]);
        Assert.Contains(Found("query.jpg")[0], new[] { Photographs.Original, Photographs.Twin });
    }

    /// <summary>Killed without warning at random moments, wherever they fall, and called again: the file has the bytes of one that was never disturbed.</summary>
    [Fact]
    public void Vectors_of_many_pictures_are_the_same_however_often_the_process_was_killed()
    {
        var count = Photographs.Large ? 100_000 : 2_000;
        Photographs.FillSmall(At("many"), count);
        File.WriteAllText(At("r.yaml"), """
            method: simclr
            data: "folder:many"
            encoder: { name: convnet, width: 4 }
            views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }], normalize: half }]
            train: { epochs: 1, batch: 16, workers: 1, precision: fp32, optimizer: { name: sgd, learningRate: 0.01 } }
            """);
        Assert.Equal(0, Kindred("train", "r.yaml", "--out", "run", "--max-steps", "1").Code);
        string[] words = ["embed", "run", "--data", "folder:many", "--batch", "2", "--out"];
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, Kindred([.. words, "whole.npy"]).Code);
        var whole = clock.Elapsed;
        var (random, under, kills) = (new Random(1), 0, Photographs.Large ? 20 : 4);
        for (var kill = 0; kill < kills && !File.Exists(At("killed.npy")); kill++)
        {
            var start = Cli.Start([.. words, "killed.npy"]);
            start.WorkingDirectory = folder;
            using var process = Process.Start(start)!;
            // Half of them from the start on, loading included; half once it writes, which a slow machine may do for the least part of the time.
            if (kill % 2 == 1) process.WaitForExit(whole * random.NextDouble());
            else
            {
                while (!process.HasExited && !File.Exists(At("killed.npy.partial/rows.f32"))) Thread.Sleep(1);
                process.WaitForExit(TimeSpan.FromMilliseconds(random.Next(Photographs.Large ? 20_000 : 500)));
            }
            process.Kill();
            process.WaitForExit();
            if (Directory.Exists(At("killed.npy.partial"))) under++;
        }
        Assert.True(under > 0, "no kill fell while it was writing");
        Assert.Equal(0, Kindred([.. words, "killed.npy"]).Code);
        foreach (var ending in new[] { "", ".names.csv", ".manifest.json" })
            Assert.True(File.ReadAllBytes(At($"whole.npy{ending}")).AsSpan().SequenceEqual(File.ReadAllBytes(At($"killed.npy{ending}"))), ending);
        Assert.False(Directory.Exists(At("killed.npy.partial")));
        Assert.Equal(count, Npy.Read(At("killed.npy")).Shape[0]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
