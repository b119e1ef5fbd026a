using Kindred.Experiments.Evaluation;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class StructureTests
{
    [Fact]
    public void Separable_classes_are_clusters_and_shuffled_ones_are_not()
    {
        var found = Made.Evaluate(new ClusterProtocol());
        Assert.All(["nmi", "ami", "ari", "accuracy", "purity"], name => Assert.InRange(found[name], 99, 100.0001));
        var shuffled = Made.Evaluate(new ClusterProtocol(), Made.Subject(shuffled: true));
        Assert.InRange(shuffled["ari"], -5, 5);
        Assert.InRange(shuffled["accuracy"], 25, 45);
    }

    // Six points on a circle, worked out by hand: each row lists the others, nearest first.
    [Fact]
    public void Retrieval_of_a_worked_case()
    {
        using var scope = Scope.Open();
        double[] degrees = [0, 10, 25, 100, 112, 250];
        var rows = Tensor.From<double>([.. degrees.SelectMany(d => new[] { Math.Cos(d * Math.PI / 180), Math.Sin(d * Math.PI / 180) })], [6, 2]);
        var found = ClassRetrieval.Measure(rows, Tensor.From<long>([0, 0, 1, 1, 0, 2]));
        // For every row its mean precision over its hits; the last is alone in its class and does not ask.
        double[] precision =
        [
            (1.0 + 2.0 / 5) / 2,   // 0°: 10 (hit), 25, 100, 250, 112 (hit)
            (1.0 + 2.0 / 4) / 2,   // 10°: 0 (hit), 25, 100, 112 (hit), 250
            1.0 / 3,               // 25°: 10, 0, 100 (hit), 112, 250
            1.0 / 2,               // 100°: 112, 25 (hit), 10, 0, 250
            (1.0 / 3 + 2.0 / 4) / 2, // 112°: 100, 25, 10 (hit), 0 (hit), 250
        ];
        Assert.Equal(100 * precision.Average(), found["map"], 9);
        Assert.Equal(100 * 2 / 5.0, found["r1"], 9);
        Assert.Equal(100, found["r5"], 9);
    }

    [Fact]
    public void Samples_of_one_class_find_each_other() => Assert.InRange(Made.Evaluate(new ClassRetrieval())["map"], 99, 100.0001);

    [Fact]
    public void A_cloud_in_few_directions_has_a_low_rank()
    {
        var found = Made.Evaluate(new GeometryProtocol(), Made.Subject(noise: 0.01));
        Assert.InRange(found["effective_rank"], 2.5, 3.5); // four corners, centred
        Assert.DoesNotContain("alignment", found.Keys);      // no pictures, no training views
    }

    [Fact]
    public void Transfer_refuses_the_runs_own_data()
    {
        var own = new Subject(new Identity(), "h", Device.Cpu, "made?split=train", _ => new MadePoints(100, 4, 0.1, 1)) { OwnData = "made" };
        Assert.Contains("--data", Assert.Throws<ConfigurationException>(() => new Transfer().Evaluate(own)).Message, StringComparison.Ordinal);
        var other = new Subject(new Identity(), "h", Device.Cpu, "other", _ => new MadePoints(100, 4, 0.1, 1)) { OwnData = "made" };
        Assert.InRange(Made.Evaluate(new Transfer(), other)["accuracy"], 99, 100);
        Assert.Equal("made", other.Notes["learnt_from"]!.GetValue<string>());
    }
}
