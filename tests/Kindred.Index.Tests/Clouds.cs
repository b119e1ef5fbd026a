namespace Kindred.Index.Tests;

/// <summary>Points to search among, and a loop in double precision that says what is right.</summary>
static class Clouds
{
    /// <summary>Points on a curved sheet of few dimensions with a little noise: nearer to what encoders give than white noise.</summary>
    internal static float[] Sheet(int count, int dimension, int seed = 1, int inner = 8)
    {
        var random = new Random(1);
        var weights = Draw(new Random(1), inner * dimension);
        random = new Random(seed + 1000);
        var values = new float[count * dimension];
        for (var i = 0; i < count; i++)
        {
            var z = Draw(random, inner);
            for (var d = 0; d < dimension; d++)
            {
                var sum = 0f;
                for (var j = 0; j < inner; j++) sum += z[j] * weights[(j * dimension) + d];
                values[(i * dimension) + d] = MathF.Tanh(sum / 2) + (0.05f * Gauss(random));
            }
        }
        return values;
    }

    internal static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Gauss(random))];

    static float Gauss(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    internal static double Score(Metric metric, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0, distance = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
            distance += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }
        return metric switch { Metric.Cosine => aa * bb == 0 ? 0 : dot / Math.Sqrt(aa * bb), Metric.Dot => dot, _ => -Math.Sqrt(distance) };
    }

    internal static double Recall(Neighbour[][] found, Neighbour[][] right) =>
        found.Zip(right).Average(p => (double)p.First.Select(n => n.Row).Intersect(p.Second.Select(n => n.Row)).Count() / p.Second.Length);
}

/// <summary>A folder that goes away with its test.</summary>
public abstract class WithFolder : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("kindred-index-").FullName;

    protected string At(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
