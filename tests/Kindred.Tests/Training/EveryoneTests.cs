using System.Text.Json;
using System.Text.Json.Serialization;
using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Several processes train as one with the same batch does: every registered method, in double precision, also where the batch does not divide evenly.</summary>
public sealed class EveryoneTests
{
    const int Steps = 3;
    const long Bucket = 64;                                       // so small that gradients of toys travel in several

    static readonly JsonSerializerOptions json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    static readonly Lazy<Task<Dictionary<string, Outcome>>> alone = new(() => Train(1));

    sealed record Outcome(string Dtype, double[] Losses, Dictionary<string, double> Weights, string? Error = null);

    [Theory, InlineData(2), InlineData(3), InlineData(4)]
    public async Task Losses_and_weights_of_every_method_are_those_of_one_process(int processes)
    {
        var (one, several) = (await alone.Value, await Train(processes));
        Assert.Equal(MethodExamples.Registered.Select(t => t.Name).Order(StringComparer.Ordinal), several.Keys.Order(StringComparer.Ordinal));
        var wrong = new List<string>();
        foreach (var (name, expected) in one)
        {
            var actual = several[name];
            if (expected.Error is not null || actual.Error is not null) wrong.Add($"{name}: {expected.Error ?? actual.Error}");
            else if (Far(expected.Losses[0], actual.Losses[0]) > First(expected)) wrong.Add($"{name}: the first loss is {expected.Losses[0]:R} alone and {actual.Losses[0]:R} here");
            else if (expected.Losses.Zip(actual.Losses).Max(p => Far(p.First, p.Second)) > Later(expected))
                wrong.Add($"{name}: losses {string.Join(' ', expected.Losses)} and {string.Join(' ', actual.Losses)}");
            else if (expected.Weights.MaxBy(w => Far(w.Value, actual.Weights[w.Key])) is var worst && Far(worst.Value, actual.Weights[worst.Key]) > Later(expected))
                wrong.Add($"{name}: '{worst.Key}' sums to {worst.Value:R} alone and to {actual.Weights[worst.Key]:R} here");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {one.Count}:\n{string.Join('\n', wrong)}");
    }

    static double First(Outcome o) => o.Dtype == "Float64" ? 1e-10 : 1e-5;

    static double Later(Outcome o) => o.Dtype == "Float64" ? 1e-8 : 1e-4;

    static double Far(double a, double b) => a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(1, Math.Abs(a));

    // What a rank's process does: this test alone, told by the environment.
    [Fact]
    public void A_rank_trains_every_method()
    {
        if (Ranks.Answer is not { } path) return;
        using var everyone = Everyone.Meet();
        var outcomes = new Dictionary<string, Outcome>();
        foreach (var type in MethodExamples.Registered.OrderBy(t => t.Name, StringComparer.Ordinal)) outcomes[type.Name] = Of(MethodExamples.Of(type));
        if (Everyone.Rank == 0) File.WriteAllText(path, JsonSerializer.Serialize(outcomes, json));
    }

    static Outcome Of(MethodExample example)
    {
        var results = new[] { Dtype.Float64, Dtype.Float32 }.Select(dtype =>
        {
            try { return Of(example, dtype); }
            catch (Exception e) when (e is TorchException or ArgumentException or InvalidOperationException or ConfigurationException { InnerException: TorchException })
            {
                return new Outcome(dtype.ToString(), [], [], $"{e.GetType().Name} {e.Message}");
            }
        });
        Outcome? last = null;
        foreach (var result in results)
            if ((last = result).Error is null) break;
        return last!;
    }

    static Outcome Of(MethodExample example, Dtype dtype)
    {
        using var data = new WideData(new ToyData(kind: example.Data), dtype);
        var method = Toy.Build(() => example.Make(c => new TinyEncoder(c ?? 3), Toy.Facts.Of(example.Data)));
        method.To(dtype: dtype);
        // What is dropped at random is drawn by each process for its own rows.
        foreach (var dropout in method.Modules().OfType<Dropout>()) dropout.Probability = 0;
        foreach (var words in method.Modules().OfType<WordEncoder>()) words.Drop = 0;
        Generator.Default.Seed(3);
        var record = new Methods.Record();
        new Trainer(method, data, Toy.Sgd(method, example.Rate), new TrainerOptions { Epochs = 2, MaxSteps = Steps, LogEvery = 1, Bucket = Bucket }, record).Fit();
        using var scope = Scope.Open();
        var weights = method.State().Where(s => s.State.Value.Dtype.IsFloatingPoint).ToDictionary(s => s.Path, s => s.State.Value.To(Dtype.Float64).Square().Sum().Item());
        return new(dtype.ToString(), [.. record.Steps.Select(s => s.Loss)], weights);
    }

    static async Task<Dictionary<string, Outcome>> Train(int processes) =>
        JsonSerializer.Deserialize<Dictionary<string, Outcome>>(await Ranks.Run(processes, typeof(EveryoneTests), nameof(A_rank_trains_every_method)), json)!;
}
