using Kindred.Io.Onnx;
using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>y = x Wᵀ + b over the last dimension: [.., In] → [.., Out].</summary>
public sealed class Linear : Layer
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly bool standardised;
    readonly SpectralNorm? spectral;

    /// <summary>Weight and bias drawn from U(±1 / √in).</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="bias">Adds one number an output.</param>
    /// <param name="standardised">Every output's weights get mean 0 and variance 1 before use.</param>
    public Linear(long inputs, long outputs, bool bias = true, bool standardised = false)
        : this(Weights.FanInUniform([outputs, inputs], inputs), bias ? Weights.FanInUniform([outputs], inputs) : null, standardised)
    {
    }

    /// <summary>Given weights.</summary>
    /// <param name="weight">[Out, In].</param>
    /// <param name="bias">[Out], or null for none.</param>
    /// <param name="standardised">Every output's weights get mean 0 and variance 1 before use.</param>
    public Linear(Tensor weight, Tensor? bias, bool standardised = false)
    {
        this.standardised = standardised;
        this.weight = new(weight);
        this.bias = bias is null ? null : new(bias);
    }

    Linear(Tensor weight, Tensor? bias, SpectralNorm spectral) : this(weight, bias) => this.spectral = spectral;

    /// <summary>A layer whose weight is spectrally normalised, drawn orthogonally, with bias zero.</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="bias">Adds one number an output.</param>
    public static Linear Spectral(long inputs, long outputs, bool bias = true)
    {
        var weight = Weights.Orthogonal([outputs, inputs]);
        return new(weight, bias ? Weights.Zeros(outputs) : null, new SpectralNorm(weight));
    }

    /// <summary>[Out, In].</summary>
    public Parameter Weight => weight;

    /// <summary>[Out], or null.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Tensor.Linear(x, Used ?? weight.Value, bias?.Value);

    Tensor? Used => standardised ? WeightStandardisation.Of(weight) : spectral?.Of(weight);

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x) => x.Linear(onnx.Weight(weight, Used), bias is null ? null : onnx.Weight(bias));
}

/// <summary>A linear layer whose rows keep the direction of v and a gain g that is fixed at one: DINO's last layer.</summary>
/// <remarks>
/// Salimans, Kingma, "Weight Normalization", NIPS 2016, arXiv:1602.07868, with g frozen ("norm_last_layer") as in
/// Caron et al., arXiv:2104.14294. No bias.
/// </remarks>
public sealed class WeightNormLinear : Layer
{
    readonly Parameter direction;
    readonly Parameter gain;

    /// <summary>[.., In] → [.., Out].</summary>
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="fixedGain">False lets the gain learn (DINO's ViT-S).</param>
    public WeightNormLinear(long inputs, long outputs, bool fixedGain = true)
    {
        direction = new(Weights.FanInUniform([outputs, inputs], inputs));
        gain = new(Weights.Ones(outputs, 1), frozen: fixedGain);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        var w = direction.Value;
        var scale = gain.Value / w.Norm(2, [1], keepdim: true);
        return Tensor.Linear(x, w * scale);
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        var w = direction.Value;
        return x.Linear(onnx.Weight(direction, w * (gain.Value / w.Norm(2, [1], keepdim: true))), null);
    }
}
