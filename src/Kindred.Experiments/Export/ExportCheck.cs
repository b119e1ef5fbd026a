using System.Globalization;
using Kindred.Encoders;
using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Experiments.Export;

/// <summary>How far an exported file is from the encoder that it was made of.</summary>
/// <param name="Batches">The numbers of samples that were tried.</param>
/// <param name="Difference">The largest difference of a number.</param>
/// <param name="Largest">The largest number there was, in absolute terms.</param>
/// <param name="Cosine">The least cosine between the two vectors of a sample.</param>
public sealed record ExportCheck(IReadOnlyList<int> Batches, double Difference, double Largest, double Cosine)
{
    /// <summary>The largest difference that passes, of numbers up to 1; of larger ones as a share of the largest.</summary>
    public const double MostDifference = 1e-4;

    /// <summary>The least cosine that passes.</summary>
    public const double LeastCosine = 0.9999;

    static readonly int[] sizes = [1, 3, 8];

    /// <summary>Whether the two agree.</summary>
    public bool Holds => Difference <= MostDifference * Math.Max(1, Largest) && Cosine >= LeastCosine;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"batches of {string.Join(", ", Batches)}: largest difference {Difference:0.0e+0} of numbers up to {Largest:0.###}, least cosine {Cosine:0.000000}");

    /// <summary>Runs samples of the example, and such of noise where it is floating, through the encoder and through a file that somebody else runs.</summary>
    /// <param name="encoder">What was exported.</param>
    /// <param name="run">Runs the exported file on inputs.</param>
    public static ExportCheck Of(ExportedEncoder encoder, Func<IReadOnlyList<NamedArray>, NamedArray> run)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(run);
        var check = new ExportCheck(sizes, 0, 0, 1);
        using var scope = Scope.Open();
        foreach (var size in sizes)
        {
            var real = Repeated(encoder.Example, size);
            check = check.With(encoder, real, run);
            if (real.X.Dtype.IsFloatingPoint && real.GetType() == typeof(View)) check = check.With(encoder, real.With(Tensor.Randn(real.X.Shape)), run);
        }
        return check;
    }

    // As many samples as wanted, over and over again where there are fewer.
    static View Repeated(View view, int size) => view.Rows(Tensor.From<long>([.. Enumerable.Range(0, size).Select(i => i % view.Count)]));

    ExportCheck With(ExportedEncoder encoder, View view, Func<IReadOnlyList<NamedArray>, NamedArray> run)
    {
        var (wanted, feeds) = encoder.Reference(view);
        var came = run(feeds);
        if (!came.Shape.AsSpan().SequenceEqual(wanted.Shape)) throw new DataException($"the exported file gives {came}, and the encoder {wanted}.");
        ReadOnlySpan<float> a = wanted.As<float>(), b = came.As<float>();
        var width = (int)wanted.Shape[1];
        var (difference, largest, cosine) = (Difference, Largest, Cosine);
        for (var row = 0; row < a.Length / width; row++)
        {
            var (ab, aa, bb) = (0.0, 0.0, 0.0);
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                // A number that is none anywhere is a difference.
                var apart = Math.Abs((double)a[i] - b[i]);
                difference = double.IsNaN(apart) ? double.PositiveInfinity : Math.Max(difference, apart);
                largest = Math.Max(largest, Math.Abs(a[i]));
                (ab, aa, bb) = (ab + ((double)a[i] * b[i]), aa + ((double)a[i] * a[i]), bb + ((double)b[i] * b[i]));
            }
            cosine = Math.Min(cosine, aa == 0 || bb == 0 ? (aa == bb ? 1 : 0) : ab / Math.Sqrt(aa * bb));
        }
        return this with { Difference = difference, Largest = largest, Cosine = cosine };
    }

    /// <summary>Fills the same encoder with other weights from a file of weights, and runs both.</summary>
    /// <param name="encoder">What was exported.</param>
    /// <param name="fresh">The same encoder, untrained.</param>
    /// <param name="arrays">The file's content.</param>
    /// <exception cref="DataException">The file does not fill it.</exception>
    public static ExportCheck OfWeights(ExportedEncoder encoder, Encoder fresh, IReadOnlyList<NamedArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(fresh);
        using var scope = Scope.Open();
        var given = arrays.ToDictionary(a => a.Name);
        if (fresh.State().Any())
            fresh.Load(PublishedWeights.Find(fresh, given.Keys).Names.ToDictionary(n => n.Key, n => TensorArrays.ToTensor(given[n.Value])));
        var other = encoder with { Encoder = fresh };
        var check = new ExportCheck(sizes, 0, 0, 1);
        foreach (var size in sizes)
        {
            var view = Repeated(encoder.Example, size);
            check = check.With(encoder, view, _ => other.Reference(view).Features);
        }
        return check;
    }
}
