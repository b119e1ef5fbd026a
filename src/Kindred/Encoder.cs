using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>Turns a view into representations [N, Dim]: what is kept after training.</summary>
public abstract class Encoder : Module
{
    /// <summary>Width of the representation.</summary>
    public abstract long Dim { get; }

    /// <summary>Encodes a view. Where several processes train together, each encodes its share of the samples and gathers the others'.</summary>
    /// <param name="view">N samples of the encoder's modality.</param>
    /// <returns>[N, Dim].</returns>
    public Tensor Forward(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Everyone.Shares(view.Count) ? Shared([view])[0] : Encode(view);
    }

    /// <summary>Encodes several views with one pass per shape: views of one shape go through together, and so share batch statistics.</summary>
    /// <param name="views">All of the same samples.</param>
    /// <returns>One [N, Dim] a view, in the order given.</returns>
    public Tensor[] Forward(View[] views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return Array.TrueForAll(views, v => Everyone.Shares(v.Count)) ? Shared(views) : Together(views);
    }

    /// <summary>Encodes the samples at hand.</summary>
    /// <param name="view">N samples of the encoder's modality.</param>
    /// <returns>[N, Dim].</returns>
    protected abstract Tensor Encode(View view);

    Tensor[] Shared(View[] views)
    {
        var own = Array.ConvertAll(views, view =>
        {
            var (first, count) = Everyone.Share(view.Count);
            return view.Part(first, count);
        });
        var encoded = Everyone.OnShare(() => Together(own));
        return [.. encoded.Zip(views, (h, view) => Everyone.Gather(h, view.Count))];
    }

    Tensor[] Together(View[] views)
    {
        var outputs = new Tensor[views.Length];
        foreach (var group in Enumerable.Range(0, views.Length).GroupBy(i => views[i].Shape))
        {
            int[] members = [.. group];
            var joint = Encode(View.Cat([.. members.Select(i => views[i])]));            // [G · N, Dim]
            if (members.Length == 1)
            {
                outputs[members[0]] = joint;
                continue;
            }
            long row = 0;
            foreach (int i in members)
            {
                outputs[i] = joint.Narrow(0, row, views[i].Count);
                row += views[i].Count;
            }
        }
        return outputs;
    }
}

/// <summary>An encoder of samples that are one tensor each: pictures [N, C, H, W], sound [N, L], points [N, D].</summary>
public abstract class TensorEncoder : Encoder
{
    /// <summary>Encodes a tensor of samples.</summary>
    /// <param name="x">Samples first.</param>
    /// <returns>[N, Dim].</returns>
    public abstract Tensor Forward(Tensor x);

    /// <inheritdoc/>
    protected sealed override Tensor Encode(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Forward(view.X);
    }
}
