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

    [Theory]
    [InlineData("simclr", "concat", 2)]
    [InlineData("moco_v2", "separate", 1)]
    [InlineData("simsiam", null, 2)]
    public void A_step_is_that_of_the_registered_method_with_its_rate_and_loss(string method, string? views, int passes)
    {
        var line = Assert.Single(Run("bench", "train", "--method", method, "--batch", "4", "--size", "16", "--queue", "64", "--repeats", "2", "--warmup", "1", "--threads", "1", "--precision", "f32"));
        Assert.Equal(($"train/{method}", 2, 4, "f32"), (line.GetProperty("name").GetString(), line.GetProperty("runs").GetInt32(), line.GetProperty("batch").GetInt32(),
            line.GetProperty("precision").GetString()));
        Assert.Contains(line.GetProperty("layout").GetString(), (string[])["nhwc", "nchw"]);   // whichever this machine is faster with
        Assert.Equal(views, line.TryGetProperty("views", out var own) ? own.GetString() : null);
        foreach (var rate in new[] { "images_per_s", "images_per_s_best", "images_per_cpu_s", "median_s", "peak_rss_mb" }) Assert.True(line.GetProperty(rate).GetDouble() > 0, rate);
        Assert.Equal(passes, line.GetProperty("crops_per_s").GetDouble() / line.GetProperty("images_per_s").GetDouble(), 0.05);
        Assert.True(double.IsFinite(line.GetProperty("loss").GetDouble()));
    }

    [Fact]
    public void Views_and_features_are_timed_too()
    {
        Assert.True(Assert.Single(Run("bench", "views", "--kind", "cifar", "--images", "4", "--repeats", "2")).GetProperty("images_per_cpu_s").GetDouble() > 0);
        Assert.InRange(Assert.Single(Run("bench", "embed", "--batch", "4", "--repeats", "2", "--precision", "f32")).GetProperty("rel_err_vs_f32").GetDouble(), 0, 1e-4);
    }

    [Fact]
    public void The_command_mentions_it_and_its_mistakes_are_answered_as_those_of_other_verbs()
    {
        Assert.Contains("bench", Cli.Run(["--help"]).Output, StringComparison.Ordinal);
        Assert.Contains("ntxent", Cli.Run(["bench", "--help"]).Output, StringComparison.Ordinal);
        Assert.Contains("--queue", Cli.Run(["bench", "train", "--help"]).Output, StringComparison.Ordinal);
        var (code, _, errors) = Cli.Run(["bench", "train", "--method", "simclrr"]);
        Assert.Equal(2, code);
        Assert.Contains("did you mean 'simclr'?", errors, StringComparison.Ordinal);
        Assert.Equal(2, Cli.Run(["bench", "trian"]).Code);
    }

    static JsonElement[] Run(params string[] words)
    {
        var (code, output, errors) = Cli.Run(words);
        Assert.True(code == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
