using Kindred.Data.Views;
using Kindred.Torch;

namespace Kindred.Bench;

/// <summary>Random numbers in the shapes of a recipe's views, made once: what is left of a step is the training.</summary>
sealed class RandomViews : IData
{
    const int Kinds = 10;

    readonly Raw batch;

    /// <summary>Draws one batch, which comes back at every step.</summary>
    /// <param name="groups">The recipe's views.</param>
    /// <param name="size">Samples of a batch.</param>
    /// <param name="steps">Batches of an epoch.</param>
    /// <param name="side">Rows and columns of the pictures that the views would be cut from.</param>
    /// <param name="channelsLast">The layout of a view.</param>
    /// <param name="seed">Decides the numbers.</param>
    internal RandomViews(IReadOnlyList<ViewGroup> groups, int size, int steps, int side, bool channelsLast, int seed)
    {
        var random = new Random(seed);
        (Count, StepsPerEpoch) = (size * steps, steps);
        Labels = [.. Enumerable.Range(0, Count).Select(_ => random.Next(Kinds))];
        var views = groups.SelectMany(g => Enumerable.Range(0, g.Count).Select(i => (Name: g.Count == 1 ? g.Name : $"{g.Name}.{i}", Shape: g.Plan.Shape(side, side))));
        batch = new([.. views.Select(v => new Drawn(v.Name, v.Shape, Normal(random, size * v.Shape.Length)))], [.. Labels.Take(size)], channelsLast);
    }

    public int Count { get; }

    public int StepsPerEpoch { get; }

    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, Kinds).Select(k => $"{k}")];

    public IReadOnlyList<int>? Labels { get; }

    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) => Enumerable.Repeat(batch, StepsPerEpoch - skip);

    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => Enumerable.Repeat(this.batch, StepsPerEpoch);

    public void Dispose() { }

    // Box and Muller.
    static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    sealed record Drawn(string Name, ViewShape Shape, float[] Values);

    sealed class Raw(Drawn[] views, long[] labels, bool channelsLast) : IRawBatch
    {
        public int Count => labels.Length;

        public double Waited => 0;

        public Batch Tensors() => new(Array.ConvertAll(views, View), Tensor.Arange(Count), Tensor.From<long>(labels));

        View View(Drawn view)
        {
            var (name, (height, width, channels), values) = view;
            return new(channelsLast
                ? Tensor.From<float>(values, Count, height, width, channels).Permute([0, 3, 1, 2])
                : Tensor.From<float>(values, Count, channels, height, width), name);
        }
    }
}
