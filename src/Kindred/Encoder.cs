using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>Turns inputs into representations [N, Dim]: what is kept after training.</summary>
public abstract class Encoder : Layer
{
    /// <summary>Width of the representation.</summary>
    public abstract long Dim { get; }

    /// <summary>Encodes several views with one pass per size: views of one shape go through together, and so share batch statistics.</summary>
    /// <param name="views">Each [N, C, H, W]; all of the same N.</param>
    /// <returns>One [N, Dim] a view, in the order given.</returns>
    public virtual Tensor[] Forward(Tensor[] views)
    {
        var outputs = new Tensor[views.Length];
        foreach (var group in Enumerable.Range(0, views.Length).GroupBy(i => string.Join('x', views[i].Shape.Skip(1))))
        {
            int[] members = [.. group];
            if (members.Length == 1)
            {
                outputs[members[0]] = Forward(views[members[0]]);
                continue;
            }
            var joint = Forward(Tensor.Cat([.. members.Select(i => views[i])])); // [G · N, Dim]
            long row = 0;
            foreach (int i in members)
            {
                outputs[i] = joint.Narrow(0, row, views[i].Size(0));
                row += views[i].Size(0);
            }
        }
        return outputs;
    }
}
