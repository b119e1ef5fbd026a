using Kindred.Torch;

namespace Kindred;

/// <summary>One view of every sample of a batch: what an encoder takes. Modalities whose samples need more than one tensor (tokens with a mask, graphs with edges) derive from it.</summary>
/// <param name="x">The input, samples first: pictures are `[N, C, H, W]`.</param>
/// <param name="name">The group and number of the view: <c>global.0</c>, <c>local.3</c>, <c>video</c>.</param>
public class View(Tensor x, string name)
{
    /// <summary>The input, samples first.</summary>
    public virtual Tensor X { get; } = x;

    /// <summary>The group and number of the view.</summary>
    public string Name { get; } = name;

    /// <summary>The group: the name up to its dot.</summary>
    public string Group => Name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? Name[..dot] : Name;

    /// <summary>A tensor of samples is a view without a name.</summary>
    /// <param name="x">Samples first.</param>
    public static implicit operator View(Tensor x) => new(x, "");

    /// <summary>What its samples are, as far as their tensor tells: a row of numbers may be a point or a sound.</summary>
    public virtual SampleKinds Kind => KindOf(X);

    private protected static SampleKinds KindOf(Tensor x) => !x.Dtype.IsFloatingPoint ? x.Dim == 2 ? SampleKinds.Captions : SampleKinds.None : x.Dim switch
    {
        2 => SampleKinds.Points | SampleKinds.Sound,
        3 => SampleKinds.Films | SampleKinds.Sound,
        4 => SampleKinds.Pictures,
        _ => SampleKinds.None,
    };

    /// <summary>How many samples there are.</summary>
    public virtual long Count => X.Size(0);

    /// <summary>What views must have in common to go through an encoder together: the size of a sample.</summary>
    public virtual string Shape => string.Join('x', X.Shape.Skip(1));

    /// <summary>The view with another input: a part of it, a mixture, an adversarial one.</summary>
    /// <param name="x">Samples first, of the same kind.</param>
    public virtual View With(Tensor x) => new(x, Name);

    /// <summary>The view on another device.</summary>
    public virtual View To(Device device) => With(X.To(device));

    /// <summary>Some of its samples, in the order asked for.</summary>
    /// <param name="index">`[M]`, numbers of samples.</param>
    public virtual View Rows(Tensor index) => With(X.IndexSelect(0, index));

    /// <summary>A stretch of its samples.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="count">How many.</param>
    public virtual View Part(long first, long count) => With(X.Narrow(0, first, count));

    /// <summary>This view's samples followed by those of others of the same shape.</summary>
    protected virtual View Join(IReadOnlyList<View> others) => With(Tensor.Cat([X, .. others.Select(v => v.X)]));

    /// <summary>The samples of several views of one shape, one view after the other.</summary>
    /// <param name="views">At least one.</param>
    public static View Cat(params IReadOnlyList<View> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return views.Count == 1 ? views[0] : views[0].Join([.. views.Skip(1)]);
    }
}
