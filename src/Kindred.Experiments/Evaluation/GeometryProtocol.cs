using System.ComponentModel.DataAnnotations;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Training;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>The shape of the cloud of unit features on the test part: alignment, uniformity, spread and effective rank. No labels are needed.</summary>
/// <remarks>
/// Wang and Isola, arXiv:2005.10242: alignment E|z − z⁺|² over two training views of one picture, uniformity ln E exp(−2|z − z′|²). z_std and effective_rank
/// are those of the training's metrics (<see cref="Spread"/>). None of them is in percent.
/// </remarks>
/// <param name="Samples">At most so many samples of the test part; time grows with the square.</param>
[Protocol("geometry", Title = "alignment, uniformity, spread and effective rank of unit features", Paper = "arXiv:2005.10242")]
public sealed record GeometryProtocol([Range(2, 1 << 24)] int Samples = 5000) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["uniformity", "effective_rank", "z_std", "alignment"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var test = subject.Open("test", atMost: Samples, alone: true);
        using var scope = Scope.Open();
        var z = Features.Of(test, subject.Represent, subject.Cancel).Features.Normalize();
        var spread = Spread.Of(z);
        var metrics = new Dictionary<string, double> { ["uniformity"] = Geometry.Uniformity(z), ["effective_rank"] = spread.EffectiveRank, ["z_std"] = spread.Deviation };
        if (test is ISeenAgain again) metrics["alignment"] = Alignment(subject, again);
        return metrics;
    }

    static double Alignment(Subject subject, ISeenAgain data)
    {
        using var scope = Scope.Open();
        var (first, _) = Features.Of(data, 1, subject.Represent);
        var (second, _) = Features.Of(data, 2, subject.Represent);
        return Geometry.Alignment(first, second);
    }
}
