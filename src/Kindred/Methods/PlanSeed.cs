using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The number that an epoch's plan is drawn from.</summary>
static class PlanSeed
{
    /// <summary>Draws it from the run's generator, which checkpoints keep: another run plans otherwise, one that goes on plans the same.</summary>
    public static ulong Draw() => (ulong)Tensor.Randint(0, long.MaxValue, [1], Generator.Default, Dtype.Int64).ItemLong();

    /// <summary>The labels, or a word about who wants them.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public static IReadOnlyList<int> Labels(Epoch epoch, string who) =>
        epoch.Labels ?? throw new DataException($"{who} compares classes, and these data have no labels; give labelled data, for example a folder with one folder a class.");
}
