using System.Diagnostics;
using System.Text.Json;
using Kindred.Data.Pictures;

namespace Kindred.Cli.Tests;

/// <summary>From a folder of pictures without labels to what is like a picture, each step a command.</summary>
public sealed class EmbeddingVerbsTests(EmbeddingVerbsTests.Trained trained) : IClassFixture<EmbeddingVerbsTests.Trained>
{
    string Flat => $"folder:{trained.At("flat")}";

    static JsonElement Json((int Code, string Output, string Errors) ran)
    {
        Assert.True(ran.Code == 0, ran.Errors);
        return JsonDocument.Parse(ran.Output.Trim().Split('\n')[^1]).RootElement;
    }

    [Fact]
    public void A_picture_finds_itself_in_a_flat_folder_and_a_sheet_shows_it()
    {
        var found = Json(Cli.Run("search", trained.Run, "--data", Flat, "--query", trained.At("flat/p05.png"), "--k", "3", "--sheet", trained.At("sheet.png"), "--json"));
        Assert.Equal("p05.png", found[0].GetProperty("name").GetString());
        Assert.Equal([1, 2, 3], found.EnumerateArray().Select(n => n.GetProperty("rank").GetInt32()));
        Assert.InRange(found[0].GetProperty("score").GetDouble(), 0.9999, 1.0001);
        Assert.True(new FileInfo(trained.At("sheet.png")).Length > 100);
        var several = Json(Cli.Run("search", trained.Run, "--data", Flat, "--query", "p01.png", "--query", "p02.png", "--k", "1", "--json"));
        Assert.Equal(["p01.png", "p02.png"], several.EnumerateArray().Select(a => a.GetProperty("neighbours")[0].GetProperty("name").GetString()));
    }

    [Fact]
    public void Vectors_become_an_index_that_is_searched_grown_and_verified()
    {
        var manifest = Json(Cli.Run("embed", trained.Run, "--data", Flat, "--out", trained.At("v.npy"), "--layer", "z", "--json"));
        Assert.Equal((40, "z"), (manifest.GetProperty("count").GetInt32(), manifest.GetProperty("layer").GetString()));
        var built = Json(Cli.Run("index", "build", trained.At("v.npy"), "--out", trained.At("v.index"), "--kind", "graph", "--json"));
        Assert.Equal((40, "graph"), (built.GetProperty("count").GetInt32(), built.GetProperty("kind").GetString()));
        Assert.Equal("p03.png", Json(Cli.Run("index", "search", trained.At("v.index"), "--query", "p03.png", "--json"))[0].GetProperty("name").GetString());
        Assert.Equal("p07.png", Json(Cli.Run("search", trained.At("v.index"), "--query", trained.At("flat/p07.png"), "--json"))[0].GetProperty("name").GetString());
        Assert.Equal(80, Json(Cli.Run("index", "add", trained.At("v.index"), trained.At("v.npy"), "--out", trained.At("w.index"), "--json"))
            .GetProperty("count").GetInt32());
        Assert.Equal(0, Cli.Run("index", "info", trained.At("w.index"), "--verify").Code);
        var some = Json(Cli.Run("index", "search", trained.At("v.index"), "--query", "p03.png", "--where", "name=p1*", "--json"));
        Assert.Equal(10, some.EnumerateArray().Count(n => n.GetProperty("name").GetString()!.StartsWith("p1", StringComparison.Ordinal)));
    }

    [Fact]
    public void Maps_duplicates_selections_and_suggestions_are_tables()
    {
        File.WriteAllText(trained.At("labels.csv"), "name,label\np00.png,dark\np39.png,light\n");
        string[] Lines(params string[] words)
        {
            var ran = Cli.Run([words[0], trained.Run, "--data", Flat, "--out", trained.At("t.csv"), .. words[1..]]);
            Assert.True(ran.Code == 0, ran.Errors);
            return File.ReadAllLines(trained.At("t.csv"));
        }
        Assert.Equal(("name,label,x,y", 41), (Lines("project", "--plot", trained.At("t.svg"))[0], File.ReadLines(trained.At("t.csv")).Count()));
        Assert.Contains("<circle", File.ReadAllText(trained.At("t.svg")), StringComparison.Ordinal);
        Assert.Equal("name,label,x1,x2,x3", Lines("project", "--method", "pca", "--components", "3")[0]);
        Assert.Contains(Lines("dedup", "--threshold", "0.99999"), l => l.Contains("twin.png", StringComparison.Ordinal));
        Assert.Equal(6, Lines("select", "--by", "typical", "--count", "5").Length);
        Assert.DoesNotContain(Lines("select", "--count", "38", "--labels", trained.At("labels.csv")), l => l.Contains("p00.png", StringComparison.Ordinal));
        Assert.Equal(4, Lines("select", "--by", "uncertain", "--count", "3", "--labels", trained.At("labels.csv")).Length);
        Assert.Equal(39, Lines("suggest", "--labels", trained.At("labels.csv")).Length);
    }

    [Theory]
    [InlineData(2, "embed --out x.npy", "which run?")]
    [InlineData(2, "embed RUN --out x.txt", "there are .npy")]
    [InlineData(2, "embed RUN --out x.npy --layer q", "there are h, z, both")]
    [InlineData(3, "embed RUN --data folder:/nowhere --out x.npy", "/nowhere")]
    [InlineData(3, "search RUN --query none.png", "such as")]
    [InlineData(3, "search nothing.index --query a", "nothing.index")]
    [InlineData(2, "search RUN --query p00.png --k 0", "--k 0")]
    [InlineData(3, "index info FLAT/p00.png", "no index")]
    [InlineData(2, "index build FLAT/p00.png --out x.index --metric cosin", "did you mean 'cosine'?")]
    [InlineData(2, "select RUN --count 3 --by uncertain --out x.csv", "--labels")]
    [InlineData(2, "select RUN --count 900 --out x.csv", "900 were asked for")]
    [InlineData(3, "suggest RUN --labels FLAT/p00.png --out x.csv", "p00.png")]
    [InlineData(2, "project RUN --method tsne --out x.csv", "umap and pca")]
    public void A_mistake_is_answered_in_one_line(int code, string words, string expected)
    {
        var start = Cli.Start([.. words.Split(' ').Select(w => w.Replace("RUN", trained.Run, StringComparison.Ordinal).Replace("FLAT", trained.At("flat"),
            StringComparison.Ordinal))]);
        start.WorkingDirectory = trained.At("");
        var ran = Cli.Run(start);
        Assert.True(ran.Code == code, $"{ran.Code} {ran.Errors}");
        Assert.Contains(expected, ran.Errors, StringComparison.Ordinal);
        Assert.Single(ran.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(Directory.EnumerateFileSystemEntries(trained.At(""), "x.*"));
    }

    /// <summary>Killed again and again without warning, the file comes out as if nothing had been.</summary>
    [Fact]
    public void Killed_and_called_again_it_writes_the_same_bytes()
    {
        string[] words = ["embed", trained.Run, "--data", Flat, "--batch", "1", "--out"];
        Assert.Equal(0, Cli.Run([.. words, trained.At("whole.npy")]).Code);
        var random = new Random(1);
        for (var kill = 0; kill < 3; kill++)
        {
            using var process = Process.Start(Cli.Start([.. words, trained.At("killed.npy")]))!;
            var clock = Stopwatch.StartNew();
            while (!process.HasExited && !File.Exists(trained.At("killed.npy.partial/rows.f32")) && clock.Elapsed.TotalSeconds < 120) Thread.Sleep(1);
            Thread.Sleep(random.Next(30));
            process.Kill();
            process.WaitForExit();
        }
        Assert.Equal(0, Cli.Run([.. words, trained.At("killed.npy")]).Code);
        foreach (var ending in new[] { "", ".names.csv", ".manifest.json" })
            Assert.Equal(File.ReadAllBytes(trained.At($"whole.npy{ending}")), File.ReadAllBytes(trained.At($"killed.npy{ending}")));
        Assert.False(Directory.Exists(trained.At("killed.npy.partial")));
    }

    [Fact]
    public void Flat_folders_are_evaluated_and_what_needs_labels_says_so()
    {
        Assert.Equal(40, Json(Cli.Run("eval", "geometry", "--run", trained.Run, "--data", Flat, "--json")).GetProperty("settings").GetProperty("parts")
            .GetProperty("test").GetProperty("samples").GetInt32());
        var ran = Cli.Run("eval", "knn", "--run", trained.Run, "--data", Flat);
        Assert.Equal(3, ran.Code);
        Assert.Contains("has no labels", ran.Errors, StringComparison.Ordinal);
    }

    /// <summary>Forty pictures in one folder, one of them a copy, and a run of two steps over them.</summary>
    public sealed class Trained : IDisposable
    {
        readonly string folder = Directory.CreateTempSubdirectory("kindred-embed-").FullName;

        public Trained()
        {
            Directory.CreateDirectory(At("flat"));
            for (var i = 0; i < 39; i++) Draw(At($"flat/p{(i < 38 ? i : 39):00}.png"), i);
            File.Copy(At("flat/p04.png"), At("flat/twin.png"));
            File.WriteAllText(At("r.yaml"), $$"""
                method: simclr
                data: "folder:{{At("flat")}}"
                encoder: { name: convnet, width: 4 }
                views: [{ name: global, count: 2, of: [{ crop: { size: 12, scale: [0.5, 1] } }], normalize: half }]
                train: { epochs: 1, batch: 16, workers: 1, precision: fp32, optimizer: { name: sgd, learningRate: 0.01 } }
                """);
            var (code, _, errors) = Cli.Run("train", At("r.yaml"), "--out", Run, "--max-steps", "2");
            Assert.True(code == 0, errors);
        }

        public string Run => At("run");

        public string At(string name) => Path.Combine(folder, name);

        static void Draw(string path, int number)
        {
            var random = new Random(number);
            var picture = new Picture(16, 16, 3);
            foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)((4 * number) + random.Next(100));
            PngWriter.Write(path, picture);
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
