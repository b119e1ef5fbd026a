using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>An encoder with its head, moved and copied as one: what gets a momentum twin.</summary>
/// <param name="encoder">Gives the representation.</param>
/// <param name="head">Maps it to where the loss is taken.</param>
public sealed class Projected(Encoder encoder, Layer head) : Module
{
    readonly Encoder encoder = encoder;
    readonly Layer head = head;

    /// <summary>The encoder, which is kept after training.</summary>
    public Encoder Encoder => encoder;

    /// <summary>The head, which is thrown away.</summary>
    public Layer Head => head;

    /// <summary>A view's projections, [N, D].</summary>
    public Tensor Forward(View view) => encoder.Forward([view], head)[0];

    /// <summary>Several views, one pass per size; views of one size share batch statistics.</summary>
    /// <returns>One [N, D] a view, in the order given.</returns>
    public Tensor[] Forward(View[] views) => encoder.Forward(views, head);
}
