using System.Text.RegularExpressions;

namespace Kindred.Tests;

/// <summary>Who may import whom: an objective knows no method, a method knows no trainer, the trainer knows no method.</summary>
public partial class RoomsTests
{
    const string Engine = "Io Torch";

    // A room of src/Kindred and what its files may import; "" is the root, which holds the contracts.
    static readonly Dictionary<string, string> allowed = new()
    {
        ["Nn"] = Engine,
        [""] = $"{Engine} Nn",
        ["Optim"] = $"{Engine} Nn",
        ["Numerics"] = Engine,
        ["Similarities"] = $"{Engine} Nn Numerics",
        ["Objectives"] = $"{Engine} Nn Numerics Similarities",
        ["Memories"] = $"{Engine} Nn Numerics Similarities Objectives",
        ["Information"] = $"{Engine} Nn Numerics Similarities",
        ["Clustering"] = $"{Engine} Nn Numerics",
        ["Metrics"] = $"{Engine} Nn Numerics Clustering",
        ["Graphs"] = $"{Engine} Nn",
        ["Text"] = $"{Engine} Nn",
        ["Encoders"] = $"{Engine} Nn Numerics Graphs Text",
        ["Heads"] = $"{Engine} Nn Numerics",
        ["Methods"] = $"{Engine} Sampling Nn Numerics Optim Similarities Objectives Memories Information Clustering Metrics Graphs Text Encoders Heads",
        ["Batches"] = $"{Engine} Nn Graphs Text Data Views",
        ["Training"] = $"{Engine} Nn Numerics Clustering Metrics Optim",
        ["Evaluation"] = $"{Engine} Sampling Nn Numerics Optim Clustering Metrics Similarities Encoders Heads Batches Data Views Training",
        ["Recipes"] = $"{Engine} Nn Optim Encoders Heads Batches Data Views Training Evaluation",
        ["Runs"] = $"{Engine} Nn Optim Batches Data Views Training Evaluation Recipes",
        ["Studies"] = $"{Engine} Nn Numerics Optim Information Metrics Data Training Evaluation Recipes Runs",
    };

    public static IEnumerable<TheoryDataRow<string>> Rooms() =>
        Directory.EnumerateFiles(Source("Kindred"), "*.cs", SearchOption.AllDirectories).Select(Room).Distinct().Order(StringComparer.Ordinal).Select(r => new TheoryDataRow<string>(r));

    [Theory, MemberData(nameof(Rooms))]
    public void A_room_imports_only_what_it_may(string room)
    {
        Assert.True(allowed.ContainsKey(room), $"the room '{room}' is new: say in this table what it may import");
        var may = allowed[room].Split(' ').Append(room).ToHashSet();
        var faults = from file in Directory.EnumerateFiles(Source("Kindred"), "*.cs", SearchOption.AllDirectories)
                     where Room(file) == room
                     from name in Imports(file)
                     where !may.Contains(name)
                     select $"{Path.GetRelativePath(Source("Kindred"), file)} imports Kindred.{name}";
        Assert.Equal([], faults.Distinct());
    }

    [Fact]
    public void The_rooms_form_no_circle()
    {
        var left = allowed.ToDictionary(a => a.Key, a => a.Value.Split(' ').Where(allowed.ContainsKey).ToHashSet());
        while (left.FirstOrDefault(r => r.Value.Count == 0) is { Value: not null } free)
        {
            left.Remove(free.Key);
            foreach (var rest in left.Values) rest.Remove(free.Key);
        }
        Assert.Equal([], left.Keys);
    }

    [Theory]
    [InlineData("Kindred.Io", "")]
    [InlineData("Kindred.Torch", "Kindred.Io")]
    [InlineData("Kindred.Data", "Kindred.Io")]
    [InlineData("Kindred.Torch.Generator", "")]
    [InlineData("Kindred", "Kindred.Data Kindred.Io Kindred.Torch")]
    [InlineData("Kindred.Cli", "Kindred")]
    public void A_project_refers_only_to_those_below_it(string project, string below)
    {
        var text = File.ReadAllText(Path.Combine(Source(project), $"{project}.csproj"));
        Assert.Equal(below.Split(' ', StringSplitOptions.RemoveEmptyEntries), Reference().Matches(text).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    // Both `using Kindred.X;` and a name written out, Kindred.X.Y; a comment may mention anything.
    static IEnumerable<string> Imports(string file) =>
        from line in File.ReadLines(file)
        let code = line.TrimStart()
        where !code.StartsWith("//", StringComparison.Ordinal) && !code.StartsWith("namespace ", StringComparison.Ordinal)
        from Match match in Import().Matches(code)
        let name = match.Groups[1].Value
        where allowed.ContainsKey(name) || name is "Io" or "Torch" or "Data" or "Views" or "Cli"
        select name;

    static string Room(string file)
    {
        var path = Path.GetRelativePath(Source("Kindred"), file).Split(Path.DirectorySeparatorChar);
        return path.Length > 1 ? path[0] : "";
    }

    static string Source(string project) => Path.Combine(Repository.Root, "src", project);

    [GeneratedRegex(@"\bKindred\.([A-Z]\w*)")]
    private static partial Regex Import();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/([\w.]+)\.csproj""")]
    private static partial Regex Reference();
}
