using System.Text.RegularExpressions;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Docs;

/// <summary>
/// The pages of <c>docs/methods</c>: behind each <c>Source:</c> line stand the steps of the methods that it links to, copied from the code, and each
/// <c>&lt;!-- picture … --&gt;</c> is drawn. <c>./do docs</c>, which sets KINDRED_DOCS=write, brings them up to date.
/// </summary>
public sealed partial class MethodPageTests
{
    static readonly bool write = Environment.GetEnvironmentVariable("KINDRED_DOCS") == "write";

    static readonly string folder = Path.Combine(Repository.Root, "docs", "methods");

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(folder, "*.md").Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Pages))]
    public void Its_steps_are_those_of_the_code(string page)
    {
        var path = Path.Combine(folder, page);
        var text = File.ReadAllText(path);
        var bare = Written().Replace(text, "");
        var made = Source().Replace(bare, m => m.Value + Steps(m.Value));
        if (write) File.WriteAllText(path, made);
        else Assert.True(made == text, $"{page} shows other steps than the code has: run ./do docs.");
        Assert.Contains("<!-- step -->", made, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Pages))]
    public void Its_picture_is_what_its_text_says(string page)
    {
        var text = File.ReadAllText(Path.Combine(folder, page));
        var drawn = Assert.Single(Picture().Matches(text));
        var name = $"{Path.GetFileNameWithoutExtension(page)}.svg";
        Assert.Contains($"](pictures/{name})", text, StringComparison.Ordinal);
        var (file, made) = (Path.Combine(folder, "pictures", name), FlowPicture.Draw(drawn.Groups[1].Value));
        if (write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, made);
        }
        else Assert.True(File.Exists(file) && File.ReadAllText(file) == made, $"pictures/{name} is not what {page} describes: run ./do docs.");
    }

    [Fact]
    public void Every_method_has_a_page()
    {
        var linked = Directory.EnumerateFiles(folder, "*.md").SelectMany(p => Link().Matches(File.ReadAllText(p))).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(Catalogues.Methods.Where(m => m.Attribute.Role == MethodRole.Method && m.Type.Assembly == typeof(Method).Assembly), m => Assert.Contains($"{m.Type.Name}.cs", linked));
    }

    [Fact]
    public void A_picture_has_a_column_for_each_step_and_one_box_for_each_name()
    {
        var svg = FlowPicture.Draw("x > view 1 > encoder\nx > view 2 > encoder > z\n~bank\nz + ~bank > loss");
        Assert.Equal(7, Regex.Count(svg, "<text"));
        Assert.Equal(1, Regex.Count(svg, "dasharray"));
        Assert.Equal(7, Regex.Count(svg, "marker-end"));
        Assert.Throws<InvalidOperationException>(() => FlowPicture.Draw("a > b > a"));
    }

    /// <summary>The steps of the files that a source line links to, one fenced block a method.</summary>
    static string Steps(string line)
    {
        var steps = from match in Link().Matches(line)
                    let step = Step(File.ReadAllLines(Path.Combine(Repository.Root, "src", "Kindred", "Methods", match.Groups[1].Value)))
                    where step.Length > 0
                    select $"\n\n```csharp\n{step}\n```";
        var all = string.Concat(steps);
        return all.Length == 0 ? "" : $"\n\n<!-- step -->{all}\n<!-- end of step -->";
    }

    /// <summary>A member from its signature to its closing brace, brought to the left.</summary>
    static string Step(string[] lines)
    {
        var start = Array.FindIndex(lines, l => Signature().IsMatch(l));
        if (start < 0) return "";
        var end = lines[start].TrimEnd().EndsWith(';') ? start : Array.FindIndex(lines, start, l => l is "    }"
            || (l.StartsWith("        ", StringComparison.Ordinal) && lines[start + 1] != "    {" && l.EndsWith(';')));
        return string.Join('\n', lines[start..(end + 1)].Select(l => l.StartsWith("    ", StringComparison.Ordinal) ? l[4..] : l));
    }

    [GeneratedRegex(@"\n\n<!-- step -->.*?<!-- end of step -->", RegexOptions.Singleline)]
    private static partial Regex Written();

    [GeneratedRegex(@"^Source: .*$", RegexOptions.Multiline)]
    private static partial Regex Source();

    [GeneratedRegex(@"\]\((?:\.\./\.\./src/Kindred/Methods/)([A-Za-z0-9.]+\.cs)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^    (protected|public) override (Tensor Step|IEnumerable<Turn> Turns)\(Batch")]
    private static partial Regex Signature();

    [GeneratedRegex(@"<!-- picture\n(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex Picture();
}
