using System.ComponentModel.DataAnnotations;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Whether a density that was learnt is one: what it sums to over a grid, and how likely it finds samples that it has not seen.</summary>
/// <remarks>Of one or two values a point: beyond that a grid has too many cells. Gutmann, Hyvärinen, AISTATS 2010, Sec. 3 measure the error of the constant the same way.</remarks>
/// <param name="Reach">The grid reaches so many times as far from the middle as the furthest test sample.</param>
/// <param name="Cells">Cells of the grid in each direction.</param>
[Protocol("density", Title = "what a learnt density of one or two values sums to, and the log-likelihood of test samples", Paper = "AISTATS 2010")]
public sealed record DensityProtocol([Range(1.0, 100.0)] double Reach = 2, [Range(10, 4096)] int Cells = 400) : Protocol
{
    const int Rows = 1 << 14;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["mass", "error", "likelihood", "normalised"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var method = subject.Need<IScores>("scores points");
        using var scope = Scope.Open();
        using var data = subject.Open("test");
        if (data is not PointData) throw new ConfigurationException($"{subject.Uri}: a density is summed over a grid of points; give points:gaussian?dim=1, points:ring or points:25-gaussians.");
        var x = Features.Of(data, view => view.X, subject.Cancel).Features.To(Dtype.Float64);
        var dim = (int)x.Size(1);
        if (dim > 2) throw new ConfigurationException($"{subject.Uri}: points of {dim} values; a grid is summed over for one or two. Give points:gaussian?dim=1.");
        var middle = x.Mean([0]);
        var half = Reach * (x - middle).Abs().Max().Item();
        var step = 2 * half / Cells;
        var line = (Tensor.Arange(Cells, Dtype.Float64) + 0.5) * step - half;
        var grid = (dim == 1 ? line.Unsqueeze(1) : Tensor.Stack([line.RepeatInterleave(Cells), line.Repeat([Cells])], 1)) + middle;
        var logMass = LogDensity(grid).Logsumexp([0]).Item() + dim * Math.Log(step);
        return new Dictionary<string, double>
        {
            ["mass"] = Math.Exp(logMass), ["error"] = Math.Abs(logMass), ["likelihood"] = LogDensity(x).Mean().Item(),
            ["normalised"] = LogDensity(x).Mean().Item() - logMass,
        };

        Tensor LogDensity(Tensor points)
        {
            List<Tensor> parts = [];
            for (long at = 0; at < points.Size(0); at += Rows)
            {
                subject.Cancel.ThrowIfCancellationRequested();
                using var inner = Scope.Open();
                var part = points.Narrow(0, at, Math.Min(Rows, points.Size(0) - at)).To(Dtype.Float32).To(subject.Device);
                var score = method.Score(new View(part, "point.0"));
                if (score.Size(1) != 1)
                    throw new ConfigurationException($"this protocol is for a method that gives the logarithm of a density, one number a point; {method.GetType().Name} gives {score.Size(1)}.");
                parts.Add(inner.Return(score.Squeeze(1).To(Device.Cpu).To(Dtype.Float64)));
            }
            return Tensor.Cat([.. parts]);
        }
    }
}
