using System.Runtime.CompilerServices;

namespace Kindred.Data.Views;

enum PointKind { Scale, Shift, Blend, Saturate, Hue, Gray, Solarize, Posterize, PerChannel, Matrix }

/// <summary>One change that looks at a single pixel, with up to twelve constants.</summary>
struct PointOperation
{
    Constants constants;

    public PointKind Kind;

    public float this[int index]
    {
        readonly get => constants[index];
        set => constants[index] = value;
    }

    public static PointOperation Of(PointKind kind, float x = 0, float y = 0)
    {
        var operation = new PointOperation { Kind = kind };
        operation[0] = x;
        operation[1] = y;
        return operation;
    }

    /// <summary>Channel c becomes x·scale[c] + bias[c].</summary>
    public static PointOperation PerChannel(ReadOnlySpan<float> scale, ReadOnlySpan<float> bias)
    {
        var operation = new PointOperation { Kind = PointKind.PerChannel };
        for (var c = 0; c < 4; c++)
        {
            operation[c] = scale[Math.Min(c, scale.Length - 1)];
            operation[4 + c] = bias[Math.Min(c, bias.Length - 1)];
        }
        return operation;
    }

    /// <summary>(r, g, b) becomes M·(r, g, b) + bias.</summary>
    /// <param name="matrix">Nine numbers, row after row.</param>
    /// <param name="bias">Three numbers.</param>
    public static PointOperation Matrix(ReadOnlySpan<float> matrix, ReadOnlySpan<float> bias)
    {
        var operation = new PointOperation { Kind = PointKind.Matrix };
        for (var i = 0; i < 9; i++)
            operation[i] = matrix[i];
        for (var i = 0; i < 3; i++)
            operation[9 + i] = bias[i];
        return operation;
    }

    [InlineArray(12)]
    struct Constants
    {
        float first;
    }
}
