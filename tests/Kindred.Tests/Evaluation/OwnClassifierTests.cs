using Kindred.Experiments.Evaluation;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class OwnClassifierTests
{
    [Fact]
    public void The_methods_own_choices_are_counted()
    {
        Assert.InRange(Made.Evaluate(new OwnClassifier(), Of(new Corners()))["accuracy"], 99, 100);
        Assert.InRange(Made.Evaluate(new OwnClassifier(), Of(new Corners { Turned = true }))["accuracy"], 0, 1);
    }

    [Fact]
    public void As_clusters_its_choices_count_whatever_they_are_called()
    {
        Assert.InRange(Made.Evaluate(new ClusterProtocol(Own: true), Of(new Corners()))["accuracy"], 99, 100);
        Assert.InRange(Made.Evaluate(new ClusterProtocol(Own: true), Of(new Corners { Turned = true }))["accuracy"], 99, 100);
        Assert.Contains("own", Assert.Throws<ConfigurationException>(() => Made.Evaluate(new ClusterProtocol(Own: true))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_without_a_classifier_is_refused()
        => Assert.Contains("linear", Assert.Throws<ConfigurationException>(() => Made.Evaluate(new OwnClassifier())).Message, StringComparison.Ordinal);

    static Subject Of(Corners method) => new(method, "h", Device.Cpu, "made", _ => new MadePoints(200, 4, 0.1, 2))
    {
        Network = new Network(method, Device.Cpu, 0, _ => method),
    };

    // Points lie around corners (1, 0, 0, 0, 1, …), so the first four numbers are scores; turned, each names its neighbour's class.
    sealed class Corners : Method, IEncodes, IScores
    {
        public bool Turned { get; init; }

        public Tensor Features(View view) => view.X;

        public Tensor Score(View view) => view.X.Narrow(1, 0, 4).Roll([Turned ? 1 : 0], [1]);
    }
}
