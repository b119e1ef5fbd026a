using Kindred.Golden;

// Replays every case below a folder and says how many passed; exit code 1 unless all did.
var directory = args.Length > 0 ? args[0] : GoldenSuite.DefaultDirectory;
if (!Directory.Exists(directory))
{
    Console.Error.WriteLine($"no folder {Path.GetFullPath(directory)}; give the folder that holds the golden cases");
    return 2;
}
int passed = 0, failed = 0, unknown = 0;
foreach (var verdict in GoldenSuite.Files(directory).Select(GoldenSuite.Run))
{
    if (verdict.Passed)
        passed++;
    else if (!verdict.Known)
    {
        unknown++;
        Console.WriteLine($"unknown {verdict.Case}: no adapter");
    }
    else
    {
        failed++;
        foreach (var fault in verdict.Faults)
            Console.WriteLine($"failed  {verdict.Case}: {fault}");
    }
}
Console.WriteLine($"golden: {passed} passed, {failed} failed, {unknown} unknown");
return failed + unknown == 0 ? 0 : 1;
