using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Makes views of pictures, and keeps a classifier for each of the two: what InfoMin's encoders play against.</summary>
/// <param name="make">From `[N, 3, H, W]` to the same.</param>
/// <param name="first">Tells the class by the first view; null where labels are not used.</param>
/// <param name="second">By the second.</param>
sealed class ViewGenerator(Layer make, Linear? first, Linear? second) : Layer
{
    readonly Layer make = make;
    readonly Linear? first = first, second = second;

    internal Linear? First => first;

    internal Linear? Second => second;

    public override Tensor Forward(Tensor x) => make.Forward(x);
}
