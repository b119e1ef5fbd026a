using System.Globalization;
using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Runs;

/// <summary>What is said of a training whose learning rate is 0 in all its steps: it would end like any other, having learnt nothing.</summary>
public static class RestingRate
{
    /// <summary>The words by which such a warning is known.</summary>
    public const string Mark = "the learning rate is 0 in";

    /// <summary>The warning.</summary>
    /// <param name="at">Where training stands.</param>
    /// <param name="maxSteps">Where it is stopped early, if so.</param>
    /// <param name="train">How it trains.</param>
    public static string Warning(Progress at, long? maxSteps, TrainSection train)
    {
        var left = Math.Min(at.Steps, maxSteps ?? long.MaxValue) - at.Step;
        var why = train.Warmup > 0 ? string.Create(CultureInfo.InvariantCulture, $"a warm-up of {train.Warmup} epochs begins with 0, and the training ends within its first step; ")
                + "warm up less (train.warmup=0) or train longer"
            : "train longer, or choose another train.schedule or train.optimizer.learningRate";
        return string.Create(CultureInfo.InvariantCulture, $"{Mark} {(left == 1 ? "the one step" : $"all {left} steps")} of this training, so that nothing is learnt: {why}.");
    }
}
