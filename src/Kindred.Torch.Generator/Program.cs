using Kindred.Torch.Generator;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Kindred.Torch.Generator FOLDER-OF-ops.txt OUTPUT-FOLDER");
    return 2;
}
var schemas = File.ReadLines(Path.Combine(args[0], "schemas.txt")).Select(Schema.Parse).ToDictionary(s => s.Key);
string family = "";
var families = new Dictionary<string, List<Schema>>();
foreach (var line in File.ReadLines(Path.Combine(args[0], "ops.txt")).Select(l => l.Trim()))
{
    if (line.Length == 0 || line.StartsWith('#')) continue;
    if (line.StartsWith('[')) { family = line[1..^1]; families[family] = []; continue; }
    if (!schemas.TryGetValue(line, out var schema))
    {
        var near = schemas.Keys.Where(k => k.StartsWith(line.Split('.')[0], StringComparison.Ordinal)).Take(8);
        Console.Error.WriteLine($"ops.txt: no operator '{line}' in schemas.txt; near it: {string.Join(", ", near)}");
        return 1;
    }
    families[family].Add(schema);
}
Directory.CreateDirectory(args[1]);
foreach (var (name, list) in families)
    File.WriteAllText(Path.Combine(args[1], $"Tensor.{name}.g.cs"), Emitter.File(name, list).Replace("\r\n", "\n", StringComparison.Ordinal));
Console.WriteLine($"{families.Sum(f => f.Value.Count)} operators in {families.Count} families");
return 0;
