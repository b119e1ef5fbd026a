using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>A network that makes queries, and a slowly moving copy of it that makes their keys.</summary>
/// <remarks>He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, Sec. 3.2 and 3.3. The copy starts with the same weights and takes no gradient.</remarks>
public sealed class MomentumPair : Module
{
    readonly Projected query, key;

    /// <summary>A network and its copy.</summary>
    /// <param name="encoder">Gives the representation.</param>
    /// <param name="head">Maps it to where queries and keys are compared.</param>
    public MomentumPair(Encoder encoder, Layer head)
    {
        query = new(encoder, head);
        key = query.Twin();
    }

    /// <summary>The network that learns.</summary>
    public Projected Network => query;

    /// <summary>Its encoder, which is kept after training.</summary>
    public Encoder Encoder => query.Encoder;

    /// <summary>The momentum network.</summary>
    public Projected Keys => key;

    /// <summary>Queries of a view, with gradient.</summary>
    /// <param name="view">N samples.</param>
    /// <returns>[N, D], rows of length 1.</returns>
    public Tensor Query(View view) => Rowwise.Unit(query.Forward(view));

    /// <summary>Keys of a view, without gradient.</summary>
    /// <param name="view">N samples.</param>
    /// <param name="shuffle">Encodes the rows in another order and puts them back, so that a query and its key never share a chunk of split batch norm by design (Sec. 3.3).</param>
    /// <returns>[N, D], rows of length 1, in the view's order.</returns>
    public Tensor Key(View view, bool shuffle = false)
    {
        ArgumentNullException.ThrowIfNull(view);
        return NoGradient.Of(() =>
        {
            if (!shuffle) return Rowwise.Unit(key.Forward(view));
            var order = Tensor.Randperm(view.Count, Generator.Default, device: Device.Cpu).To(view.X.Device);
            return Rowwise.Unit(key.Forward(view.Rows(order))).IndexSelect(0, order.Argsort());
        });
    }

    /// <summary>What the momentum network gives for several views of the same samples, without gradient and at their own length; all are shuffled alike.</summary>
    /// <param name="views">N samples each.</param>
    /// <param name="shuffle">As of <see cref="Key"/>.</param>
    internal Tensor[] KeysOf(View[] views, bool shuffle) => NoGradient.Of(() =>
    {
        if (!shuffle) return key.Forward(views);
        var order = Tensor.Randperm(views[0].Count, Generator.Default, device: Device.Cpu).To(views[0].X.Device);
        var back = order.Argsort();
        return Array.ConvertAll(key.Forward([.. views.Select(v => v.Rows(order))]), z => z.IndexSelect(0, back));
    });

    /// <summary>Moves the keys' network towards the queries': key ← m · key + (1 − m) · query (Eq. 2). Call it once the optimizer has stepped.</summary>
    /// <param name="momentum">m in [0, 1]; 0 copies, 1 keeps.</param>
    public void Follow(double momentum) => key.Follow(query, momentum);
}
