using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Torch;

namespace Kindred.Tests.Runs;

/// <summary>One seed, one machine, one number of threads: the same bits. The suite takes a few shipped recipes, KINDRED_LARGE=1 all small ones.</summary>
public sealed class SameSeedTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-seed-").FullName;
    readonly int before = Engine.Threads;

    public void Dispose()
    {
        Engine.Threads = before;
        Directory.Delete(folder, recursive: true);
    }

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        string[] names = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1"
            ? [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "recipes"), "*.small.yaml").Select(f => Path.GetFileName(f)[..^".small.yaml".Length]).Order(StringComparer.Ordinal)]
            : ["simclr", "cmc"];
        foreach (var name in names) cases.Add(name, "");
        cases.Add("simclr", "encoder.width=4"); // whose shortcuts libtorch's own kernel got wrong
        cases.Add("simclr", "train.layout=nchw");
        return cases;
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Two_runs_with_two_threads_end_in_the_same_bits(string method, string change)
    {
        Engine.Threads = 2;
        var first = Train("first", method, change, 2);
        Assert.Equal(first.StateSha256, Train("second", method, change, 2).StateSha256);
    }

    [Theory, InlineData("channelsLast"), InlineData("nchw")]
    public void A_run_keeps_its_layout_when_it_goes_on_even_if_the_machine_would_now_choose_another(string layout)
    {
        var cache = Environment.GetEnvironmentVariable("KINDRED_CACHE");
        Environment.SetEnvironmentVariable("KINDRED_CACHE", Path.Combine(folder, "cache"));
        try
        {
            Train("any", "simclr", "", 1);
            Set(layout);
            var whole = Train("whole", "simclr", "", 2).StateSha256;
            Train("halves", "simclr", "", 1);
            Set(layout == "nchw" ? "channelsLast" : "nchw");
            Assert.Equal(whole, Train("halves", "simclr", "", 2, Resume.Auto).StateSha256);
            var environment = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "halves", "env.json")))!;
            Assert.Equal(layout, environment["layout"]!.GetValue<string>());
        }
        finally { Environment.SetEnvironmentVariable("KINDRED_CACHE", cache); }
    }

    static void Set(string layout)
    {
        var file = Assert.Single(Directory.GetFiles(MemoryLayout.Folder));
        var kept = JsonNode.Parse(File.ReadAllText(file))!;
        kept["layout"] = layout;
        File.WriteAllText(file, kept.ToJsonString());
    }

    RunSummary Train(string name, string method, string change, long steps, Resume resume = Resume.Never)
    {
        string[] small = ["data=emoji", "train.batch=32", "train.seed=3", "train.precision=fp32"];
        var recipe = Recipe.Load(Path.Combine(Repository.Root, "recipes", $"{method}.small.yaml"), [.. small, .. change.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        return new TrainingRun(recipe, new RunOptions { Folder = Path.Combine(folder, name), MaxSteps = steps, Resume = resume }, null, _ => { }).Run();
    }
}
