using Kindred.Heads;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class SimCLR
{
    /// <summary>What the projection head is (Sec. 4.2).</summary>
    public enum HeadKind
    {
        /// <summary>None: the representation itself is compared.</summary>
        None,

        /// <summary>One linear layer.</summary>
        Linear,

        /// <summary>Linear layers with batch norm and ReLU between them.</summary>
        Mlp,
    }

    /// <summary>The losses of the paper's comparison (Table 2).</summary>
    public enum LossKind
    {
        /// <summary>Normalised, temperature-scaled cross-entropy.</summary>
        NtXent,

        /// <summary>A logistic regression on each pair.</summary>
        NtLogistic,

        /// <summary>Negatives less similar than the positive by a margin.</summary>
        MarginTriplet,
    }

    static Layer Head(long width, Options o) => o.Head == HeadKind.None ? new Map(h => h)
        : new MlpHead(width, o.Hidden == 0 ? width : o.Hidden, o.Dim, o.Head == HeadKind.Linear ? 1 : o.Depth,
            last: o.HeadNorm ? MlpHead.Last.NormWithoutBias : MlpHead.Last.Plain, deviation: o.HeadNorm ? 0.01 : null);

    // Of z [2N, D].
    static Func<Tensor, Tensor> Objective(Options o)
    {
        if (o.Memory > 0 && o.Loss != LossKind.NtXent)
            throw new ConfigurationException($"options.memory: only the loss ntXent has a memory, and options.loss is {o.Loss}; set memory to 0, or leave loss out.");
        return o.Loss switch
        {
            LossKind.NtLogistic => z => NtLogistic.Loss(z, o.Temperature, o.Negatives),
            LossKind.MarginTriplet => z => MarginTriplet.Loss(z, o.Margin, o.Negatives),
            _ => z => NtXent.Loss(z, o.Temperature),
        };
    }

    // v2's: keys of a moving average are negatives too.
    Tensor WithMemory(Tensor z, View view)
    {
        var k = NoGradient.Of(() => Rowwise.Unit(keys!.Forward(view)));             // [N, D]
        After(() => { keys!.Follow(network, options.Momentum); memory!.Enqueue(k); });
        return NtXent.WithMemory(z, memory!.Keys, options.Temperature);
    }
}
