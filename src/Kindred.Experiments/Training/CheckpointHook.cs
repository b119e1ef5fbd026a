namespace Kindred.Experiments.Training;

/// <summary>Saves the whole state every few steps, at the end of epochs and when training stops.</summary>
/// <param name="save">Writes a checkpoint of where training stands.</param>
/// <param name="every">Steps between two checkpoints; 0 for the ends of epochs only.</param>
/// <param name="least">Seconds that lie at least between two checkpoints at the ends of epochs, so that short epochs do not spend their time on saving.</param>
public sealed class CheckpointHook(Action<Progress, double> save, int every, double least = 60) : IHook
{
    double loss = double.NaN;
    long last = -1;
    long savedAt = Environment.TickCount64;

    /// <inheritdoc/>
    public void Step(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        loss = report.Loss;
        var done = report.At.Step + 1;
        if (every > 0 && done % every == 0) Save(report.At with { Step = done });
    }

    /// <inheritdoc/>
    public void Epoch(Progress at)
    {
        if (every == 0 && Environment.TickCount64 - savedAt >= 1000 * least) Save(at);
    }

    /// <inheritdoc/>
    public void End(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (double.IsFinite(result.Loss) || result.At.Step == 0) Save(result.At);
    }

    void Save(Progress at)
    {
        if (at.Step == last) return;
        save(at, loss);
        last = at.Step;
        savedAt = Environment.TickCount64;
    }
}
