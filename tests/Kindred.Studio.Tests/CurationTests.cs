using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Kindred.Studio.Tests;

/// <summary>What vectors say of their samples.</summary>
public class CurationTests
{
    static async Task<(Page Page, string At)> Open(Action<Page>? also = null)
    {
        var page = new Page();
        page.Vectors();
        also?.Invoke(page);
        await page.Open();
        return (page, $"/api/embeddings/{await page.IdOf("embeddings", "v.npy")}");
    }

    [Fact]
    public async Task Tables_beside_the_vectors_give_columns_and_the_vectors_two_of_their_own()
    {
        var (page, at) = await Open(p => File.WriteAllText(Path.Combine(p.Runs, "losses.csv"), "loss,name,kind\n0.5,a.png,x\n1.5,c.png,\"=cmd()\"\n9,other.png,y\n"));
        await using var _ = page;
        var columns = (await page.Json($"{at}/columns")).AsArray().ToDictionary(c => (string)c!["name"]!, c => (string)c!["id"]!);
        Assert.Equal(["cluster", "alone", "losses.csv: loss", "losses.csv: kind"], columns.Keys);
        var loss = await page.Json($"{at}/columns/{columns["losses.csv: loss"]}");
        Assert.Equal((null, 0.5, 1.5), (loss["labels"], (double)loss["low"]!, (double)loss["high"]!));
        Assert.Equal((float[])[0.5f, float.NaN, 1.5f], await Values(page, $"{at}/columns/{columns["losses.csv: loss"]}"));
        var kind = await page.Json($"{at}/columns/{columns["losses.csv: kind"]}");
        Assert.Equal(["=cmd()", "x"], kind["labels"]!.AsArray().Select(l => (string)l!));
        Assert.Equal((float[])[1, float.NaN, 0], await Values(page, $"{at}/columns/{columns["losses.csv: kind"]}"));

        // The two that are near one another are one group, and the third stands alone.
        var cluster = await Values(page, $"{at}/columns/cluster");
        Assert.True(cluster[0] == cluster[1] && cluster[1] != cluster[2]);
        var alone = await Values(page, $"{at}/columns/alone");
        Assert.True(alone[2] >= alone.Max());
        Assert.Equal(404, await page.Status($"{at}/columns/none"));
    }

    static async Task<float[]> Values(Page page, string column) => MemoryMarshal.Cast<byte, float>(await page.Client.GetByteArrayAsync($"{column}/values")).ToArray();

    [Fact]
    public async Task Near_duplicates_and_outliers_are_found()
    {
        var (page, at) = await Open();
        await using var _ = page;
        var found = await page.Json($"{at}/duplicates?threshold=0.9");
        Assert.Equal((1, 1), ((int)found["count"]!, (int)found["more"]!));
        Assert.Equal(["a.png", "b.png"], found["groups"]![0]!.AsArray().Select(n => (string)n!["name"]!));
        Assert.Equal(0, (int)(await page.Json($"{at}/duplicates?threshold=0.9999"))["count"]!);
        // With fewer than ten others it is the farthest that counts, and b lies between the two.
        Assert.Equal("b.png", (string)(await page.Json($"{at}/outliers"))[2]!["name"]!);
        Assert.Equal(422, await page.Status($"{at}/suggestions"));
    }

    [Fact]
    public async Task Neighbours_suggest_labels_for_those_that_have_none()
    {
        var (page, at) = await Open(p => File.WriteAllText(Path.Combine(p.Runs, "v.npy.names.csv"), "name,label\na.png,cat\nb.png,\nc.png,dog\n"));
        await using var _ = page;
        Assert.Equal(1, (int)(await page.Json(at))["unlabelled"]!);
        var found = await page.Json($"{at}/suggestions?first=sure");
        var one = Assert.Single(found["suggestions"]!.AsArray())!;
        Assert.Equal(("b.png", "cat", "a.png"), ((string)one["name"]!, (string)one["label"]!, (string)one["nearest"]!["name"]!));
    }

    [Fact]
    public async Task A_search_by_something_sent_wants_a_header_of_its_own_and_the_run_that_made_the_vectors()
    {
        var (page, at) = await Open();
        await using var _ = page;
        Assert.Equal(403, await page.Status($"{at}/like", HttpMethod.Post));
        Assert.Equal(403, await page.Status($"{at}/like", HttpMethod.Post, r => { r.Headers.Add("X-Kindred-Search", "1"); r.Headers.Add("Origin", "http://evil.test"); }));
        Assert.Equal(422, await page.Status($"{at}/like", HttpMethod.Post, r => { r.Headers.Add("X-Kindred-Search", "1"); r.Content = new ByteArrayContent([1]); }));
        Assert.Equal(404, await page.Status("/api/embeddings/none/like", HttpMethod.Post, r => r.Headers.Add("X-Kindred-Search", "1")));
    }

    [Fact]
    public async Task A_study_of_two_axes_is_a_field_and_its_claims_have_their_numbers()
    {
        await using var page = new Page();
        page.Study();
        page.Grid();
        await page.Open();
        var study = await page.Json($"/api/studies/{await page.IdOf("studies", "grid")}");
        var heat = study["heat"]!;
        Assert.Equal((2, 2), (heat["rows"]!.AsArray().Count, heat["columns"]!.AsArray().Count));
        Assert.Equal(41, (double)heat["values"]!["knn.accuracy"]![0]![1]!);
        var numbers = study["claims"]![0]!["numbers"]!.AsArray();
        Assert.Equal([("crop/colour.knn.accuracy", 41.0)], numbers.Where(n => n!["value"] is not null).Select(n => ((string)n!["name"]!, (double)n["value"]!)));
        Assert.Contains(numbers, n => (string)n!["name"]! == "*.knn.accuracy" && (double)n["to"]! == 41);
        var paper = Assert.Single(study["papers"]!.AsArray(), p => (string)p!["page"]! == "simclr")!;
        Assert.Contains(paper["tables"]![0]!["rows"]!.AsArray(), r => ((string)r![0]!).StartsWith("paper", StringComparison.Ordinal));
        Assert.Null((await page.Json($"/api/studies/{await page.IdOf("studies", "study")}"))["heat"]);
    }
}
