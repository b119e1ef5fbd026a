using System.CommandLine;
using System.Globalization;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Studies;
using Kindred.Information;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred mi</c>: how much two sets of columns tell about each other, or how far the estimators are to be trusted.</summary>
static class MutualInformationVerb
{
    static readonly MiOptions Default = new();

    static readonly Argument<string[]> files = new("files") { Arity = new(0, 2), Description = "X and Y: FILE[:COLUMNS], csv, npy or safetensors; rows are pairs." };
    static readonly Option<bool> gaussian = new("--gaussian") { Description = "Estimates against the truth on correlated Gaussians." };
    static readonly Option<string> estimators = new("--estimator") { DefaultValueFactory = _ => "", Description = "mine, dv, nwj, js, infonce, club, several with commas, or all." };
    static readonly Option<int> dimensions = new("--dim") { DefaultValueFactory = _ => 20, Description = "Dimensions of the Gaussians." };
    static readonly Option<string> correlations = new("--rho") { DefaultValueFactory = _ => string.Join(',', MiCurve.Grid), Description = "Correlations of the Gaussians." };
    static readonly Option<string> critic = new("--critic")
    {
        DefaultValueFactory = _ => "auto",
        Description = "joint (one network on both), separable (inner product of two); auto: joint for files, separable for Gaussians.",
    };
    static readonly Option<string> scale = new("--scale")
    {
        DefaultValueFactory = _ => "ranks",
        Description = "Columns of files by rank (ranks: outliers and monotone maps change nothing) or as they are (standard).",
    };
    static readonly Option<int> steps = new("--steps") { DefaultValueFactory = _ => Default.Steps, Description = "Steps of learning." };
    static readonly Option<int> batch = new("--batch") { DefaultValueFactory = _ => Default.Batch, Description = "Pairs a step." };
    static readonly Option<int> hidden = new("--hidden") { DefaultValueFactory = _ => Default.Hidden, Description = "Width of the networks." };
    static readonly Option<double> rate = new("--lr") { DefaultValueFactory = _ => Default.LearningRate, Description = "First learning rate." };
    static readonly Option<long> seed = new("--seed") { Description = "Equal seeds give equal numbers." };
    static readonly Option<bool> json = new("--json") { Description = "One JSON object an estimate on stdout." };

    internal static Command Create()
    {
        var command = new Command("mi", "Estimates mutual information between columns of numbers, in nats.")
            { files, gaussian, estimators, dimensions, correlations, critic, scale, steps, batch, hidden, rate, seed, json };
        command.SetAction((result, stop) => Task.FromResult(Run(result, stop)));
        return command;
    }

    static int Run(ParseResult result, CancellationToken stop)
    {
        var options = Options(result);
        var references = result.GetValue(files) ?? [];
        if (result.GetValue(gaussian) == (references.Length > 0))
            throw new ConfigurationException("kindred mi wants either two sets of columns (kindred mi data.csv:1 data.csv:2) or --gaussian.");
        return references.Length > 0 ? OfFiles(result, references, options, stop) : OfGaussians(result, options, stop);
    }

    static int OfGaussians(ParseResult result, MiOptions options, CancellationToken stop)
    {
        var (asked, d) = (Estimators(result.GetValue(estimators)!, "all"), result.GetValue(dimensions));
        if (d < 1)
            throw new ConfigurationException($"--dim {d}: Gaussians have at least one dimension.");
        var rows = new List<string[]>();
        foreach (var point in MiCurve.Run(d, Correlations(result.GetValue(correlations)!), asked, options, stop: stop))
        {
            foreach (var estimate in point.Estimates)
                if (result.GetValue(json))
                {
                    Output.Json(new
                    {
                        dim = d, rho = point.Correlation, truth = point.Truth, club_exact = point.ClubExact,
                        estimator = Name(estimate.Estimator), nats = estimate.Nats, seconds = Math.Round(estimate.Seconds, 2),
                    });
                }
            rows.Add([Text(point.Correlation), Text(point.Truth), .. point.Estimates.Select(estimate => Text(estimate.Nats)), Text(point.ClubExact)]);
        }
        if (!result.GetValue(json))
        {
            Output.Table(["rho", "truth", .. asked.Select(Name), "club exact"], rows);
            Output.Say($"{d} dimensions, nats; infonce cannot exceed ln {options.Batch} = {Text(InfoNceBound.UpperLimit(options.Batch))}; club is an upper bound, the others are lower ones.");
        }
        return 0;
    }

    static int OfFiles(ParseResult result, string[] references, MiOptions options, CancellationToken stop)
    {
        if (references.Length != 2)
            throw new ConfigurationException("kindred mi compares two sets of columns: kindred mi data.csv:1 data.csv:2.");
        using var scope = Scope.Open();
        var columns = result.GetValue(scale) switch
        {
            "ranks" => ColumnScale.Ranks,
            "standard" => ColumnScale.Standard,
            var other => throw new ConfigurationException($"--scale {other}: there are ranks and standard{Suggest.Nearest(other ?? "", ["ranks", "standard"])}."),
        };
        var pairs = new SamplePairs(NumberFile.Read(references[0]), NumberFile.Read(references[1]), options.Seed, columns);
        if (columns == ColumnScale.Standard && pairs.HeavyTails.Count > 0)
            Output.Say($"warning: heavy tails in {Suggest.Some(pairs.HeavyTails)}: on the standard scale a few outliers decide, and the estimate may be far too low; leave --scale at ranks.");
        foreach (var estimator in Estimators(result.GetValue(estimators)!, "mine"))
        {
            var estimate = MiEstimate.Of(pairs, estimator, options, stop);
            if (result.GetValue(json))
            {
                Output.Json(new
                {
                    x = references[0], y = references[1], estimator = Name(estimator), nats = estimate.Nats,
                    held_out = pairs.Count(PairPart.Test), seconds = Math.Round(estimate.Seconds, 2),
                });
            }
            else
                Console.Out.WriteLine($"{Name(estimator),-8} {Text(estimate.Nats)} nats");
        }
        return 0;
    }

    static MiOptions Options(ParseResult result)
    {
        var kind = result.GetValue(critic);
        if (kind is not ("auto" or "separable" or "joint"))
            throw new ConfigurationException($"--critic {kind}: there are auto, separable and joint{Suggest.Nearest(kind ?? "", ["separable", "joint"])}.");
        var options = new MiOptions
        {
            Steps = result.GetValue(steps), Batch = result.GetValue(batch), Hidden = result.GetValue(hidden), LearningRate = result.GetValue(rate),
            JointCritic = kind == "joint" || (kind == "auto" && !result.GetValue(gaussian)), Seed = result.GetValue(seed),
        };
        if (options.Steps < 1 || options.Batch < 2 || options.Hidden < 1 || !(options.LearningRate > 0))
            throw new ConfigurationException($"--steps {options.Steps} --batch {options.Batch} --hidden {options.Hidden} --lr {options.LearningRate}: "
                + "at least one step, two pairs a step, one hidden unit, and a rate above 0.");
        return options;
    }

    static MiEstimator[] Estimators(string text, string otherwise)
    {
        var all = Enum.GetValues<MiEstimator>();
        text = text.Length == 0 ? otherwise : text;
        return text == "all" ? all : [.. text.Split(',').Select(name => all.Select(e => (MiEstimator?)e).FirstOrDefault(e => Name(e!.Value) == name)
            ?? throw new ConfigurationException($"there is no estimator '{name}'{Suggest.Nearest(name, all.Select(Name))}; there are {string.Join(", ", all.Select(Name))}."))];
    }

    static double[] Correlations(string text) =>
        [.. text.Split(',').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var rho) && Math.Abs(rho) < 1
            ? rho : throw new ConfigurationException($"--rho {text}: '{part}' is no correlation between -1 and 1."))];

    static string Name(MiEstimator estimator) => estimator.ToString().ToLowerInvariant();

    static string Text(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);
}
