using System.CommandLine;
using Kindred.Cli;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench ops</c>: what a call of an operator costs where the operator itself has nothing to do.</summary>
/// <remarks>The calls and fields are those of <c>bench/ops.py</c>, which makes them from Python.</remarks>
static class BenchOps
{
    const int Round = 100;

    internal static Command Create()
    {
        Option<int> repeats = new("--repeats") { DefaultValueFactory = _ => 200, Description = $"Rounds of {Round} calls." };
        Option<int> threads = new("--threads") { DefaultValueFactory = _ => 1 };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("ops", "Measures nanoseconds a call of three operators on tiny tensors: the fastest round and the median one.") { repeats, threads, json };
        command.SetAction(result =>
        {
            using var scope = Scope.Open();
            Engine.Threads = result.GetValue(threads);
            foreach (var (name, arguments, call) in Calls())
                Report(name, arguments, result.GetValue(repeats), call);
            return 0;
        });
        return command;
    }

    static IEnumerable<(string Name, int Arguments, Action Call)> Calls()
    {
        var (a, b) = (Tensor.Ones([4]), Tensor.Ones([4]));
        yield return ("mul", 2, () => a.Mul(b));
        var (x, weight) = (Tensor.Ones([1, 1, 4, 4]), Tensor.Ones([1, 1, 3, 3]));
        yield return ("conv2d", 7, () => Tensor.Conv2d(x, weight, padding: [1]));
        Tensor one = Tensor.Ones([1]), mean = Tensor.Zeros([1]), variance = Tensor.Ones([1]);
        yield return ("batch_norm", 9, () => Tensor.BatchNorm(x, one, mean, mean, variance, false, 0.1, 1e-5, false));
    }

    static void Report(string name, int arguments, int repeats, Action call)
    {
        using var quiet = NoGradient.Begin();
        var measured = Measurement.Repeat(20, repeats, 30, () =>
        {
            using var round = Scope.Open();
            for (var i = 0; i < Round; i++)
                call();
        });
        Output.Json(new
        {
            Name = "ops/" + name,
            Arguments = arguments,
            NsPerCall = Math.Round(measured.Median / Round * 1e9),
            NsPerCallBest = Math.Round(measured.Best / Round * 1e9),
            Calls = measured.Runs * Round,
            Engine.Threads,
            Torch = Engine.Torch!.Version.ToString(),
        });
    }
}
