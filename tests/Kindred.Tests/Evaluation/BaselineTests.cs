using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Graphs;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>Baselines without learning, and what a density sums to.</summary>
public sealed class BaselineTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static IEncodes Find(string name, IData data, long width = 2) => Baselines.Find(name, new Network(new Wide(width), Device.Cpu, 0, _ => new Wide(width)), data);

    sealed class Wide(long width) : Method, IEncodes
    {
        protected override Tensor Step(Batch batch, Progress at) => throw new NotSupportedException();
        public Tensor Features(View view) => Tensor.Zeros([view.Count, width], Dtype.Float32);
    }

    [Fact]
    public void Counts_are_of_labels_and_sizes_of_nodes_and_edges()
    {
        // Two graphs: a path of three nodes with labels 0, 1, 1; two nodes with label 2 and no edge.
        var nodes = Tensor.From<float>([1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], [5, 3]);
        var view = new GraphView(nodes, Tensor.From<long>([0, 1, 1, 2, 1, 0, 2, 1], [2, 4]), Tensor.From<long>([0, 0, 0, 1, 1]), 2, "graph.0");
        using var data = new MadePoints(8, 2, 0.1, 0);
        Assert.Equal([1f, 2, 0, 0, 0, 2], Find("counts", data).Features(view).ToArray<float>());
        Assert.Equal([1f, 2, 0, 3, 2, 0, 0, 2, 2, 0], Find("sizes", data).Features(view).ToArray<float>());
        Assert.Contains("for graphs", Assert.Throws<ConfigurationException>(() => Find("counts", data).Features(new View(nodes, "global.0"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Principal_components_are_uncorrelated_and_keep_the_most_variance()
    {
        using var data = new MadePoints(400, 4, 0.2, 1);
        var pca = Find("pca", data, 3);
        var (x, _) = Kindred.Experiments.Evaluation.Features.Gather(data.Plain(64), view => view.X);
        var z = pca.Features(new View(x, "global.0")).To(Dtype.Float64);
        Assert.Equal([400, 3], z.Shape);
        var covariance = z.T().Matmul(z) / 400;
        var whole = x.To(Dtype.Float64) - x.To(Dtype.Float64).Mean([0]);
        var values = (whole.T().Matmul(whole) / 400).LinalgEigh().Eigenvalues.ToArray<double>();
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++)
                Assert.Equal(i == j ? values[^(i + 1)] : 0, covariance.Select(0, i).Select(0, j).Item(), 1e-5);
        Assert.True(z.Mean([0]).Abs().Max().Item() < 1e-5);
    }

    [Fact]
    public void Components_are_no_more_than_there_are_values()
    {
        using var data = new MadePoints(40, 2, 0.2, 1, width: 2);
        var (x, _) = Kindred.Experiments.Evaluation.Features.Gather(data.Plain(64), view => view.X);
        Assert.Equal([40, 2], Find("pca", data, 64).Features(new View(x, "global.0")).Shape);
    }

    // log N(0, s²) with a constant off by c.
    sealed class Known(double deviation, double off) : Method, IScores
    {
        protected override Tensor Step(Batch batch, Progress at) => throw new NotSupportedException();

        public Tensor Score(View view) =>
            (view.X.Square() * (-0.5 / (deviation * deviation)) - Math.Log(deviation) - (0.5 * Math.Log(2 * Math.PI))).Sum([1], keepdim: true) + off;
    }

    [Theory, InlineData(1, 0.0), InlineData(2, 0.0), InlineData(1, 0.3), InlineData(2, -0.3)]
    public void A_grid_sums_a_density_to_one_and_shows_what_its_constant_is_off(int dim, double off)
    {
        using var points = new PointModality().Open(new($"points:gaussian?n=500&dim={dim}&deviation=0.5", [], Batch: 50, Seed: 0));
        var method = new Known(0.5, off);
        var subject = new Subject(new Wide(2), "h", Device.Cpu, $"points:gaussian?n=500&dim={dim}&deviation=0.5", uri => new PointModality().Open(new(uri, [], Batch: 50, Seed: 0)))
        {
            Network = new Network(method, Device.Cpu, 0, _ => method),
        };
        var found = new DensityProtocol(Cells: 200).Evaluate(subject);
        Assert.Equal(Math.Exp(off), found["mass"], 1e-3);
        Assert.Equal(Math.Abs(off), found["error"], 1e-3);
        Assert.Equal(found["likelihood"] - off, found["normalised"], 1e-3);
        // Minus the entropy of a Gaussian, to the chance of 500 samples.
        Assert.Equal(-dim * (0.5 + Math.Log(0.5) + (0.5 * Math.Log(2 * Math.PI))), found["normalised"], 0.15);
    }
}
