using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Logarithm of the energy in mel bands: samples [N, L] or [N, 1, L] → [N, Bands, T].</summary>
/// <remarks>
/// Hann windows, power spectrum by a product with the Fourier basis, triangular bands on the scale
/// 2595 log₁₀(1 + f / 700) (O'Shaughnessy), log(energy + 10⁻⁶).
/// </remarks>
public sealed class LogMel : Layer
{
    readonly Buffer basis, bands;
    readonly long hop, bins;

    /// <summary>Builds the two fixed tables.</summary>
    /// <param name="rate">Samples a second.</param>
    /// <param name="window">Samples in a window.</param>
    /// <param name="hop">Samples from frame to frame.</param>
    /// <param name="count">Mel bands.</param>
    public LogMel(int rate, int window, int hop, int count)
    {
        (this.hop, bins) = (hop, window / 2 + 1);
        basis = new(Fourier(window));
        bands = new(Triangles(rate, window, count));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        using var _ = Autocast.Suspend(x.Device); // energies span many orders of magnitude
        var samples = x.Dim == 2 ? x.Unsqueeze(1) : x;                                   // [N, 1, L]
        var spectrum = Tensor.Conv1d(samples, basis, stride: [hop]);                      // [N, 2 · bins, T]
        var (cosines, sines) = (spectrum.Narrow(1, 0, bins), spectrum.Narrow(1, bins, bins));
        var power = cosines * cosines + sines * sines;                                    // [N, bins, T]
        return (bands.Value.Matmul(power) + 1e-6).Log();                                  // [N, bands, T]
    }

    /// <inheritdoc/>
    public override OnnxValue Export(OnnxExport onnx, OnnxValue x)
    {
        ArgumentNullException.ThrowIfNull(onnx);
        ArgumentNullException.ThrowIfNull(x);
        var spectrum = (x.Rank == 2 ? x.Unsqueeze(1) : x).Conv(onnx.Weight(basis), null, hop);
        var (cosines, sines) = (spectrum.Narrow(1, 0, bins), spectrum.Narrow(1, bins, bins));
        return onnx.Weight(bands).Matmul((cosines * cosines) + (sines * sines)).Add(1e-6).Log();
    }

    static Tensor Fourier(int window)
    {
        int bins = window / 2 + 1;
        var table = new float[2 * bins * window];
        for (int k = 0; k < bins; k++)
            for (int t = 0; t < window; t++)
            {
                double hann = 0.5 - 0.5 * Math.Cos(2 * Math.PI * t / window);
                double angle = 2 * Math.PI * k * t / window;
                table[k * window + t] = (float)(hann * Math.Cos(angle));
                table[(bins + k) * window + t] = (float)(hann * Math.Sin(angle));
            }
        return Tensor.From<float>(table, [2 * bins, 1, window]);
    }

    static Tensor Triangles(int rate, int window, int count)
    {
        int bins = window / 2 + 1;
        double top = Mel(rate / 2.0);
        // The k-th band rises from edge k to edge k + 1 and falls to edge k + 2.
        double Edge(int k) => 700 * (Math.Pow(10, top * k / (count + 1) / 2595) - 1);
        var table = new float[count * bins];
        for (int k = 0; k < count; k++)
            for (int bin = 0; bin < bins; bin++)
            {
                double f = (double)bin * rate / window;
                double rise = (f - Edge(k)) / (Edge(k + 1) - Edge(k));
                double fall = (Edge(k + 2) - f) / (Edge(k + 2) - Edge(k + 1));
                table[k * bins + bin] = (float)Math.Max(0, Math.Min(rise, fall));
            }
        return Tensor.From<float>(table, [count, bins]);
    }

    static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);
}
