using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>A head for each of several embedding spaces on one trunk, their outputs side by side.</summary>
/// <param name="spaces">The heads.</param>
sealed class SpaceHeads(MlpHead[] spaces) : Layer
{
    readonly MlpHead[] spaces = spaces;

    public override Tensor Forward(Tensor x) => Tensor.Cat([.. spaces.Select(head => head.Forward(x))], 1);

    public Tensor Hidden(Tensor x) => Tensor.Cat([.. spaces.Select(head => head.Forward(x, head.Depth - 1))], 1);
}
