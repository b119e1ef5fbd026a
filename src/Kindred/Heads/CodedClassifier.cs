using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Heads;

/// <summary>From a sample to its noisy code, and from that to its class.</summary>
/// <param name="encoder">Gives the representation.</param>
/// <param name="dim">K, the width of the code.</param>
/// <param name="classes">How many classes.</param>
sealed class CodedClassifier(Encoder encoder, long dim, int classes) : Module
{
    readonly Encoder encoder = encoder;
    readonly GaussianCode code = new(encoder.Dim, dim);

    public LinearClassifier Classifier { get; } = new(dim, classes);

    public (Tensor Mean, Tensor LogVariance) Code(View view) => code.Forward(encoder.Forward(view));

    public (Tensor Mean, Tensor LogVariance, Tensor Z) Draw(View view)
    {
        var (mean, logVariance) = Code(view);
        return (mean, logVariance, GaussianCode.Draw(mean, logVariance));
    }
}
