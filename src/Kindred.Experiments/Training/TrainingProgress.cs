namespace Kindred.Experiments.Training;

/// <summary>How training stands at one step: what the display shows and the metrics keep.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Epoch">Passes over the data, with the fraction of the current one.</param>
/// <param name="Loss">The loss of the last step, or the mean since the last report.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Samples a second since the last report.</param>
/// <param name="DataWait">The part of the time, 0 to 1, that training waited for data.</param>
/// <param name="ZStd">Standard deviation of the normalised outputs times √D: 1 for a healthy spread, 0 when all are one point. NaN when not measured.</param>
/// <param name="EffectiveRank">Dimensions that the outputs use. NaN when not measured.</param>
/// <param name="Remaining">Time left, as far as one can tell.</param>
public sealed record TrainingProgress(
    long Step,
    long Steps,
    double Epoch,
    double Loss,
    double LearningRate,
    double ImagesPerSecond,
    double DataWait,
    double ZStd = double.NaN,
    double EffectiveRank = double.NaN,
    TimeSpan? Remaining = null)
{
    /// <summary>The values under their names in <c>metrics.jsonl</c>, step and epoch apart.</summary>
    /// <returns>Names and numbers.</returns>
    public IEnumerable<KeyValuePair<string, double>> Metrics() =>
    [
        new("loss", Loss), new("lr", LearningRate), new("images_per_second", ImagesPerSecond),
        new("data_wait", DataWait), new("z_std", ZStd), new("effective_rank", EffectiveRank),
    ];
}
