using Kindred.Torch;

namespace Kindred;

/// <summary>A view whose samples bring a second row along: a mask, a vector. Whatever is done to the samples is done to both.</summary>
/// <param name="x">The input, samples first.</param>
/// <param name="beside">The other tensor, as many samples first.</param>
/// <param name="name">The group and number of the view.</param>
public abstract class AccompaniedView(Tensor x, Tensor beside, string name) : View(x, name)
{
    /// <summary>The other tensor, samples first.</summary>
    protected Tensor Beside { get; } = beside;

    /// <summary>A view of the same kind and name.</summary>
    /// <param name="x">The input, samples first.</param>
    /// <param name="beside">The other tensor, as many samples first.</param>
    protected abstract View Of(Tensor x, Tensor beside);

    /// <inheritdoc/>
    public override View With(Tensor x) => Of(x, Beside);

    /// <inheritdoc/>
    public override View To(Device device) => Of(X.To(device), Beside.To(device));

    /// <inheritdoc/>
    public override View Rows(Tensor index) => Of(X.IndexSelect(0, index), Beside.IndexSelect(0, index));

    /// <inheritdoc/>
    public override View Part(long first, long count) => Of(X.Narrow(0, first, count), Beside.Narrow(0, first, count));

    /// <inheritdoc/>
    protected override View Join(IReadOnlyList<View> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return Of(Tensor.Cat([X, .. others.Select(v => v.X)]), Tensor.Cat([Beside, .. others.Cast<AccompaniedView>().Select(v => v.Beside)]));
    }
}
