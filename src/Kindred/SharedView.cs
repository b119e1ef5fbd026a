using Kindred.Torch;

namespace Kindred;

/// <summary>A view of which each of several processes made its own share; whoever asks for the whole gathers it from all of them.</summary>
/// <remarks>An encoder takes the own share alone, so that pixels travel only for methods that look at them: those that mix, split or attack pictures.</remarks>
/// <param name="own">This process's samples, as <see cref="Everyone.Share"/> has them.</param>
/// <param name="rows">How many samples there are in all.</param>
/// <param name="name">As for any view.</param>
public sealed class SharedView(Tensor own, long rows, string name) : View(own, name)
{
    Tensor? whole;

    /// <inheritdoc/>
    public override Tensor X => whole ??= Everyone.Gather(base.X, rows);

    /// <inheritdoc/>
    public override SampleKinds Kind => KindOf(base.X);

    /// <inheritdoc/>
    public override long Count => rows;

    /// <inheritdoc/>
    public override string Shape => string.Join('x', base.X.Shape.Skip(1));

    /// <inheritdoc/>
    public override View To(Device device) => new SharedView(base.X.To(device), rows, Name);

    /// <inheritdoc/>
    public override View Part(long first, long count) => (first, count) == Everyone.Share(rows) ? new View(base.X, Name) : base.Part(first, count);
}
