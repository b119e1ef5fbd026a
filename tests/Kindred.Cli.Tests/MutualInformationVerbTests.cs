using System.Globalization;
using System.Text.Json;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred mi</c> as a script sees it.</summary>
public sealed class MutualInformationVerbTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-mi-").FullName;

    [Fact]
    public void Columns_that_tell_of_each_other_share_more_than_columns_that_do_not()
    {
        var random = new Random(3);
        var file = Path.Combine(folder, "columns.csv");
        File.WriteAllLines(file, ["x,y,z", .. Enumerable.Range(0, 1000).Select(_ =>
        {
            var (x, z) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5);
            return string.Create(CultureInfo.InvariantCulture, $"{x:F6},{x + 0.05 * z:F6},{random.NextDouble():F6}");
        })]);
        var (related, unrelated) = (Nats($"{file}:x", $"{file}:y"), Nats($"{file}:x", $"{file}:z"));
        Assert.InRange(related, 0.8, 5);
        Assert.InRange(unrelated, -0.3, 0.3);
    }

    [Fact]
    public void On_Gaussians_the_truth_stands_beside_the_estimate()
    {
        var (code, output, errors) = Cli.Run("mi", "--gaussian", "--dim", "2", "--rho", "0.5", "--estimator", "infonce", "--steps", "20", "--json");
        Assert.True(code == 0, errors);
        var line = JsonDocument.Parse(output).RootElement;
        Assert.Equal(-Math.Log(1 - 0.25), line.GetProperty("truth").GetDouble(), 1e-3);
        Assert.True(double.IsFinite(line.GetProperty("nats").GetDouble()));
    }

    [Fact]
    public void Without_columns_and_without_Gaussians_it_says_what_it_wants()
    {
        var (code, _, errors) = Cli.Run("mi");
        Assert.Equal(2, code);
        Assert.Contains("--gaussian", errors, StringComparison.Ordinal);
    }

    static double Nats(string x, string y)
    {
        var start = Cli.Start("mi", x, y, "--estimator", "infonce", "--steps", "300", "--json");
        start.Environment["KINDRED_THREADS"] = "1";                        // two that wait for one another in tiny steps take minutes where other tests run beside
        var (code, output, errors) = Cli.Run(start);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output.Split('\n')[0]).RootElement.GetProperty("nats").GetDouble();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
