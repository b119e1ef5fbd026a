using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>What one convolution of a network was asked for.</summary>
/// <param name="Batch">N.</param>
/// <param name="Inputs">Channels that come in.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Outputs">Channels that go out.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step in both directions.</param>
/// <param name="Padding">Zeros on every side.</param>
/// <param name="Groups">Groups of channels.</param>
public readonly record struct ConvolutionShape(long Batch, long Inputs, long Height, long Width, long Outputs, long Kernel, long Stride, long Padding, long Groups)
{
    /// <summary>Rows of the output.</summary>
    public long OutputHeight => (Height + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Columns of the output.</summary>
    public long OutputWidth => (Width + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Multiplications of the forward pass.</summary>
    public double Products => (double)Batch * OutputHeight * OutputWidth * Outputs * Inputs / Groups * Kernel * Kernel;

    /// <inheritdoc/>
    public override string ToString() => $"{Batch}x{Inputs}x{Height}x{Width} to {Outputs}, kernel {Kernel}, stride {Stride}, padding {Padding}, groups {Groups}";
}

/// <summary>Writes down the convolutions of everything that runs meanwhile on this thread.</summary>
public static class ConvolutionTrace
{
    [ThreadStatic]
static List<ConvolutionShape>? noted;

    internal static bool Active => noted is not null;

    /// <summary>Runs something and lists the shapes of its <see cref="Conv2d"/> layers, in order.</summary>
    /// <param name="work">What to run.</param>
    public static IReadOnlyList<ConvolutionShape> Of(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var outer = noted;
        var own = noted = [];
        try { work(); }
        finally { noted = outer; }
        return own;
    }

    internal static void Note(Tensor x, Tensor weight, long stride, long padding, long groups) =>
        noted!.Add(new(x.Size(0), x.Size(1), x.Size(2), x.Size(3), weight.Size(0), weight.Size(2), stride, padding, groups));
}
