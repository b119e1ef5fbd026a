namespace Kindred.Experiments.Training;

/// <summary>Saves the whole state every few steps, at the end of epochs and when training stops.</summary>
/// <remarks>A state is saved only between steps: what a failed step left behind is not.</remarks>
/// <param name="save">Writes a checkpoint of where training stands; throws <see cref="NumericException"/> where the state is not finite.</param>
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
        // What took no step is as it was found; what failed before its first has nothing to keep.
        if (!result.Whole || (result.Samples == 0 && (result.Failed || result.At.Step > 0))) return;
        try { Save(result.At); }
        // What ended the training is the error to tell; that its state is of no use is a consequence.
        catch (NumericException) when (result.Failed) { }
    }

    void Save(Progress at)
    {
        if (at.Step == last) return;
        save(at, loss);
        last = at.Step;
        savedAt = Environment.TickCount64;
    }
}
