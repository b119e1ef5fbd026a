using Kindred.Torch.Generation;

namespace Kindred.Torch.Tests;

/// <summary>The typed operators are committed: they must be what the generator makes, and what the running libtorch has.</summary>
public class GeneratedOperatorTests
{
    static readonly string sources = Sources();

    static string GeneratorFolder => Path.Combine(sources, "Kindred.Torch.Generator");

    [Fact]
    public void Committed_operators_are_what_the_generator_makes_today()
    {
        var made = OperatorFiles.Make(OperatorFiles.Read(GeneratorFolder));
        var committed = Path.Combine(sources, "Kindred.Torch", "Generated");
        Assert.Equal(made.Keys.Order(StringComparer.Ordinal), Directory.EnumerateFiles(committed, "*.g.cs").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        var outdated = made.Where(m => File.ReadAllText(Path.Combine(committed, m.Key)) != m.Value).Select(m => m.Key);
        Assert.True(!outdated.Any(), $"run ./do ops and commit: {string.Join(", ", outdated)} differ from what ops.txt asks for");
    }

    [Fact]
    public void No_operator_is_listed_twice()
    {
        var keys = OperatorFiles.Read(GeneratorFolder).Values.SelectMany(f => f).Select(s => s.Key).ToList();
        Assert.Equal(keys.Distinct(), keys);
    }

    // Arguments travel by position, so a newer libtorch may add some at the end and change nothing before them.
    [Fact]
    public void The_running_libtorch_has_every_operator_with_the_same_leading_arguments()
    {
        var faults = OperatorFiles.Read(GeneratorFolder).Values.SelectMany(f => f).Select(Fault).OfType<string>().ToList();
        Assert.True(faults.Count == 0, $"libtorch {Engine.Version}:\n{string.Join('\n', faults)}");
    }

    [Fact]
    public void A_schema_is_read_with_its_defaults_and_without_alias_marks()
    {
        var schema = Schema.Parse("aten::max.dim(Tensor(a!) self, int? dim=None, *, bool keepdim=False, int[2] size=[1, 1]) -> (Tensor values, Tensor indices)");
        Assert.Equal(("max", "dim", "max.dim"), (schema.Name, schema.Overload, schema.Key));
        Assert.Equal(
            [new("Tensor", false, "self", null), new("int", true, "dim", "None"), new("bool", false, "keepdim", "False"), new("int[2]", false, "size", "[1, 1]")],
            schema.Arguments);
        Assert.Equal(["values", "indices"], schema.Returns.Select(r => r.Name));
    }

    static string? Fault(Schema wanted)
    {
        if (Engine.Schema(wanted.Name, wanted.Overload) is not { } text) return $"{wanted.Key}: missing";
        var names = Schema.Parse(text).Arguments.Select(a => a.Name).ToList();
        var expected = wanted.Arguments.Select(a => a.Name).ToList();
        return names.Take(expected.Count).SequenceEqual(expected) ? null : $"{wanted.Key}: ({string.Join(", ", names)}), generated for ({string.Join(", ", expected)})";
    }

    static string Sources()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Kindred.slnx"))) return Path.Combine(at.FullName, "src");
        throw new InvalidOperationException($"no Kindred.slnx above {AppContext.BaseDirectory}");
    }
}
