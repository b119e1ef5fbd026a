using Kindred.Torch.Generation;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Kindred.Torch.Generator FOLDER-OF-ops.txt OUTPUT-FOLDER");
    return 2;
}
try
{
    var families = OperatorFiles.Read(args[0]);
    Directory.CreateDirectory(args[1]);
    foreach (var (name, text) in OperatorFiles.Make(families)) File.WriteAllText(Path.Combine(args[1], name), text);
    Console.WriteLine($"{families.Sum(f => f.Value.Count)} operators in {families.Count} families");
    return 0;
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
