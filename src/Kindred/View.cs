using Kindred.Torch;

namespace Kindred;

/// <summary>One view of every sample of a batch. Modalities that need more than one tensor derive from it.</summary>
/// <param name="x">The input, samples first: pictures are `[N, C, H, W]`.</param>
/// <param name="name">The group and number of the view: <c>global.0</c>, <c>local.3</c>, <c>video</c>.</param>
public class View(Tensor x, string name)
{
    /// <summary>The input, samples first.</summary>
    public Tensor X { get; } = x;

    /// <summary>The group and number of the view.</summary>
    public string Name { get; } = name;

    /// <summary>The view on another device.</summary>
    public virtual View To(Device device) => new(X.To(device), Name);

    /// <summary>The group: the name up to its dot.</summary>
    public string Group => Name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? Name[..dot] : Name;
}
