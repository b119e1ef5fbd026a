using Kindred.Clustering;
using Kindred.Encoders;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SpCL itself: source and target in one softmax, pseudo labels from the memory, norms of their own.</summary>
public sealed class SpCLTests
{
    const int Sources = 24, Targets = 32, Classes = 3;

    static SpCL.Options Small => new(Temperature: 0.2, K1: 6, K2: 2, Radius: 0.7, Gap: 0.1, MinSamples: 2, Identities: 4, Each: 2);

    static SideBySide Two() => new([("target", new ToyData(Targets)), ("source", new ToyData(Sources, classes: Classes))]);

    static DataFacts Facts => new(Targets, 4, 4) { Streams = new Dictionary<string, DataFacts> { ["target"] = new(Targets, 4, 4), ["source"] = new(Sources, Classes, 3) } };

    static SpCL Make(SpCL.Options? options = null, long seed = 1, bool two = true) =>
        Toy.Build(() => new SpCL(new ConvNet(new(Width: 2, Norm: NormKind.PerDomain)), two ? Facts : Toy.Facts, options ?? Small), seed);

    static EpochPlan Begin(SpCL method, IData data, int epoch)
    {
        using var evaluating = method.Evaluating();
        return method.BeginEpoch(new(new(epoch, 8, epoch * 4, 32), data))!;
    }

    static long[] Identities(SpCL method) => Toy.State(method, "identities").ToArray<long>();

    static Tensor Rows(SpCL method) => Toy.State(method, "memory.rows");

    [Fact]
    public void The_memory_begins_with_class_means_and_samples_each_through_the_norms_of_its_data()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var method = Make();
        using (Domain.Begin("source"))                                     // the two domains' norms differ from here on
            NoGradient.Of(() => method.Network.Forward(data.Streams["source"].Plain(Sources).Single().Tensors().Views[0]));
        Begin(method, data, 0);
        using var evaluating = method.Evaluating();
        Tensor Unit(string stream, string? domain)
        {
            using var _ = Domain.Begin(domain);
            return NoGradient.Of(() => Rowwise.Unit(method.Network.Forward(data.Streams[stream].Plain(100).Single().Tensors().Views[0])));
        }
        var source = Unit("source", "source");
        for (var c = 0; c < Classes; c++)
        {
            long[] own = [.. Enumerable.Range(0, Sources).Where(i => i % Classes == c).Select(i => (long)i)];
            Near(Rowwise.Unit(source.IndexSelect(0, Tensor.From<long>(own)).Mean([0], keepdim: true)), Rows(method).Narrow(0, c, 1));
        }
        Near(Unit("target", null), Rows(method).Narrow(0, Classes, Targets));
        Assert.True((source - Unit("source", null)).Abs().Max().Item() > 1e-3);
    }

    [Fact]
    public void Pseudo_labels_are_the_reliable_clusters_of_the_target_s_rows_and_follow_the_classes()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var method = Make();
        Begin(method, data, 0);
        var distance = KReciprocal.Of(Rows(method).Narrow(0, Classes, Targets), 6, 2).Distance;
        long[] At(double radius) => Dbscan.Cluster(distance, radius, 2);
        var filtered = SelfPaced.Filter(At(0.7), At(0.6), At(0.8));
        var labels = Identities(method);
        Assert.Equal([0, 1, 2], labels[..Classes]);
        Assert.All(labels[Classes..], label => Assert.InRange(label, Classes, Classes + Targets - 1));
        for (var i = 0; i < Targets; i++)
            for (var j = 0; j < i; j++)
                Assert.Equal(filtered.Labels[i] == filtered.Labels[j], labels[Classes + i] == labels[Classes + j]);
        Assert.Equal(filtered.Threshold, Toy.State(method, "threshold").Item(), 1e-6);
        Assert.Contains(labels[Classes..].CountBy(l => l), pair => pair.Value > 1);

        // The threshold of the first clustering holds for all later ones.
        Toy.Train(method, Toy.Sgd(method, 0.3), data, epochs: 1);
        var before = Toy.State(method, "threshold").Item();
        Begin(method, data, 1);
        Assert.Equal(before, Toy.State(method, "threshold").Item());
    }

    [Fact]
    public void Without_the_criteria_DBSCAN_has_the_last_word_and_in_the_warm_up_everybody_is_alone()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var method = Make(Small with { Reliable = false, Warmup = 1 });
        Begin(method, data, 0);
        Assert.Equal(Enumerable.Range(0, Classes + Targets).Select(i => (long)i), Identities(method));
        Begin(method, data, 1);
        var found = Dbscan.Expand(Dbscan.Cluster(KReciprocal.Of(Rows(method).Narrow(0, Classes, Targets), 6, 2).Distance, 0.7, 2));
        Assert.Equal(found.Distinct().Count(), Identities(method)[Classes..].Distinct().Count());
        Assert.True(found.Distinct().Count() < Targets);
    }

    [Fact]
    public void One_softmax_serves_both_and_the_memory_moves_after_the_step()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var method = Make();
        Begin(method, data, 0);
        var batch = data.Batches(0, 0, null, default).First().Tensors();
        var (rows, identities) = (Rows(method).Clone(), Toy.State(method, "identities"));
        var (source, target) = (batch.Stream("source"), batch.Stream("target"));
        var copy = Make();
        new TrainingState(copy, Toy.Sgd(copy), 0).Restore(new TrainingState(method, Toy.Sgd(method), 0).Capture());
        Tensor f;
        using (Domain.Begin("source")) f = Rowwise.Unit(copy.Network.Forward(source.Views[0]));
        var g = Rowwise.Unit(copy.Network.Forward(target.Views[0]));
        var expected = UnifiedContrast.Loss(f, rows, identities, source.Labels!, 0.2).Item() + UnifiedContrast.Loss(g, rows, identities, target.Index + Classes, 0.2).Item();
        Assert.Equal(expected, Toy.Loss(method, batch).Item(), 1e-5);
        Near(rows, Rows(method));
        method.Settle();
        var moved = (Rows(method) - rows).Abs().Sum([1]).ToArray<float>();
        var touched = source.Labels!.ToArray<long>().Concat(target.Index.ToArray<long>().Select(i => i + Classes)).ToHashSet();
        for (var row = 0; row < moved.Length; row++) Assert.Equal(touched.Contains(row), moved[row] > 0);
    }

    [Fact]
    public void Batches_hold_the_samples_of_an_identity_side_by_side_and_outliers_too()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var method = Make();
        var plan = Begin(method, data, 0);
        Assert.Equal(["source", "target"], plan.Streams.Keys.Order());
        var labels = Identities(method)[Classes..];
        var alone = labels.CountBy(l => l).Where(p => p.Value == 1).Select(p => p.Key).ToHashSet();
        Assert.Equal(4, plan.Steps);
        Assert.All(plan.Streams["target"], rows => Assert.Equal(8, rows.Distinct().Count()));
        if (alone.Count > 0) Assert.Contains(plan.Streams["target"].SelectMany(rows => rows), row => alone.Contains(labels[row]));
        Assert.All(plan.Streams["source"], rows => Assert.All(rows.Chunk(2), pair => Assert.Equal(pair[0] % Classes, pair[1] % Classes)));
    }

    [Fact]
    public void The_source_alone_leaves_the_target_aside_and_one_data_set_alone_is_unsupervised()
    {
        using var scope = Scope.Open();
        using var data = Two();
        var source = Make(Small with { Learn = SpCL.DomainKind.Source });
        Assert.Equal(["source"], Begin(source, data, 0).Streams.Keys);
        Assert.Equal(Classes, Rows(source).Size(0));
        var target = Make(Small with { Learn = SpCL.DomainKind.Target });
        Assert.Equal(["target"], Begin(target, data, 0).Streams.Keys);
        Assert.Equal(Targets, Rows(target).Size(0));

        using var one = new ToyData(Targets);
        var unsupervised = Make(two: false);
        Assert.Equal(4, Begin(unsupervised, one, 0).Batches!.Count);
        Assert.Equal(Identities(target), Identities(unsupervised));        // the same networks, the same pictures
        Assert.DoesNotContain(unsupervised.State(), s => s.Path.Contains("others", StringComparison.Ordinal));
    }

    [Fact]
    public void Classes_without_a_picture_have_no_row()
    {
        using var scope = Scope.Open();
        using var data = new SideBySide([("target", new ToyData(Targets)), ("source", new Odd(new ToyData(Sources, classes: 6)))]);
        var method = Toy.Build(() => new SpCL(new ConvNet(new(Width: 2, Norm: NormKind.PerDomain)),
            new(Targets, 4, 4) { Streams = new Dictionary<string, DataFacts> { ["target"] = new(Targets, 4, 4), ["source"] = new(Sources, 6, 3) } }, Small));
        var plan = Begin(method, data, 0);
        Assert.Equal(3 + Targets, Rows(method).Size(0));                   // classes 1, 3 and 5
        Assert.All(plan.Streams["source"].SelectMany(rows => rows), row => Assert.Equal(1, row % 2));
        Toy.Train(method, Toy.Sgd(method), data, epochs: 1);
    }

    [Fact]
    public void It_goes_on_in_the_middle_of_an_epoch_with_the_memory_the_labels_and_the_plan_that_it_had()
    {
        using var data = Two();
        var (method, copy) = (Make(), Make(seed: 2));
        var (optimizers, others) = (Toy.Sgd(method, 0.3), Toy.Sgd(copy, 0.3));
        Generator.Default.Seed(3);
        var trainer = new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 3, MaxSteps = 6 });
        trainer.Fit();
        var saved = new TrainingState(method, optimizers, 0) { Position = trainer.Position }.Capture();
        var (labels, rows) = (Identities(method), Rows(method).ToArray<float>());
        new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 3 }) { Position = trainer.Position }.Fit();
        var straight = new TrainingState(method, optimizers, 0).Sha256();

        var state = new TrainingState(copy, others, 0);
        state.Restore(saved);
        Assert.Equal(labels, Identities(copy));
        Assert.Equal(rows, Rows(copy).ToArray<float>());
        new Trainer(copy, data, others, new TrainerOptions { Epochs = 3 }) { Position = state.Position }.Fit();
        Assert.Equal(straight, new TrainingState(copy, others, 0).Sha256());
    }

    [Fact]
    public void What_does_not_go_together_is_refused_with_what_to_write()
    {
        using var scope = Scope.Open();
        static string Message(Action act) => Assert.ThrowsAny<KindredException>(act).Message;
        var wrong = new DataFacts(8, 2, 1) { Streams = new Dictionary<string, DataFacts> { ["a"] = new(8, 2, 1), ["b"] = new(8, 2, 1) } };
        var plain = new DataFacts(8, 2, 1) { Streams = new Dictionary<string, DataFacts> { ["target"] = new(8, 2, 1), ["source"] = new(8, 0, 1) } };
        Assert.Contains("data: { target: URI, source: URI }", Message(() => Toy.Build(() => new SpCL(new TinyEncoder(), wrong, Small))), StringComparison.Ordinal);
        Assert.Contains("two data sets", Message(() => Toy.Build(() => new SpCL(new TinyEncoder(), Toy.Facts, Small with { Learn = SpCL.DomainKind.Source }))), StringComparison.Ordinal);
        Assert.Contains("norm to perDomain", Message(() => Toy.Build(() => new SpCL(new TinyEncoder(), Facts, Small))), StringComparison.Ordinal);
        Assert.Contains("labelled", Message(() => Toy.Build(() => new SpCL(new TinyEncoder(), plain, Small))), StringComparison.Ordinal);
    }

    static void Near(Tensor expected, Tensor actual) => Assert.True((expected - actual).Abs().Max().Item() < 1e-5);

    /// <summary>Only samples with an odd label have one.</summary>
    sealed class Odd(ToyData data) : IData
    {
        public int Count => data.Count;
        public IReadOnlyList<string> Classes => data.Classes;
        public IReadOnlyList<int>? Labels { get; } = [.. data.Labels!.Select(l => l % 2 == 1 ? l : -1)];
        public int StepsPerEpoch => data.StepsPerEpoch;
        public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) => data.Batches(epoch, skip, plan, cancel);
        public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => data.Plain(batch, cancel);
        public void Dispose() => data.Dispose();
    }
}
