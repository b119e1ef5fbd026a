namespace Kindred.Torch.Generation;

/// <summary>From the list of operators to the generated files.</summary>
public static class OperatorFiles
{
    /// <summary>The operators that <c>ops.txt</c> names, by family, in its order.</summary>
    /// <param name="folder">The folder of <c>ops.txt</c> and <c>schemas.txt</c>.</param>
    /// <exception cref="FormatException">A line names no operator of the dump; the message has some near it.</exception>
    public static IReadOnlyDictionary<string, List<Schema>> Read(string folder)
    {
        var schemas = File.ReadLines(Path.Combine(folder, "schemas.txt")).Select(Schema.Parse).ToDictionary(s => s.Key);
        var family = "";
        var families = new Dictionary<string, List<Schema>>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "ops.txt")).Select(l => l.Trim()))
        {
            if (line.Length == 0 || line.StartsWith('#')) continue;
            if (line.StartsWith('[')) { family = line[1..^1]; families[family] = []; continue; }
            families[family].Add(schemas.TryGetValue(line, out var schema) ? schema : throw new FormatException(Unknown(line, schemas.Keys)));
        }
        return families;
    }

    /// <summary>The text of each generated file by its name, with line feeds only.</summary>
    public static IReadOnlyDictionary<string, string> Make(IReadOnlyDictionary<string, List<Schema>> families) =>
        families.ToDictionary(f => $"Tensor.{f.Key}.g.cs", f => Emitter.File(f.Key, f.Value).Replace("\r\n", "\n", StringComparison.Ordinal));

    static string Unknown(string line, IEnumerable<string> known)
    {
        var near = known.Where(k => k.StartsWith(line.Split('.')[0], StringComparison.Ordinal)).Take(8);
        return $"ops.txt: no operator '{line}' in schemas.txt; near it: {string.Join(", ", near)}";
    }
}
