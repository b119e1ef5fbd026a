using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SimCSE itself.</summary>
public sealed class SimCSETests
{
    static SimCSE Make(SimCSE.TwinKind twins = SimCSE.TwinKind.Dropout, double dropout = 0.1, double hard = 1) =>
        Toy.Build(() => new SimCSE(new Bert(new(Width: 16, Depth: 2, Heads: 2, Positions: 16, Dropout: dropout), Toy.Facts.WithInput("vocabulary", 40)), new(twins, HardWeight: hard)));

    static (double Loss, IReadOnlyDictionary<string, double> Log) Step(SimCSE method, Batch batch)
    {
        Generator.Default.Seed(3);
        var loss = Toy.Loss(method, batch).Item();
        return (loss, method.TakeLog());
    }

    [Fact]
    public void Twins_differ_by_their_dropout_and_are_the_same_without()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(kind: "text");
        var (with, without) = (Step(Make(), data.Batch()), Step(Make(dropout: 0), data.Batch()));
        Assert.InRange(with.Log["twin_cosine"], 0.2, 0.999);
        Assert.Equal(1, without.Log["twin_cosine"], 1e-5);
        Assert.True(without.Loss < with.Loss, $"{without.Loss} against {with.Loss}");
    }

    [Fact]
    public void Pairs_take_the_second_sentence_and_the_third_as_a_hard_negative_that_may_weigh_more()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(kind: "text");
        var batch = data.Batch();
        var method = Make(SimCSE.TwinKind.Pair, dropout: 0);
        var z = method.Network.Forward(batch.Views[..3]);
        Assert.Equal(SimCse.Loss(z[0], z[1], z[2]).Item(), Step(method, batch).Loss, 1e-5);
        var pairs = batch with { Views = batch.Views[..2] };
        Assert.Equal(SimCse.Loss(z[0], z[1]).Item(), Step(method, pairs).Loss, 1e-5);
        Assert.True(Step(Make(SimCSE.TwinKind.Pair, 0, hard: 9), batch).Loss > Step(method, batch).Loss);
        var message = Assert.Throws<ConfigurationException>(() => Step(method, batch with { Views = batch.Views[..1] })).Message;
        Assert.Contains("two sentences a row", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_head_is_for_training_only_and_evaluation_has_no_chance()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(kind: "text");
        var method = Make();
        method.Eval();
        var view = data.Batch().Views[0];
        Assert.Equal(0, (method.Features(view) - method.Network.Encoder.Forward(view)).Abs().Max().Item());
        Assert.NotEqual(0, (method.Features(view) - method.Embeddings(view)).Abs().Max().Item());
        // What a sentence is filled up with has no say.
        Assert.Equal(0, (method.Features(view) - method.Features(View.Cat(view, data.Batch(1).Views[2])).Narrow(0, 0, 8)).Abs().Max().Item(), 1e-6);
    }
}
