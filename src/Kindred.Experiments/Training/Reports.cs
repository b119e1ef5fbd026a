namespace Kindred.Experiments.Training;

/// <summary>What hooks learn of a step.</summary>
/// <param name="At">Where training stood when the step began.</param>
/// <param name="Loss">The sum of the turns' losses.</param>
/// <param name="LearningRate">Of the first player.</param>
/// <param name="Samples">How many the batch had.</param>
/// <param name="DataWait">Seconds spent waiting for the batch.</param>
/// <param name="Seconds">Seconds of the whole step, waiting included.</param>
/// <param name="Numbers">What the method logged and what was watched, at the steps that are logged; empty otherwise.</param>
public sealed record StepReport(Progress At, double Loss, double LearningRate, int Samples, double DataWait, double Seconds, IReadOnlyDictionary<string, double> Numbers)
{
    /// <summary>Seconds of the step in which several processes exchanged tensors or waited for one another; null for one process.</summary>
    public double? Exchange { get; init; }
}

/// <summary>Looks on while a method trains: writes metrics, saves checkpoints, evaluates. Hooks watch; methods act.</summary>
public interface IHook
{
    /// <summary>Sees each batch once the method has learnt from it, without gradient; what it makes dies afterwards.</summary>
    void Batch(Batch batch, Progress at) { }

    /// <summary>Numbers of its own for the metrics, asked for at the steps that are logged.</summary>
    IReadOnlyDictionary<string, double> Numbers() => new Dictionary<string, double>();

    /// <summary>After each step.</summary>
    void Step(StepReport report) { }

    /// <summary>After each epoch; <paramref name="at"/> is where training stands now.</summary>
    void Epoch(Progress at) { }

    /// <summary>When training ends, also by a stop or an error.</summary>
    void End(TrainingResult result) { }
}

/// <summary>How a training ended.</summary>
/// <param name="At">Where it stands; the next step is <c>At.Step</c>.</param>
/// <param name="Loss">The last step's loss, NaN before the first.</param>
/// <param name="Samples">Samples seen by this process.</param>
/// <param name="Seconds">Seconds that this process trained.</param>
/// <param name="Finished">Whether all the recipe's steps are done.</param>
/// <param name="Whole">Whether the state is that of <paramref name="At"/>. It is not when something failed in the middle of a step or at the beginning of an
/// epoch: such a state must not be kept.</param>
/// <param name="Failed">Whether an error ended it.</param>
public sealed record TrainingResult(Progress At, double Loss, long Samples, double Seconds, bool Finished, bool Whole = true, bool Failed = false)
{
    /// <summary>Samples a second.</summary>
    public double Rate => Seconds > 0 ? Samples / Seconds : 0;
}
