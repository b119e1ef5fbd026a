using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Cli.Tests;

/// <summary>The data verbs as a user's script sees them: exit code, one JSON object on stdout, words on stderr.</summary>
public sealed class DataVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-cli-").FullName;

    [Fact]
    public void Stats_count_and_average()
    {
        WritePictures(6);
        var (code, result, _) = Run("data", "stats", "folder:" + folder, "--json");
        Assert.Equal(0, code);
        Assert.Equal(6, result!.Value.GetProperty("samples").GetInt32());
        Assert.Equal(3, result.Value.GetProperty("classes").GetProperty("cat").GetInt32());
        Assert.Empty(result.Value.GetProperty("bad").EnumerateArray());
        Assert.Equal(3, result.Value.GetProperty("mean").GetArrayLength());
        Assert.Equal(3, result.Value.GetProperty("std").GetArrayLength());
    }

    [Fact]
    public void Verify_names_what_is_broken_and_exits_with_1()
    {
        WritePictures(6);
        File.WriteAllText(Path.Combine(folder, "cat", "0.png"), "no picture");
        var (code, result, _) = Run("data", "verify", folder, "--json");
        Assert.Equal(1, code);
        var bad = Assert.Single(result!.Value.GetProperty("bad").EnumerateArray());
        Assert.Equal("cat/0.png", bad.GetProperty("name").GetString());
        Assert.Contains("no picture", bad.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_picture_is_counted_verified_and_previewed_as_text()
    {
        var file = Path.Combine(folder, "m.smi");
        File.WriteAllText(file, "CCO\nC(C\nCC\n");
        var (code, result, _) = Run("data", "verify", "smiles:" + file, "--json");
        Assert.Equal(1, code);
        Assert.Contains("line 2", Assert.Single(result!.Value.GetProperty("bad").EnumerateArray()).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, Run("data", "scan", "smiles:" + file, "--json").Code);
        Assert.Equal(400, Run("data", "stats", "points:ring?n=400", "--json").Result!.Value.GetProperty("samples").GetInt32());
        var shown = Path.Combine(folder, "shown.txt");
        Assert.Equal(0, Run("data", "preview", "graphcl", "--out", shown, "--rows", "2", "--json").Code);
        Assert.Contains("nodes", File.ReadAllText(shown), StringComparison.Ordinal);
    }

    [Fact]
    public void Split_writes_two_lists_that_open()
    {
        WritePictures(10);
        var (code, result, _) = Run("data", "split", folder, "--out", Path.Combine(folder, "lists"), "--fraction", "0.2", "--json");
        Assert.Equal((0, 8, 2), (code, result!.Value.GetProperty("train_count").GetInt32(), result.Value.GetProperty("test_count").GetInt32()));
        using var test = PictureSources.Open(result.Value.GetProperty("test").GetString()!);
        Assert.Equal(["cat", "dog"], test.Classes);
    }

    [Fact]
    public void A_missing_folder_is_one_paragraph_and_exit_code_3()
    {
        var (code, _, errors) = Run("data", "stats", "folder:/no/such/place");
        Assert.Equal(3, code);
        Assert.Contains("there is no folder /no/such/place", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    void WritePictures(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var picture = new Picture(12, 10, 3);
            new Random(i).NextBytes(picture.Span);
            var place = Directory.CreateDirectory(Path.Combine(folder, i % 2 == 0 ? "cat" : "dog")).FullName;
            PngWriter.Write(Path.Combine(place, $"{i}.png"), picture);
        }
    }

    static (int Code, JsonElement? Result, string Errors) Run(params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        return (code, output.Length > 0 ? JsonDocument.Parse(output).RootElement : null, errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
