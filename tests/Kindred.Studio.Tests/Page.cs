using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Kindred.Io;

namespace Kindred.Studio.Tests;

/// <summary>A folder of runs, studies and vectors with a server over it, and a client that asks.</summary>
sealed class Page : IAsyncDisposable
{
    /// <summary>What somebody may have called a run, a class or a picture.</summary>
    internal const string Evil = "\"><img src=x onerror=alert(1)>";

    /// <summary>Twelve such texts, each with another way into a page.</summary>
    internal static readonly IReadOnlyList<string> Evils =
    [
        "<img src=x onerror=alert(11)>", "\"><svg/onload=alert(12)>", "'><script>alert(13)</script>", "<script src=//evil.test/x.js></script>", "javascript:alert(14)",
        "</script><script>alert(15)</script>", "<iframe srcdoc='<script>alert(16)</script>'>", "<a href=\"javascript:alert(17)\">x</a>", "{{constructor.constructor('alert(18)')()}}",
        "<style>@import 'http://evil.test/x.css'</style>", "\" autofocus onfocus=alert(19) x=\"", "<math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(20)>",
    ];

    readonly string root = Directory.CreateTempSubdirectory("kindred-studio-").FullName;
    StudioServer? server;

    internal string Runs => Path.Combine(root, "runs");

    internal StudioServer Server => server!;

    internal HttpClient Client { get; private set; } = new();

    internal Page()
    {
        Directory.CreateDirectory(Runs);
        File.WriteAllText(Path.Combine(root, "secret.txt"), "secret");
    }

    internal async Task<Page> Open(Func<StudioOptions, StudioOptions>? change = null)
    {
        var options = new StudioOptions([Runs]) { Port = 0, RecipeNames = ["simclr"], Recipe = name => Shipped.Load(name) };
        server = await StudioServer.Start(change?.Invoke(options) ?? options);
        Client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{server.Address.Port}/"), Timeout = TimeSpan.FromSeconds(60) };
        return this;
    }

    internal string Run(string name, string state = "finished", DateTimeOffset? heartbeat = null, string recipe = "method: simclr\ntrain: { epochs: 4 }\n", string? message = null)
    {
        var folder = Path.Combine(Runs, name);
        Directory.CreateDirectory(folder);
        var at = (heartbeat ?? DateTimeOffset.UtcNow).ToString("O");
        File.WriteAllText(Path.Combine(folder, "run.json"), new JsonObject
        {
            ["state"] = state, ["pid"] = 1, ["host"] = "here", ["created"] = at, ["heartbeat"] = at, ["step"] = 1, ["message"] = message,
        }.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "config.yaml"), recipe);
        File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), Line(1, 3));
        return folder;
    }

    internal static string Line(long step, double loss, double spread = 1, double rank = 20) => FormattableString.Invariant(
        $"{{\"step\":{step},\"epoch\":{step / 10.0},\"loss\":{loss},\"lr\":0.1,\"images_per_second\":100,\"data_wait\":0,\"z_std\":{spread},\"effective_rank\":{rank}}}\n");

    /// <summary>Three pictures and their vectors, two of which are near one another.</summary>
    internal void Vectors()
    {
        var pictures = Directory.CreateDirectory(Path.Combine(root, "pictures")).FullName;
        foreach (var (name, shade) in new[] { ("a.png", 10), ("b.png", 60), ("c.png", 200) })
        {
            var picture = new Picture(40, 20, 3);
            picture.Span.Fill((byte)shade);
            PngWriter.Write(Path.Combine(pictures, name), picture);
        }
        var file = Path.Combine(Runs, "v.npy");
        Npy.Save(file, new NamedArray("v", ElementType.Float32, [3, 2], MemoryMarshal.AsBytes<float>([1, 0, 0.9f, 0.1f, 0, 1]).ToArray()));
        File.WriteAllText(file + ".names.csv", $"name,label\na.png,cat\nb.png,\"{Evil.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\nc.png,dog\n");
        File.WriteAllText(file + ".manifest.json", new JsonObject
        {
            ["run"] = "run", ["method"] = "simclr", ["checkpoint"] = "step-1", ["checkpoint_sha256"] = "0", ["layer"] = "h", ["normalized"] = false, ["dimension"] = 2, ["count"] = 3,
            ["data"] = $"folder:{pictures}", ["classes"] = new JsonArray(), ["skipped"] = new JsonArray(),
        }.ToJsonString());
    }

    /// <summary>Ten clusters of vectors with their labels, as many as it takes.</summary>
    internal void Cloud(string name, int count, int dimension = 16)
    {
        var random = new Random(1);
        var centres = Enumerable.Range(0, 10 * dimension).Select(_ => random.NextSingle()).ToArray();
        var values = new float[(long)count * dimension];
        for (var i = 0; i < values.Length; i++) values[i] = centres[(i / dimension * 10L / count * dimension) + (i % dimension)] + (0.25f * (random.NextSingle() + random.NextSingle() - 1));
        var file = Path.Combine(Runs, name);
        Npy.Save(file, new NamedArray("v", ElementType.Float32, [count, dimension], MemoryMarshal.AsBytes<float>(values).ToArray()));
        File.WriteAllText(file + ".names.csv", "name,label\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i}.png,c{i * 10L / count}\n")));
        File.WriteAllText(file + ".manifest.json", new JsonObject
        {
            ["run"] = "run", ["method"] = "simclr", ["checkpoint"] = "step-1", ["checkpoint_sha256"] = "0", ["layer"] = "h", ["normalized"] = false, ["dimension"] = dimension,
            ["count"] = count, ["data"] = "folder:nowhere", ["classes"] = new JsonArray(), ["skipped"] = new JsonArray(),
        }.ToJsonString());
    }

    internal void Study()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Runs, "study")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "cells"));
        File.WriteAllText(Path.Combine(folder, "study.json"),
            """{"study":"study","title":"What helps","claim":"it does","cells":[{}],"holds":[{"claim":"a > b","holds":true,"text":"holds by 1"}],"failures":[]}""");
        File.WriteAllText(Path.Combine(folder, "table.md"), "# What helps\n\n| cell | knn |\n| --- | --: |\n| a | 1.0 ± 0.1 |\n");
        File.WriteAllText(Path.Combine(folder, "plot.svg"), "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
        Run("study/cells/a-seed0/run");
    }

    /// <summary>A study of two axes, of a paper that has a page.</summary>
    internal void Grid()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Runs, "grid")).FullName;
        string Cell(string first, string second, double value) =>
            $$"""{"cell":"{{first}}/{{second}}","at":{"first":"{{first}}","second":"{{second}}"},"recipe":"simclr.small","mean":{"knn.accuracy":{{value}} } }""";
        File.WriteAllText(Path.Combine(folder, "study.json"), $$"""
            {"study":"grid","title":"In pairs","paper":"arXiv:2002.05709","claim":"both","cells":[{{Cell("crop", "crop", 34)}},{{Cell("crop", "colour",
                41)}},{{Cell("colour", "crop", 39)}},{{Cell("colour", "colour", 31)}}],
            "holds":[{"claim":"crop/colour.knn.accuracy >= max(*.knn.accuracy)","holds":true,"text":"holds by 0"}],"failures":[]}
            """);
    }

    internal async Task<JsonNode> Json(string path)
    {
        using var answer = await Client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    internal async Task<int> Status(string path, HttpMethod? method = null, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        with?.Invoke(request);
        using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)answer.StatusCode;
    }

    internal async Task<string> IdOf(string kind, string name) =>
        (await Json($"/api/{kind}")).AsArray().Single(r => r!["name"]!.GetValue<string>() == name)!["id"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (server is not null) await server.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }
}
