using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Couplings in turn: one channel moves by a function of the other two, so that what was done can be undone.</summary>
/// <remarks>The volume-preserving flow of Tian et al., arXiv:2005.10243, Sec. 4, as 1×1 convolutions.</remarks>
public sealed class ColourFlow : Layer
{
    readonly Conv2d[] enter, leave;

    /// <summary>The identity, until it learns.</summary>
    /// <param name="blocks">Couplings; three move every channel once.</param>
    /// <param name="hidden">Width inside a coupling.</param>
    public ColourFlow(int blocks, long hidden)
    {
        enter = [.. Enumerable.Range(0, blocks).Select(_ => new Conv2d(2, hidden, 1))];
        leave = [.. Enumerable.Range(0, blocks).Select(_ => new Conv2d(hidden, 1, 1))];
        foreach (var last in leave)
        {
            last.Weight.Set(last.Weight.Value.ZerosLike());               // the identity at first
            last.Bias?.Set(last.Bias.Value.ZerosLike());
        }
    }

    /// <summary>Three channels in, three out: <c>[N, 3, H, W]</c>.</summary>
    public override Tensor Forward(Tensor x)
    {
        for (var block = 0; block < enter.Length; block++)
        {
            var (own, rest) = (x.Narrow(1, 0, 1), x.Narrow(1, 1, 2));
            var moved = own + leave[block].Forward(enter[block].Forward(rest).Relu());
            x = Tensor.Cat([rest, moved], 1);                             // the next one's turn
        }
        // Whatever the number of couplings, the channels end where they began.
        var turn = enter.Length % 3;
        return turn == 0 ? x : Tensor.Cat([x.Narrow(1, 3 - turn, turn), x.Narrow(1, 0, 3 - turn)], 1);
    }
}
