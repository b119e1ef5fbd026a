using System.Text;
using System.Text.RegularExpressions;

namespace Kindred.Tests.Rooms;

/// <summary>Who may refer to whom: an objective knows no method, a method knows no trainer, the trainer knows no method.</summary>
public partial class RoomsTests
{
    const string Base = "Core Randomness Sampling", Files = $"{Base} Io Io.Csv Io.Tables Io.Onnx", Engine = $"{Files} Torch";
    const string Decoding = $"{Files} Data.Files Data.Pictures", Sources = $"{Decoding} Data.Sources", Views = $"{Base} Data.Pictures Data.Views";
    const string Parts = $"{Engine} Nn Numerics Kindred";
    const string Library = $"{Parts} Optim Similarities Objectives Memories Information Clustering Metrics Graphs Text Encoders Heads";
    const string AllData = $"{Sources} Data.Views Data.Loading Data.Audio Data.Graphs Data.Text Data.Films Data.Audit";
    const string Learning = $"{Library} {AllData} Experiments.Modalities Experiments.Training";
    const string Everything = $"{Learning} Index Index.Analysis Experiments.Embeddings Experiments.Evaluation Experiments.Recipes Experiments.Runs Experiments.Studies";

    // The one table. A room is a namespace without "Kindred."; "Kindred" itself holds the contracts, "Core" what is in that namespace of Kindred.Core.
    static readonly Dictionary<string, string> allowed = new()
    {
        ["Core"] = "",
        ["Randomness"] = "",
        ["Sampling"] = "Core Randomness",
        ["Io"] = "Core",
        ["Io.Csv"] = "Core Io",
        ["Io.Tables"] = "Core Io Io.Csv",
        ["Io.Onnx"] = "Core Io",
        ["Torch"] = Files,
        ["Index"] = Files,                                              // and so without libtorch: it runs wherever .NET does
        ["Index.Analysis"] = $"{Files} Index",

        ["Data.Files"] = Files,
        ["Data.Pictures.Native"] = "Core",
        ["Data.Pictures"] = $"{Files} Data.Files Data.Pictures.Native",
        ["Data.Sources"] = Decoding,
        ["Data.Views"] = $"{Base} Data.Pictures",
        ["Data.Audio"] = Sources,
        ["Data.Graphs"] = Sources,
        ["Data.Text"] = Sources,
        ["Data.Loading"] = $"{Sources} Data.Views",
        ["Data.Films"] = $"{Sources} Data.Views Data.Loading",
        ["Data.Audit"] = $"{Sources} Data.Views Data.Loading",

        ["Nn"] = Engine,
        ["Numerics"] = Engine,
        ["Kindred"] = $"{Engine} Nn",
        ["Similarities"] = $"{Engine} Nn Numerics",
        ["Objectives"] = $"{Engine} Nn Numerics Similarities",
        ["Memories"] = $"{Engine} Nn Numerics Similarities Objectives",
        ["Information"] = $"{Engine} Nn Numerics Similarities",
        ["Clustering"] = $"{Engine} Nn Numerics",
        ["Metrics"] = $"{Engine} Nn Numerics Clustering",
        ["Graphs"] = $"{Engine} Nn Kindred",
        ["Text"] = Parts,
        ["Optim"] = $"{Engine} Nn Kindred",
        ["Encoders"] = $"{Parts} Graphs Text Heads",
        ["Heads"] = Parts,
        ["Methods"] = Library,

        ["Experiments.Modalities"] = $"{Engine} Nn Encoders Numerics Kindred Clustering Metrics Information Graphs Text {AllData}",
        ["Experiments.Training"] = $"{Parts} Optim Clustering Metrics",
        ["Experiments.Evaluation"] = Learning,
        ["Experiments.Recipes"] = $"{Learning} Experiments.Evaluation",
        ["Experiments.Runs"] = $"{Learning} Experiments.Evaluation Experiments.Recipes",
        ["Experiments.Embeddings"] = $"{Learning} Index Experiments.Evaluation Experiments.Recipes Experiments.Runs",
        ["Experiments.Studies"] = $"{Learning} Experiments.Evaluation Experiments.Recipes Experiments.Runs",

        ["Experiments.Reports"] = $"{Learning} Experiments.Evaluation Experiments.Recipes Experiments.Runs Experiments.Studies",
        ["Experiments.Export"] = $"{Learning} Experiments.Evaluation Experiments.Recipes Experiments.Runs",

        ["Onnx"] = $"{Files} Data.Text Data.Views",                      // what runs after training, without libtorch
        ["Extensions.AI"] = "Core Io Index Onnx",

        ["Studio"] = $"{Everything} Experiments.Reports",                                         // the page; what it shows is read by the rooms below

        ["Cli"] = $"{Everything} Experiments.Export Experiments.Reports",
        ["Cli.Demo"] = $"{Everything} Cli",
        ["Cli.Verbs"] = $"{Everything} Experiments.Export Experiments.Reports Onnx Studio Cli Cli.Demo",
        ["Program"] = $"{Everything} Cli Cli.Verbs",                     // the entry, whose statements stand in no namespace
    };

    static readonly string[] projects =
        ["Kindred.Core", "Kindred.Io", "Kindred.Index", "Kindred.Torch", "Kindred.Data", "Kindred", "Kindred.Experiments", "Kindred.Onnx", "Kindred.Extensions.AI",
        "Kindred.Studio", "Kindred.Cli"];

    static readonly Lazy<RoomGraph> graph = new(() => new(projects));

    static string[] May(string room) => allowed[room].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_room_refers_only_to_what_the_table_allows()
    {
        Assert.True(graph.Value.Rooms.All(allowed.ContainsKey), $"rooms that are new: say in the table of this test what they may refer to: "
            + $"{string.Join(", ", graph.Value.Rooms.Where(r => !allowed.ContainsKey(r)))}");
        var faults = from room in graph.Value.Rooms
                     from target in graph.Value.From(room)
                     where !May(room).Contains(target.Key)
                     select $"{room} may not refer to {target.Key}, and does: {string.Join(", ", target.Value)}";
        Assert.Equal([], faults);
    }

    [Fact]
    public void The_rooms_form_no_circle_neither_in_the_assemblies_nor_in_the_table()
    {
        Assert.Equal([], graph.Value.Circle());
        var left = allowed.Keys.ToDictionary(a => a, a => May(a).ToHashSet());
        while (left.FirstOrDefault(r => r.Value.Count == 0) is { Value: not null } free)
        {
            left.Remove(free.Key);
            foreach (var rest in left.Values) rest.Remove(free.Key);
        }
        Assert.Equal([], left.Keys);
    }

    [Fact]
    public void The_table_names_no_room_that_is_gone()
    {
        Assert.Equal([], allowed.Keys.Except(graph.Value.Rooms));
        Assert.Equal([], allowed.Keys.SelectMany(May).Except(allowed.Keys));
    }

    [Fact]
    public void A_method_knows_no_trainer_and_an_objective_no_method()
    {
        Assert.DoesNotContain(May("Methods"), room => room.StartsWith("Experiments", StringComparison.Ordinal) || room.StartsWith("Data", StringComparison.Ordinal));
        Assert.DoesNotContain("Methods", May("Objectives"));
        Assert.DoesNotContain("Methods", May("Experiments.Training"));
    }

    [Theory]
    [InlineData("Kindred.Core", "")]
    [InlineData("Kindred.Io", "Kindred.Core")]
    [InlineData("Kindred.Torch", "Kindred.Io")]
    [InlineData("Kindred.Index", "Kindred.Io")]
    [InlineData("Kindred.Data", "Kindred.Io")]
    [InlineData("Kindred.Torch.Generator", "")]
    [InlineData("Kindred", "Kindred.Torch")]
    [InlineData("Kindred.Experiments", "Kindred Kindred.Data Kindred.Index")]
    [InlineData("Kindred.Onnx", "Kindred.Data")]
    [InlineData("Kindred.Extensions.AI", "Kindred.Index Kindred.Onnx")]
    [InlineData("Kindred.Studio", "Kindred.Experiments")]
    [InlineData("Kindred.Cli", "Kindred.Experiments Kindred.Onnx Kindred.Studio")]
    public void A_project_refers_only_to_those_below_it(string project, string below)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        Assert.Equal(below.Split(' ', StringSplitOptions.RemoveEmptyEntries), Reference().Matches(text).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_product_is_looked_at() =>
        Assert.Equal(projects.Append("Kindred.Torch.Generator").Order(),
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).Order());

    /// <summary>What the solution does not name is neither built by <c>./do build</c> nor packed, and nobody notices.</summary>
    [Fact]
    public void The_solution_names_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Kindred.slnx"));
        var there = from folder in (string[])["src", "bench", "tests"]
                    from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
                    select Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
        Assert.Equal([], there.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_library_knows_neither_data_nor_recipes()
    {
        Assert.DoesNotContain(RoomGraph.References("Kindred"), r => r is "Kindred.Data" or "YamlDotNet" or "Kindred.Experiments" or "Kindred.Cli");
        Assert.DoesNotContain(RoomGraph.References("Kindred.Data"), r => r is "Kindred.Torch" or "Kindred");
        Assert.Contains("YamlDotNet", RoomGraph.References("Kindred.Experiments"));
    }

    [Fact]
    public void What_runs_after_training_knows_no_libtorch()
    {
        foreach (var project in (string[])["Kindred.Io", "Kindred.Index", "Kindred.Data", "Kindred.Onnx", "Kindred.Extensions.AI"])
            Assert.DoesNotContain(RoomGraph.References(project), r => r is "Kindred.Torch" or "Kindred" or "Kindred.Experiments");
    }

    /// <summary>From inside <c>Kindred.Objectives</c>, <c>Training.Trainer</c> needs no <c>using</c>: a text search misses it, the assembly tells.</summary>
    [Fact]
    public void Names_without_any_using_are_seen_in_whatever_way_they_are_used()
    {
        var seen = new RoomGraph("Kindred.Tests").From("Tests.Rooms.Lower")["Tests.Rooms.Upper"];
        Assert.Equal(
            [
                "Calls → Called", "Constrained`1 → Constrained", "Derives → Base", "Generic → Argument", "Implements → IFace", "Iterator → InIterator", "Lambda → InLambda",
                "Marked → MarkAttribute", "Nested → Holder", "Typed → Typed",
            ],
            seen.Order(StringComparer.Ordinal));
    }

    /// <summary>The picture in CONTRIBUTING.md is made by <c>./do docs</c>, which sets KINDRED_DOCS=write.</summary>
    [Fact]
    public void The_picture_in_CONTRIBUTING_is_what_the_assemblies_say()
    {
        var file = Path.Combine(Repository.Root, "CONTRIBUTING.md");
        var text = File.ReadAllText(file);
        var made = Picture().Replace(text, Drawn().Replace("$", "$$", StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("KINDRED_DOCS") == "write") File.WriteAllText(file, made);
        else Assert.True(made == text, "CONTRIBUTING.md draws other rooms than the assemblies have: run ./do docs.");
    }

    // Only what does not follow from other arrows: an arrow says "may be used with all that lies behind it".
    static string Drawn()
    {
        var text = new StringBuilder("```mermaid\ngraph LR\n");
        foreach (var room in graph.Value.Rooms)
        {
            string[] direct = [.. graph.Value.Direct(room)];
            text.Append("  ").Append(room).Append(direct.Length > 0 ? " --> " : "").AppendJoin(" & ", direct).Append('\n');
        }
        return text.Append("```").ToString();
    }

    [GeneratedRegex("```mermaid\n.*?```", RegexOptions.Singleline)]
    private static partial Regex Picture();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/([\w.]+)\.csproj""")]
    private static partial Regex Reference();
}
