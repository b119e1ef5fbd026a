using Kindred.Heads;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>A method that learns one encoder with a head: what it has learnt is before the head, what its loss compares after it.</summary>
public abstract class ProjectedMethod : Method, IEncodes, IProjected
{
    /// <inheritdoc/>
    public abstract Projected Network { get; }

    /// <inheritdoc/>
    public Tensor Features(View view) => Network.Encoder.Forward(view);

    /// <inheritdoc/>
    public Tensor Embeddings(View view) => Network.Forward(view);
}
