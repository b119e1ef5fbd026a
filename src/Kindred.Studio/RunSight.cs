using Kindred.Data.Audit;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Studio;

/// <summary>How alike two views are to a network.</summary>
/// <param name="H">Cosine of the representations.</param>
/// <param name="Z">Cosine of the embeddings that the loss compares.</param>
sealed record Alike(double H, double Z);

/// <summary>A run's network, opened to say how alike it finds views; the last one stays open until its weights change.</summary>
/// <remarks>Called from <see cref="Work"/> alone, one at a time.</remarks>
sealed class RunSight : IDisposable
{
    (string Key, Experiment Experiment)? open;

    /// <summary>Mean cosine of views of different pictures, as of the last comparison: what a pair's is to be seen against.</summary>
    internal Alike? Others { get; private set; }

    /// <summary>How alike each view is to the first of its picture; null for the first itself, and with a reason where the run cannot say.</summary>
    internal (Alike?[][]? Alike, string? Why) Compare(Place run, IReadOnlyList<ShownPicture> pictures)
    {
        Others = null;
        try
        {
            if (pictures.Count == 0 || Open(run).Method is not IEncodes encodes) return (null, "The run's method gives no representation.");
            using var scope = Scope.Open();
            using var quiet = NoGradient.Begin();
            ((Method)encodes).Eval();
            var count = pictures[0].Views.Count;
            var (h, z) = (new double[count][][], new double[count][][]);
            for (var view = 0; view < count; view++)
            {
                var shape = pictures[0].Views[view].Shape;
                if (pictures.Any(p => p.Views[view].Shape != shape)) return (null, "The pictures' views differ in size.");
                var x = Tensor.From<float>([.. pictures.SelectMany(p => p.Views[view].Values)], pictures.Count, shape.Height, shape.Width, shape.Channels).Permute([0, 3, 1, 2]);
                var seen = new View(x, pictures[0].Views[view].Name).To(open!.Value.Experiment.Device);
                (h[view], z[view]) = (Rows(encodes.Features(seen)), Rows(encodes.Embeddings(seen)));
            }
            if (count > 1) Others = new(Mean(h), Mean(z));
            return ([.. pictures.Select((_, i) => Enumerable.Range(0, count).Select(v => v == 0 ? null : new Alike(Cosine(h[0][i], h[v][i]), Cosine(z[0][i], z[v][i]))).ToArray())], null);
        }
        catch (KindredException e) { return (null, e.Message); }
    }

    Experiment Open(Place run)
    {
        var key = $"{run.Path} {Directory.GetLastWriteTimeUtc(Path.Combine(run.Path, "checkpoints")).Ticks}";        // a checkpoint more, or one less
        if (open is { } known && known.Key == key) return known.Experiment;
        open?.Experiment.Dispose();
        open = null;
        var experiment = TrainedRun.Open(run.Path);
        open = (key, experiment);
        return experiment;
    }

    static double[][] Rows(Tensor z)
    {
        if (z.Dim != 2) throw new ConfigurationException($"The network gives [{string.Join(", ", z.Shape)}], no row a view.");
        var (values, width) = (Host.Numbers(z.To(Dtype.Float64)), (int)z.Size(1));
        return [.. values.Chunk(width)];
    }

    static double Mean(double[][][] rows)
    {
        double[] all = [.. from i in Enumerable.Range(0, rows[0].Length) from j in Enumerable.Range(0, rows[1].Length) where i != j select Cosine(rows[0][i], rows[1][j])];
        return all.Length == 0 ? 0 : all.Average();
    }

    static double Cosine(double[] a, double[] b)
    {
        if (a.Length != b.Length) return 0;
        var (dot, x, y) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++) (dot, x, y) = (dot + (a[i] * b[i]), x + (a[i] * a[i]), y + (b[i] * b[i]));
        return x > 0 && y > 0 ? dot / Math.Sqrt(x * y) : 0;
    }

    public void Dispose() => open?.Experiment.Dispose();
}
