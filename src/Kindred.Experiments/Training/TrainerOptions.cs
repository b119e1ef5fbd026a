using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>How a trainer goes about it; what concerns the method is in the method.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the data, as the recipe has them; schedules have this length.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps in all, in place of <see cref="Epochs"/>; schedules have this length.</summary>
    public long? Steps { get; init; }

    /// <summary>Steps of an epoch for which the method has no plan of its own; the data's own number unless given. Beyond it the data go round again.</summary>
    public int? StepsPerEpoch { get; init; }

    /// <summary>Stops early after this many steps; the schedules keep their length.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Where the method's tensors live.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Runs forward passes under autocast in this type; null for full precision.</summary>
    public Dtype? Precision { get; init; }

    /// <summary>Rows that encoders take at a time (<see cref="GradientCache"/>); 0 takes the batch at once.</summary>
    public int Piece { get; init; }

    /// <summary>Who decides what becomes of a step that went wrong; null ends the training.</summary>
    public Guard? Guard { get; init; }

    /// <summary>Gradients that travel together, where several processes train: as many numbers. Fewer begin to travel earlier, and each costs an exchange.</summary>
    public long Bucket { get; init; } = GradientAverage.Bucket;

    /// <summary>How often numbers are gathered, in steps.</summary>
    public int LogEvery { get; init; } = 10;
}
