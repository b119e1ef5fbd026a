namespace Kindred.Packages.Tests.FSharp;

/// <summary>What people write in F#, by the SDK's interpreter.</summary>
public sealed class FSharpTests
{
    [Fact]
    public void Tensors_take_arrays_as_sizes()
    {
        var folder = Directory.CreateTempSubdirectory("kindred-fsharp-").FullName;
        try
        {
            var script = Path.Combine(folder, "objective.fsx");
            string[] references = [.. new[] { "Kindred.Core", "Kindred.Io", "Kindred.Torch", "Kindred" }.Select(a => $"#r \"{Path.Combine(AppContext.BaseDirectory, a)}.dll\"")];
            File.WriteAllLines(script, [.. references, .. File.ReadAllLines(Repository.In("tests", "Kindred.Packages.Tests", "FSharp", "objective.fsx"))]);
            var output = Repository.Succeeds(Repository.Start(folder, "dotnet", "fsi", "--nologo", "--quiet", script));
            Assert.Equal(["gradient [8L; 16L]", "means [2.0f; 3.0f]", "shapes [1; 2; 2; 1]"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
