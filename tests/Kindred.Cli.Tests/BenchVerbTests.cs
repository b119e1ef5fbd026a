using System.Text.Json;

namespace Kindred.Cli.Tests;

/// <summary>The measurements as a comparison's script reads them.</summary>
public sealed class BenchVerbTests
{
    [Fact]
    public void K_means_reports_its_rate_and_how_near_the_rows_lie()
    {
        var line = Assert.Single(Run("bench", "kmeans", "--rows", "2000", "--dim", "16", "--clusters", "20", "--iters", "5", "--repeats", "2", "--json"));
        Assert.Equal(("kmeans/kindred", 2000, 20), (line.GetProperty("name").GetString(), line.GetProperty("rows").GetInt32(), line.GetProperty("clusters").GetInt32()));
        Assert.True(line.GetProperty("assignments_per_s").GetDouble() > 0);
        Assert.InRange(line.GetProperty("mean_sq_dist").GetDouble(), 0.01, 1);
    }

    [Fact]
    public void Operators_are_timed_one_by_one()
    {
        var lines = Run("bench", "ops", "--repeats", "5");
        Assert.Equal(["ops/mul", "ops/conv2d", "ops/batch_norm"], lines.Select(l => l.GetProperty("name").GetString()));
        Assert.All(lines, l => Assert.True(l.GetProperty("ns_per_call").GetDouble() > 0));
    }

    [Fact]
    public void A_soak_leaves_no_tensor_behind()
    {
        var line = Assert.Single(Run("bench", "soak", "--steps", "60"));
        Assert.Equal([6, 30, 60], line.GetProperty("at").EnumerateArray().Select(p => p.GetProperty("step").GetInt32()));
        Assert.Single(line.GetProperty("at").EnumerateArray().Select(p => p.GetProperty("tensors_alive").GetInt64()).Distinct());
        Assert.Equal(0, line.GetProperty("tensors_alive_per1000_steps").GetDouble());
    }

    static JsonElement[] Run(params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        Assert.True(code == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
