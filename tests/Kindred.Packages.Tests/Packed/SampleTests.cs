using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kindred.Experiments.Export;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Packages.Tests.Packed;

/// <summary>samples/PictureSearch: built outside the repository from packages, started, and used as a visitor would.</summary>
[Collection(nameof(Feed))]
public sealed partial class SampleTests(Feed feed)
{
    [Fact]
    public async Task It_keeps_pictures_finds_those_like_them_and_refuses_what_is_none()
    {
        var built = feed.Build("PictureSearch", Files());
        Assert.False(File.Exists(Path.Combine(built, "Kindred.Torch.dll")), "the sample needs libtorch");
        var start = Feed.Program(built, "PictureSearch", "--Encoder", Encoder(), "--Folder", Path.Combine(feed.Folder, "kept"), "--urls", "http://127.0.0.1:0");
        await Started(start, async http =>
        {
            Assert.Contains("page.js", await http.GetStringAsync("/"), StringComparison.Ordinal);
            Assert.Equal("Healthy", await http.GetStringAsync("/health"));
            var ids = new List<string>();
            for (var i = 0; i < 24; i++)
            {
                var uploaded = await Body(await http.PostAsync($"/pictures?name=..%2F{i:00}.png&top=3", Picture(Feed.Png(i))), 200);
                Assert.Equal($"{i:00}.png", uploaded.GetProperty("name").GetString());
                Assert.Equal(Math.Min(i, 3), uploaded.GetProperty("similar").GetArrayLength());
                ids.Add(uploaded.GetProperty("id").GetString()!);
            }
            // The same picture again: itself first, and then one of its own colour.
            var found = await Body(await http.PostAsync("/search?top=3", Picture(Feed.Png(5))), 200);
            Assert.Equal(("05.png", 1.0), (found[0].GetProperty("name").GetString(), Math.Round(found[0].GetProperty("score").GetDouble(), 3)));
            Assert.True(found[0].GetProperty("score").GetDouble() >= found[1].GetProperty("score").GetDouble());

            var bytes = await http.GetAsync($"/pictures/{ids[5]}");
            Assert.Equal(Feed.Png(5), await bytes.Content.ReadAsByteArrayAsync());
            Assert.Equal(("image/png", "nosniff"), (bytes.Content.Headers.ContentType!.MediaType, bytes.Headers.GetValues("X-Content-Type-Options").Single()));

            Assert.Equal(204, (int)(await http.DeleteAsync($"/pictures/{ids[5]}")).StatusCode);
            await Body(await http.GetAsync($"/pictures/{ids[5]}"), 404);
            Assert.NotEqual("05.png", (await Body(await http.PostAsync("/search", Picture(Feed.Png(5))), 200))[0].GetProperty("name").GetString());

            await Body(await http.PostAsync("/pictures", Picture("GIF89a, which is none of them"u8.ToArray())), 415);
            await Body(await http.PostAsync("/pictures", Picture(Feed.Png(1), "text/plain")), 415);
            await Body(await http.PostAsync("/pictures", Picture(Feed.Png(1)[..60])), 422);
            await Body(await http.PostAsync("/pictures", Picture(new byte[(8 << 20) + 1])), 413);
            await Body(await http.PostAsync("/pictures?top=0", Picture(Feed.Png(1))), 400);
            await Body(await http.PostAsync("/pictures?top=x", Picture(Feed.Png(1))), 400);
            await Body(await http.GetAsync("/pictures/no-number"), 404);
            await Body(await http.GetAsync("/../appsettings.json"), 404);
            Assert.Equal(23, (await http.GetFromJsonAsync<JsonElement>("/pictures")).GetArrayLength());
        });
        // A new process finds what the old one kept, although it was killed.
        await Started(start, async http => Assert.Equal(23, (await http.GetFromJsonAsync<JsonElement>("/pictures")).GetArrayLength()));
    }

    [Fact]
    public void It_asks_for_the_version_that_the_repository_makes() =>
        Assert.Contains($"\"Kindred.Extensions.AI\" Version=\"{Repository.Version}\"", Files()["PictureSearch.csproj"], StringComparison.Ordinal);

    static Dictionary<string, string> Files() => Directory.EnumerateFiles(Repository.In("samples", "PictureSearch"), "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Repository.In("samples", "PictureSearch"), f))
        .Where(f => Path.GetExtension(f) is ".cs" or ".csproj" or ".html" or ".css" or ".js" && f.Split('/')[0] is not ("bin" or "obj" or "out"))
        .ToDictionary(f => f, f => File.ReadAllText(Repository.In("samples", "PictureSearch", f)));

    // Two steps of training: what it has learnt does not matter here, that it is a network does.
    string Encoder()
    {
        var (run, file) = (Path.Combine(feed.Folder, "encoder"), Path.Combine(feed.Folder, "encoder.onnx"));
        new TrainingRun(Shipped.Load("simclr.small", [$"data=folder:{feed.Pictures}", "train.batch=8", "encoder.width=8", "train.precision=fp32"]),
            new RunOptions { Folder = run, MaxSteps = 2 }, null, _ => { }).Run();
        using var scope = Scope.Open();
        using var experiment = TrainedRun.Open(run);
        RunExport.Of(experiment).SaveOnnx(file);
        return file;
    }

    static ByteArrayContent Picture(byte[] bytes, string type = "image/png")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    static async Task<JsonElement> Body(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri} gave {(int)answer.StatusCode}, expected was {status}: {text}");
        if (status >= 400) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(text).RootElement;
    }

    static async Task Started(ProcessStartInfo start, Func<HttpClient, Task> use)
    {
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            string? line;
            while ((line = await process.StandardOutput.ReadLineAsync()) is not null && !Listening().IsMatch(line)) { }
            Assert.True(line is not null, $"the sample did not start: {(line is null ? await errors : "")}");
            _ = process.StandardOutput.ReadToEndAsync();
            using var http = new HttpClient { BaseAddress = new(Listening().Match(line!).Groups[1].Value), Timeout = TimeSpan.FromMinutes(1) };
            await use(http);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [GeneratedRegex("Now listening on: (http://.*)")]
    private static partial Regex Listening();
}
