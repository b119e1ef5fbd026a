using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Methods;

public class MethodTableTests
{
    /// <summary><c>METHODS.md</c> is made by <c>./do docs</c>; this fails when a method came, went or changed since.</summary>
    [Fact]
    public void METHODS_lists_exactly_the_registered_methods_without_phases_and_baselines()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "METHODS.md")).Where(l => l.StartsWith('|')).Skip(2)
            .Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries));
        var registered = Catalogues.Methods.Select(m => m.Attribute).Where(a => a.Role == MethodRole.Method)
            .Select(a => new[] { a.Name, a.Title, a.Family, a.Modality, a.Paper, a.Objective, a.Recipe ?? a.Name });
        Assert.Equal(registered.Select(Line), rows.Select(Line));
        static string Line(string[] cells) => string.Join(" | ", cells);
    }

    [Fact]
    public void Every_method_has_its_recipe()
    {
        foreach (var (attribute, _) in Catalogues.Methods)
            Assert.True(File.Exists(Path.Combine(Repository.Root, "recipes", $"{attribute.Recipe ?? attribute.Name}.yaml")),
                $"{attribute.Name} names the recipe {attribute.Recipe ?? attribute.Name}, which recipes/ lacks");
    }
}
