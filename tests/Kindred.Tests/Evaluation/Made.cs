using Kindred.Data.Pictures.Native;
using Kindred.Experiments.Evaluation;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>Points around one corner of a cube a class, `[n, F]`: the view is the feature.</summary>
sealed class MadePoints : IData
{
    readonly float[][] points;

    public MadePoints(int count, int classes, double noise, ulong seed, bool shuffled = false, int width = 8)
    {
        Classes = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
        var draws = new RandomKey(seed, 0, 0, 0).Draws();
        var labels = Enumerable.Range(0, count).Select(i => i % classes).ToArray();
        points = Array.ConvertAll(labels, label => Enumerable.Range(0, width).Select(f => (float)((label == f % classes ? 1 : 0) + noise * draws.Normal())).ToArray());
        if (shuffled) labels = Array.ConvertAll(labels, _ => draws.Integer(classes));
        Labels = labels;
    }

    public int Count => points.Length;
    public IReadOnlyList<string> Classes { get; }
    public IReadOnlyList<int>? Labels { get; }
    public int StepsPerEpoch => Count / 32;

    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) =>
        (plan?.Batches ?? [.. Enumerable.Range(0, Count).Chunk(32)]).Skip(skip).Select(rows => new Raw(this, rows));

    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => Enumerable.Range(0, Count).Chunk(batch).Select(rows => new Raw(this, rows));

    public void Dispose() { }

    sealed class Raw(MadePoints data, int[] rows) : IRawBatch
    {
        public int Count => rows.Length;
        public double Waited => 0;

        public Batch Tensors() => new([new View(Tensor.From<float>([.. rows.SelectMany(r => data.points[r])], [rows.Length, data.points[0].Length]), "global.0")],
            Tensor.From<long>([.. rows.Select(r => (long)r)]), Tensor.From<long>([.. rows.Select(r => (long)data.Labels![r])]));
    }
}

/// <summary>Features are the points themselves.</summary>
sealed class Identity : IEncodes
{
    public Tensor Features(View view) => view.X;

    // The embedding has forgotten half of the point.
    public Tensor Embeddings(View view) => view.X.Narrow(1, 0, 1);
}

static class Made
{
    /// <summary>A subject whose train and test parts are made points.</summary>
    public static Subject Subject(double noise = 0.1, bool shuffled = false, int classes = 4, string layer = "h", int train = 400) => new(new Identity(), layer, Device.Cpu, "made",
        uri => uri.Contains("test", StringComparison.Ordinal) ? new MadePoints(200, classes, noise, 2, shuffled) : new MadePoints(train, classes, noise, 1, shuffled));

    public static IReadOnlyDictionary<string, double> Evaluate(Protocol protocol, Subject? subject = null)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        return protocol.Evaluate(subject ?? Subject());
    }
}
