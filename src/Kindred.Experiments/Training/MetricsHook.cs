namespace Kindred.Experiments.Training;

/// <summary>Writes a line of metrics every few steps and shows how training stands.</summary>
/// <param name="log">Where the lines go; null for none.</param>
/// <param name="progress">Who is shown every step; null for nobody.</param>
/// <param name="every">Steps between two lines.</param>
/// <param name="offset">Steps of earlier phases: lines count the steps of the whole run, or a resume could not tell which to keep.</param>
public sealed class MetricsHook(MetricsLog? log, IProgress<TrainingProgress>? progress, int every, long offset = 0) : IHook
{
    double loss, wait, exchange, seconds, zStd = double.NaN, rank = double.NaN, rate;
    long samples, steps, first = -1;
    double elapsed;

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (first < 0) first = report.At.Step;
        loss += report.Loss;
        wait += report.DataWait;
        exchange += report.Exchange ?? 0;
        seconds += report.Seconds;
        elapsed += report.Seconds;
        samples += report.Samples;
        steps++;
        if (report.Numbers.TryGetValue("z_std", out var z)) zStd = z;
        if (report.Numbers.TryGetValue("effective_rank", out var r)) rank = r;
        if (seconds > 0) rate = samples / seconds;
        var done = report.At.Step + 1;
        var now = new TrainingProgress(done, report.At.Steps, report.At.Steps == 0 ? 0 : (double)done * report.At.Epochs / report.At.Steps,
            loss / steps, report.LearningRate, rate, seconds > 0 ? Math.Min(1, wait / seconds) : 0, zStd, rank,
            TimeSpan.FromSeconds(elapsed / (done - first) * (report.At.Steps - done)));
        progress?.Report(now);
        if (report.At.Step % every != 0 && done != report.At.Steps) return;
        IEnumerable<KeyValuePair<string, double>> exchanged = report.Exchange is null ? [] : [new("communication", seconds > 0 ? Math.Min(1, exchange / seconds) : 0)];
        log?.Write(offset + done, now.Epoch, now.Metrics().Concat(exchanged).Concat(report.Numbers.Where(n => n.Key is not ("z_std" or "effective_rank"))));
        (loss, wait, exchange, seconds, samples, steps) = (0, 0, 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void End(TrainingResult result) => log?.Sync();
}
