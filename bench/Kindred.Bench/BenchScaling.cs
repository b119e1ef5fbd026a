using System.CommandLine;
using System.Diagnostics;
using Kindred.Cli;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary><c>kindred bench scaling</c>: what a step of K processes takes, by a model of computing and exchanging; among several processes, what an exchange takes here.</summary>
/// <remarks>
/// A process computes its share of the rows, then what all compute (loss, optimizer). Exchanges are rings, as Gloo has them: gathering n bytes of all takes (K − 1)
/// turns and moves n (K − 1)/K of them; summing n bytes takes 2 (K − 1) turns and moves 2 n (K − 1)/K. Each batch norm gathers its statistics on the way out and sums two
/// rows on the way back; what the head gives is gathered once; gradients are summed once. Of the gradients all but the last bucket can travel while the backward pass, two thirds
/// of computing, goes on; nothing else is hidden.
/// Among several processes the exchanges of such a step are made, without its computing, and set beside what the model says for the latency and bandwidth that were found.
/// </remarks>
static class BenchScaling
{
    const double FloatBytes = 4;

    internal static Command Create()
    {
        Option<double> parameters = Real("--parameters", 25.6e6, "Weights with a gradient."), rate = Real("--rate", 90, "Pictures a second that one process alone makes, all views of them."),
            shared = Real("--shared", 0.002, "Seconds a step that every process spends on what all compute: loss, optimizer."),
            latency = Real("--latency", 25e-6, "Seconds of one turn of a ring."), bandwidth = Real("--bandwidth", 1.25e9, "Bytes a second between two processes.");
        Option<int> norms = Whole("--norms", 53, "Batch norms on the way."), channels = Whole("--channels", 500, "Their mean width."),
            width = Whole("--width", 128, "Width of what the head gives."),
            views = Whole("--views", 2, "Views of a picture."), batch = Whole("--batch", 4096, "Pictures of all processes together."),
            pixels = Whole("--pixels", 0, "Numbers of a view that travel too, for methods that mix pictures.");
        Option<int[]> ranks = new("--ranks") { DefaultValueFactory = _ => [1, 2, 4, 8, 64, 512], AllowMultipleArgumentsPerToken = true, Description = "Numbers of processes." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("scaling", "Models a training step of K processes; started with torchrun's variables, measures latency and bandwidth among them.")
            { parameters, norms, channels, width, views, batch, pixels, rate, shared, latency, bandwidth, ranks, json };
        command.SetAction(result =>
        {
            using var everyone = Everyone.Meet();
            var step = new Step(result.GetValue(parameters), result.GetValue(norms), result.GetValue(channels),
                result.GetValue(width), result.GetValue(views), result.GetValue(batch), result.GetValue(pixels),
                result.GetValue(rate), result.GetValue(shared), result.GetValue(latency), result.GetValue(bandwidth));
            if (Everyone.Alone)
                foreach (var k in result.GetValue(ranks)!) Output.Json(step.With(k));
            else Measure(step);
        });
        return command;
    }

    static Option<double> Real(string name, double value, string text) => new(name) { DefaultValueFactory = _ => value, Description = text };

    static Option<int> Whole(string name, int value, string text) => new(name) { DefaultValueFactory = _ => value, Description = text };

    // Many small exchanges, then a few large ones; the fastest third counts, as others use the machine too.
    static void Measure(Step step)
    {
        using var scope = Scope.Open();
        var (small, large) = (Tensor.Ones([1], Dtype.Float32), Tensor.Ones([4 << 20], Dtype.Float32));
        void Sum(Tensor x)
        {
            using var inner = Scope.Open();
            Everyone.Sum(x);
        }
        Time(50, () => Sum(small));
        var (least, most) = (Time(300, () => Sum(small)), Time(20, () => Sum(large)));
        var (k, turns) = (Everyone.Count, 2.0 * (Everyone.Count - 1));
        step = step with { Latency = least / turns, Bandwidth = turns / k * large.Numel * FloatBytes / (most - least) };
        var (statistics, outputs, gradients) = Exchanges(step);
        if (Everyone.Rank > 0) return;
        Output.Json(new { Name = "scaling/exchange", Ranks = k, SumS = least, Sum16MibS = most, step.Latency, step.Bandwidth, Torch = Engine.Version });
        Output.Json(new { Name = "scaling/step", Ranks = k, StatisticsS = statistics, OutputsS = outputs, GradientsS = gradients, Together = statistics + outputs + gradients });
        Output.Json(step.With(k));
    }

    // What a training step exchanges, by the calls that it makes.
    static (double Statistics, double Outputs, double Gradients) Exchanges(Step step)
    {
        const int Times = 9, Piece = 1 << 18;
        using var _ = NoGradient.Begin();
        var (own, sums) = (Tensor.Ones([2L * step.Channels + 1], Dtype.Float32), Tensor.Ones([2L * step.Channels], Dtype.Float32));
        var rows = Everyone.Share(step.Batch).Count;
        var (z, numbers) = (Tensor.Ones([rows, step.Views, step.Width + (long)step.Pixels], Dtype.Float32), Tensor.Zeros([rows, 2], Dtype.Int64));
        void Inner(Action act)
        {
            using var inner = Scope.Open();
            act();
        }
        var statistics = Time(Times, () => Inner(() =>
        {
            for (var i = 0; i < step.Norms; i++)
            {
                Everyone.Each(own);
                Everyone.Sum(sums);
            }
        }));
        var outputs = Time(Times, () => Inner(() =>
        {
            Everyone.Gather(numbers, step.Batch);
            Everyone.Gather(z, step.Batch);
        }));
        Tensor[] leaves = [.. Enumerable.Range(0, (int)Math.Ceiling(step.Parameters / Piece)).Select(_ => Tensor.Zeros([Piece], Dtype.Float32).RequiresGrad_())];
        foreach (var leaf in leaves) leaf.Grad = Tensor.Ones([Piece], Dtype.Float32);
        var average = Everyone.AverageGradients();
        var gradients = Time(Times, () =>
        {
            average.Begin(leaves);
            average.Finish();
        });
        return (statistics, outputs, gradients);
    }

    static double Time(int times, Action act)
    {
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            act();
            seconds[i] = clock.Elapsed.TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[times / 3];
    }

    sealed record Step(double Parameters, int Norms, int Channels, int Width, int Views, int Batch, int Pixels, double Rate, double Shared, double Latency, double Bandwidth)
    {
        internal object With(int k)
        {
            double turns = k - 1, part = turns / k;
            double Gathered(double bytes) => turns * Latency + part * bytes / Bandwidth;
            double Summed(double bytes) => 2 * turns * Latency + 2 * part * bytes / Bandwidth;
            var compute = Batch / Rate / k + Shared;
            var gradients = k == 1 ? 0 : Summed(FloatBytes * Parameters);
            var statistics = k == 1 ? 0 : Norms * (Gathered(FloatBytes * k * (2.0 * Channels + 1)) + Summed(FloatBytes * 2 * Channels));
            var outputs = k == 1 ? 0 : Gathered(FloatBytes * Batch * Views * ((double)Width + Pixels)) + Gathered(16.0 * Batch) + Summed(FloatBytes);
            var hidden = k == 1 ? 0 : Math.Min(Batch / Rate / k * 2 / 3, Math.Max(0, gradients - Summed(FloatBytes * GradientAverage.Bucket)));
            var all = compute + gradients - hidden + statistics + outputs;
            return new
            {
                Name = "scaling/model", Ranks = k, StepS = Round(all), ComputeS = Round(compute), GradientsS = Round(gradients), HiddenS = Round(hidden),
                StatisticsS = Round(statistics), OutputsS = Round(outputs),
                ImagesPerS = Round(Batch / all), Speedup = Round((Batch / Rate + Shared) / all), Communication = Round((all - compute) / all),
                SentMb = Round(part * FloatBytes * (2 * Parameters + Norms * ((2.0 * Channels + 1) * k + 4.0 * Channels) + (double)Batch * Views * (Width + Pixels)) / 1e6),
            };
        }

        static double Round(double x) => x == 0 ? 0 : Math.Round(x, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(x))), 0, 9));
    }
}
