using Kindred.Clustering;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes PCL itself.</summary>
public sealed class PCLTests
{
    static PCL Make(int[]? clusters = null, int warmup = 1, int negatives = 100, long seed = 1) =>
        Toy.Build(() => new PCL(new TinyEncoder(), Toy.Facts, new(Clusters: clusters ?? [3, 6], Warmup: warmup, Negatives: negatives, Momentum: 0.9, Queue: 20, Dim: 8)), seed);

    static void Begin(PCL method, IData data, int epoch) => method.BeginEpoch(new(new(epoch, 8, epoch * 4, 32), data, (encode, view) =>
    {
        using var evaluating = method.Evaluating();
        return encode(view);
    }));

    [Fact]
    public void The_warm_up_is_MoCo_and_clusters_nothing()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Momentum: 0.9, Queue: 20, Dim: 8)));
        var pcl = Make(warmup: 2);
        double Loss(Method method, int epoch)
        {
            Generator.Default.Seed(3);
            var loss = Toy.Loss(method, data.Batch(), new(epoch, 8, 0, 32)).Item();
            method.Forget();
            return loss;
        }
        Begin(pcl, data, 1);
        Assert.Equal(0, Toy.State(pcl, "clusterings").ItemLong());
        Assert.Equal(Loss(moco, 1), Loss(pcl, 1), 1e-6);
        Assert.DoesNotContain("proto_nce", pcl.TakeLog().Keys);

        Begin(pcl, data, 2);
        Assert.Equal(1, Toy.State(pcl, "clusterings").ItemLong());
        var both = Loss(pcl, 2);
        var log = pcl.TakeLog();
        Assert.Equal(both, log["info_nce"] + log["proto_nce"], 1e-5);
        Assert.True(log["proto_nce"] > 0);
    }

    [Fact]
    public void Prototypes_are_made_anew_each_epoch_from_the_momentum_encoder_and_move_no_statistic()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(warmup: 0);
        float[] last = [];
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var before = Others(method);
            Begin(method, data, epoch);
            Assert.Equal(before, Others(method));                      // weights, running statistics and the queue are as they were
            var prototypes = Toy.State(method, "granularities.1.prototypes");
            Assert.NotEqual(last, last = prototypes.ToArray<float>());
            Assert.All(prototypes.Square().Sum(1).ToArray<float>(), length => Assert.Equal(1, length, 1e-5));
            Assert.Equal(0.2, Toy.State(method, "granularities.1.concentration").Mean().Item(), 1e-5); // φ has mean τ
            Toy.Train(method, Toy.Sgd(method, 0.3), data, epochs: 1, steps: 4);
        }

        static string Others(PCL method) => string.Join('\n', method.State().Where(s => !s.Path.StartsWith("granularities.", StringComparison.Ordinal) && s.Path != "clusterings")
            .Select(s => $"{s.Path} {string.Join(' ', s.State.Value.To(Dtype.Float64).ToArray<double>())}"));
    }

    [Fact]
    public void The_E_step_is_k_means_of_the_momentum_keys_by_sample_number()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(warmup: 0);
        var pair = method.Network;
        Begin(method, data, 4);
        using var evaluating = method.Evaluating();
        var v = NoGradient.Of(() => Rowwise.Unit(Momentum(method).Forward(data.Plain(32).Single().Tensors().Views[0])));
        var found = KMeans.Fit(v, 6, 20, restarts: 5, seed: 4);
        Assert.Equal(found.Assignment.ToArray<long>(), Toy.State(method, "granularities.1.assignment").ToArray<long>());
        var phi = Concentration.Of(v, found.Centroids, found.Assignment, 0.2, 10).Phi;
        Assert.Equal(phi.ToArray<float>(), Toy.Values(method, "granularities.1.concentration"));

        // A step looks its samples up by their numbers, wherever they stand in the batch.
        var batch = data.Batch(2);
        var q = NoGradient.Of(() => Rowwise.Unit(pair.Forward(batch.Views[0])));
        var own = found.Assignment.IndexSelect(0, batch.Index);
        var coarse = KMeans.Fit(v, 3, 20, restarts: 5, seed: 4);
        var expected = (ProtoNce.Loss(q, found.Centroids.Normalize(), phi, own).Item()
            + ProtoNce.Loss(q, coarse.Centroids.Normalize(), Concentration.Of(v, coarse.Centroids, coarse.Assignment, 0.2, 10).Phi, coarse.Assignment.IndexSelect(0, batch.Index)).Item()) / 2;
        Toy.Loss(method, batch, new(4, 8, 16, 32));
        method.Forget();
        Assert.Equal(expected, method.TakeLog()["proto_nce"], 1e-5);
    }

    [Fact]
    public void Where_prototypes_are_many_only_those_of_others_are_drawn()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Proto(int negatives)
        {
            var method = Make([20], warmup: 0, negatives);
            Begin(method, data, 0);
            Generator.Default.Seed(3);
            Toy.Loss(method, data.Batch());
            method.Forget();
            return method.TakeLog()["proto_nce"];
        }
        var all = Proto(12);                                                // 20 ≤ 12 + 8: every prototype
        Assert.Equal(all, Proto(1000));
        Assert.NotEqual(all, Proto(11), 1e-6);
        Assert.True(Proto(1) < Proto(11));                                  // fewer to be told from
    }

    [Fact]
    public void It_goes_on_in_the_middle_of_an_epoch_with_the_clusters_that_it_had()
    {
        using var data = new ToyData();
        var (method, copy) = (Make(warmup: 0), Make(warmup: 0, seed: 2));
        var (optimizers, others) = (Toy.Sgd(method, 0.3), Toy.Sgd(copy, 0.3));
        Generator.Default.Seed(3);
        var trainer = new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 3, MaxSteps = 6 });
        trainer.Fit();
        var saved = new TrainingState(method, optimizers, 0) { Position = trainer.Position }.Capture();
        trainer = new Trainer(method, data, optimizers, new TrainerOptions { Epochs = 3 }) { Position = trainer.Position };
        trainer.Fit();
        var straight = new TrainingState(method, optimizers, 0).Sha256();

        var state = new TrainingState(copy, others, 0);
        state.Restore(saved);
        var clusters = Assignments(copy);
        new Trainer(copy, data, others, new TrainerOptions { Epochs = 3, MaxSteps = 7 }) { Position = state.Position }.Fit();
        Assert.Equal(clusters, Assignments(copy));

        state.Restore(saved);
        new Trainer(copy, data, others, new TrainerOptions { Epochs = 3 }) { Position = state.Position }.Fit();
        Assert.Equal(straight, new TrainingState(copy, others, 0).Sha256());

        static long[] Assignments(PCL method) => Toy.State(method, "granularities.1.assignment").ToArray<long>();
    }

    [Fact]
    public void More_clusters_than_samples_are_refused_before_the_first_step_and_say_how_many_to_take()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var error = Assert.Throws<ConfigurationException>(() => Begin(Make([3, 33], warmup: 5), data, 0));
        Assert.Contains("33 clusters of 32 samples", error.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Make([]));
    }

    static Kindred.Heads.Projected Momentum(PCL method) => ((Kindred.Heads.MomentumPair)method.Modules().Single(m => m is Kindred.Heads.MomentumPair)).Keys;
}
