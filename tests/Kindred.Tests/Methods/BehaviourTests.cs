using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes each classic method itself.</summary>
public sealed class BehaviourTests
{
    static Tensor State(Method method, string path) => method.State().Single(s => s.Path == path).State.Value;

    static float[] Values(Method method, string path) => State(method, path).ToArray<float>();

    [Theory]
    [InlineData("swav", "prototypes.weight")]
    [InlineData("dino", "student.head.last.direction")]
    public void Prototypes_and_the_last_layer_stay_as_drawn_for_an_epoch(string which, string path)
    {
        using var data = new ToyData();
        var method = Toy.Build<Method>(() => which == "swav"
            ? new SwAV(new TinyEncoder(), new(Prototypes: 7, Dim: 6, Hidden: 8))
            : new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4)));
        var drawn = Values(method, path);
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 3, steps: 4);
        Assert.All(drawn.Zip(Values(method, path)), p => Assert.Equal(p.First, p.Second, 1e-6f)); // rows are brought to length 1 again, which rounds
        Toy.GoOn(method, optimizers, data, new TrainerOptions { Epochs = 3 }, new(1, 3, 4, 12)).Fit();
        Assert.Contains(drawn.Zip(Values(method, path)), p => Math.Abs(p.First - p.Second) > 1e-4);
    }

    [Theory]
    [InlineData("moco", "pair.key")]
    [InlineData("moco-v3", "target")]
    [InlineData("byol", "target")]
    [InlineData("dino", "teacher")]
    [InlineData("distill", "teacher")]
    public void No_gradient_reaches_the_teacher(string which, string part)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build<Method>(() => which switch
        {
            "moco" => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)),
            "moco-v3" => new MoCoV3(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
            "byol" => new BYOL(new TinyEncoder(), new(Hidden: 8, Dim: 6)),
            "dino" => new DINO(new TinyEncoder(), new(Outputs: 9, Hidden: 8, Bottleneck: 4)),
            _ => new Distill(new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8)), Toy.Facts, new()), c => new TinyEncoder(c ?? 3), Toy.Facts, new()),
        });
        Toy.Loss(method, data.Batch(), new(1, 2, 4, 8)).Backward();
        var ofTeacher = method.NamedParameters().Where(p => p.Path.StartsWith(part + ".", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(ofTeacher);
        Assert.All(ofTeacher, p => Assert.Null(p.Parameter.Gradient));
        Assert.Contains(method.Parameters(), p => p.Gradient is not null);
    }

    [Fact]
    public void A_key_is_a_negative_only_after_its_own_step_and_the_oldest_go_first()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8)));
        var start = Values(moco, "queue.keys");
        for (var step = 0; step < 3; step++)
        {
            var before = Values(moco, "queue.keys");
            Toy.Loss(moco, data.Batch(step));
            Assert.Equal(before, Values(moco, "queue.keys"));
            moco.Settle();
            Assert.Equal((step + 1) * 8 % 20, State(moco, "queue.pointer").ItemLong());
        }
        var end = Values(moco, "queue.keys");
        Assert.All(Enumerable.Range(0, 20), row => Assert.NotEqual(start[row * 8], end[row * 8])); // 24 keys went through 20 places
    }

    [Fact]
    public void Momentum_zero_copies_and_one_keeps()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        foreach (var (momentum, copies) in new[] { (0.0, true), (1.0, false) })
        {
            var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Momentum: momentum)));
            var drawn = Values(moco, "pair.key.encoder.conv1.weight");
            Toy.Train(moco, Toy.Sgd(moco), data, epochs: 1, steps: 2);
            Assert.Equal(copies ? Values(moco, "pair.query.encoder.conv1.weight") : drawn, Values(moco, "pair.key.encoder.conv1.weight"));
            Assert.NotEqual(drawn, Values(moco, "pair.query.encoder.conv1.weight"));
        }
    }

    [Fact]
    public void Shuffling_changes_keys_only_where_chunks_of_batch_norm_see_it()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(NormKind norm, bool shuffle)
        {
            var moco = Toy.Build(() => new MoCo(new ConvNet(new() { Width = 2, Norm = norm, SplitBn = 4 }), new(Queue: 20, Dim: 8, Shuffle: shuffle)));
            moco.To(dtype: Dtype.Float64);
            var batch = data.Batch();
            batch = batch with { Views = [.. batch.Views.Select(v => new View(v.X.To(Dtype.Float64), v.Name))] };
            Generator.Default.Seed(5);
            return Toy.Loss(moco, batch).Item();
        }
        Assert.Equal(Loss(NormKind.Bn, false), Loss(NormKind.Bn, true), 1e-9);
        Assert.NotEqual(Loss(NormKind.Split, false), Loss(NormKind.Split, true), 1e-6);
    }

    // The batch norm at the projector's end gives every dimension variance 1, so what collapses is the rank: all end up on one line.
    [Fact]
    public void SimSiam_collapses_without_stop_gradient_and_does_not_with_it()
    {
        (double Loss, double Rank) End(bool stop)
        {
            using var data = new ToyData(count: 64, batch: 32);
            var method = Toy.Build(() => new SimSiam(new TinyEncoder(), new(Dim: 16, Depth: 2, PredictorHidden: 4, StopGradient: stop)));
            var record = new Record();
            Toy.Train(method, Toy.Sgd(method), data, epochs: 75, null, record);
            return (record.Steps[^1].Loss, record.Steps[^1].Numbers["effective_rank"]);
        }
        var (without, with) = (End(false), End(true));
        Assert.InRange(without.Loss, -1, -0.95);
        Assert.True(without.Rank < 2 && with.Rank > 3, $"effective rank of z without stop-gradient {without.Rank:0.00}, with it {with.Rank:0.00}");
    }

    [Fact]
    public void SwAV_uses_its_queue_only_when_it_is_full()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        SwAV Make() => Toy.Build(() => new SwAV(new TinyEncoder(), new(Prototypes: 7, Dim: 6, Hidden: 8, Queue: 16, QueueFrom: 1)));
        var swav = Make();
        Toy.Loss(swav, data.Batch(), new(0, 4, 0, 16));
        swav.Settle();
        Assert.Equal(0, State(swav, "queued").ItemLong());
        for (var step = 0; step < 2; step++)
        {
            Toy.Loss(swav, data.Batch(step), new(1, 4, 4 + step, 16));
            swav.Settle();
        }
        Assert.Equal(16, State(swav, "queued").ItemLong());

        var full = Toy.Loss(swav, data.Batch(2), new(1, 4, 6, 16)).Item();
        State(swav, "queued").Fill_(15);
        Assert.NotEqual(full, Toy.Loss(swav, data.Batch(2), new(1, 4, 6, 16)).Item());
    }

    [Fact]
    public void SwAV_with_softmax_codes_ends_in_fewer_prototypes_than_with_balanced_ones()
    {
        double Used(SwAV.CodeKind codes)
        {
            using var data = new ToyData();
            var method = Toy.Build(() => new SwAV(new TinyEncoder(), new(Prototypes: 8, Dim: 6, Hidden: 8, FreezeEpochs: 0, Codes: codes)));
            var record = new Record();
            Toy.Train(method, Toy.Sgd(method, 0.1), data, epochs: 40, null, record);
            return record.Steps.TakeLast(8).Average(s => s.Numbers["used_prototypes"]);
        }
        var (softmax, sinkhorn) = (Used(SwAV.CodeKind.Softmax), Used(SwAV.CodeKind.Sinkhorn));
        Assert.True(softmax < sinkhorn - 1, $"prototypes used: softmax {softmax:0.0}, Sinkhorn {sinkhorn:0.0}");
    }

    [Fact]
    public void DINO_without_sharpening_becomes_uniform_and_without_centring_loses_entropy()
    {
        (double Entropy, double Divergence) End(DINO.Options options)
        {
            using var data = new ToyData();
            var method = Toy.Build(() => new DINO(new TinyEncoder(), options));
            var record = new Record();
            Toy.Train(method, Toy.Sgd(method, 0.1), data, epochs: 30, null, record);
            return (record.Steps.TakeLast(4).Average(s => s.Numbers["teacher_entropy"]), record.Steps.TakeLast(4).Average(s => s.Numbers["teacher_divergence"]));
        }
        var plain = new DINO.Options(Outputs: 16, Hidden: 16, Bottleneck: 8, HeadNorm: true, FreezeEpochs: 0, Momentum: 0.9);
        var both = End(plain);
        var uniform = End(plain with { TeacherTemperature = 1, WarmupTemperature = 1 });
        var uncentred = End(plain with { Centering = false });
        Assert.InRange(both.Entropy, 0.01, Math.Log(16) - 0.01);
        Assert.InRange(uniform.Entropy, Math.Log(16) - 0.1, Math.Log(16) + 1e-6);
        Assert.True(uniform.Divergence < 0.1 * both.Divergence, $"divergence {uniform.Divergence:0.0000} without sharpening, {both.Divergence:0.0000} with it");
        Assert.True(uncentred.Entropy < both.Entropy, $"entropy {uncentred.Entropy:0.000} without centring, {both.Entropy:0.000} with it");
    }

    [Fact]
    public void CPC_sees_nothing_beyond_the_present_and_refuses_what_cannot_be_predicted()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        CPC Make(int steps, int skip = 0) => Toy.Build(() => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 4, Width = 2 }), new(Steps: steps, Skip: skip, Context: 6)));
        Toy.Loss(Make(3), data.Batch()); // a 4 × 4 grid
        Toy.Loss(Make(1, skip: 2), data.Batch());
        Assert.Contains("4 steps ahead", Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(2, skip: 2), data.Batch())).Message, StringComparison.Ordinal);
        Assert.Contains("4 frames", Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(4), data.Batch())).Message, StringComparison.Ordinal);
        Assert.Contains("frames or patches", Assert.Throws<ConfigurationException>(() => new CPC(new TinyEncoder(), new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CPC_takes_sound_as_well_as_pictures()
    {
        using var data = new ToyData(sound: true);
        var method = Toy.Build(() => new CPC(new WaveEncoder(new() { Width = 16 }), new(Steps: 2, Context: 16)));
        var record = new Record();
        Toy.Train(method, Toy.Sgd(method, 0.02), data, epochs: 2, null, record);
        Assert.All(record.Steps, s => Assert.True(double.IsFinite(s.Loss)));
    }

    [Fact]
    public void InstDisc_s_bank_holds_unit_rows_after_an_epoch_and_fixes_its_normaliser_once()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Toy.Build(() => new InstDisc(new TinyEncoder(), Toy.Facts, new(Dim: 8, Negatives: 5)));
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 2, steps: 1);
        var z = State(method, "bank.logNormaliser").Item();
        Assert.True(double.IsFinite(z));
        Toy.GoOn(method, optimizers, data, new TrainerOptions { Epochs = 2, MaxSteps = 4 }, new(0, 2, 1, 8)).Fit();
        Assert.Equal(z, State(method, "bank.logNormaliser").Item());
        Assert.All(State(method, "bank.entries").Norm(2, [1]).ToArray<float>(), norm => Assert.Equal(1, norm, 1e-5f));
    }

    [Fact]
    public void CMC_contrasts_across_views_so_that_a_bank_never_meets_its_own_view()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var cmc = Toy.Build(() => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Negatives: 5)));
        State(cmc, "lightBank.entries").Fill_(0); // nothing to learn for the colour encoder, whose targets these are
        Toy.Loss(cmc, data.Batch()).Backward();
        double Gradient(string side) => cmc.NamedParameters().Where(p => p.Path.StartsWith(side + ".", StringComparison.Ordinal)).Sum(p => p.Parameter.Gradient!.Abs().Sum().Item());
        Assert.Equal(0, Gradient("color"), 1e-9);
        Assert.True(Gradient("light") > 1e-6);
    }

    [Fact]
    public void A_split_brain_predicts_each_side_from_the_other_and_never_from_itself()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var brain = Toy.Build(() => new SplitBrain(c => new TinyEncoder(c ?? 3), new(Raster: 4, Hidden: 8)));
        using (NoGradient.Begin())
            foreach (var part in new[] { "light", "color" })                // decoders that say 0 leave the mean square of what was to be predicted
                foreach (var leaf in new[] { "weight", "bias" })
                    brain.NamedParameters().Last(p => p.Path.StartsWith(part + ".", StringComparison.Ordinal) && p.Path.EndsWith(leaf, StringComparison.Ordinal)).Parameter.Value.Fill_(0);
        var batch = data.Batch();
        var raster = batch.Views[0].X.AvgPool2d([4, 4], [4, 4], [0, 0]).Square();   // 16 × 16 down to 4 × 4
        var expected = raster.Narrow(1, 0, 1).Mean().Item() + raster.Narrow(1, 1, 2).Mean().Item();
        Assert.Equal(expected, Toy.Loss(brain, batch).Item(), 1e-6);

        brain = Toy.Build(() => new SplitBrain(c => new TinyEncoder(c ?? 3), new(Raster: 4, Hidden: 8)));
        var features = brain.Features(batch.Views[0]);
        batch.Views[0].X.Narrow(1, 0, 1).Fill_(0);                          // another lightness changes what is seen by the first half only
        var changed = brain.Features(batch.Views[0]).Ne(features).ToArray<bool>();
        Assert.All(Enumerable.Range(0, changed.Length).Where(i => i % 12 >= 6), i => Assert.False(changed[i]));
        Assert.Contains(Enumerable.Range(0, changed.Length).Where(i => i % 12 < 6), i => changed[i]);
    }

    [Theory]
    [InlineData(InvaSpread.FormKind.Code)]
    [InlineData(InvaSpread.FormKind.Paper)]
    public void Inva_Spread_s_terms_add_up_and_the_paper_s_spread_sees_no_copies(InvaSpread.FormKind form)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(InvaSpread.TermKind terms, Batch batch) =>
            Toy.Loss(Toy.Build(() => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: form, Terms: terms))), batch).Item();
        var batch = data.Batch();
        Assert.Equal(Loss(InvaSpread.TermKind.Both, batch), Loss(InvaSpread.TermKind.Invariance, batch) + Loss(InvaSpread.TermKind.Spread, batch), 1e-5);
        if (form == InvaSpread.FormKind.Code) return;
        double Spread(double noise)
        {
            var z = Tensor.Randn([8, 4], dtype: Dtype.Float64);
            return InvariantSpread.PaperTerms(Tensor.Eye(8, 4, dtype: Dtype.Float64), z * noise).Spread.Item();
        }
        Assert.Equal(Spread(1), Spread(2), 1e-12);
    }

    [Fact]
    public void SimCLR_s_memory_only_adds_negatives()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var plain = Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8)));
        var memory = Toy.Build(() => new SimCLR(new TinyEncoder(), new(Dim: 8, Memory: 8)));
        Assert.True(Toy.Loss(memory, data.Batch()).Item() > Toy.Loss(plain, data.Batch()).Item());
        State(memory, "memory.keys").Fill_(0); // cosine 0: each key adds exp(0) below the line
        var z = Tensor.Cat(plain.Network.Forward([data.Batch().Views[0], data.Batch().Views[1]])).Normalize();
        var s = (z.Matmul(z.T()) / 0.1).ToArray<float>();
        var expected = Enumerable.Range(0, 16).Average(i =>
            Math.Log(Enumerable.Range(0, 16).Where(k => k != i).Sum(k => Math.Exp(s[(i * 16) + k])) + 8) - s[(i * 16) + ((i + 8) % 16)]);
        Assert.Equal(expected, Toy.Loss(memory, data.Batch()).Item(), 1e-4);
    }

    [Fact]
    public void Fine_tuning_uses_only_its_share_of_the_labels_class_by_class()
    {
        using var data = new ToyData(count: 64, batch: 8);
        var facts = new DataFacts(64, 4, 8);
        var method = Toy.Build(() => new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3)), facts, new(Labels: 0.25)));
        var plan = method.BeginEpoch(new Epoch(new(0, 2, 0, 16), data))!.Batches!;
        var used = plan.SelectMany(b => b).Distinct().ToArray();
        Assert.Equal(8, plan.Count);
        Assert.Equal(16, used.Length);
        Assert.All(used.GroupBy(i => data.Labels![i]), g => Assert.Equal(4, g.Count()));
        Assert.All(plan, b => Assert.Equal(b.Length, b.Distinct().Count()));
        Assert.Equal(plan, method.BeginEpoch(new Epoch(new(0, 2, 0, 16), data))!.Batches!);
        Assert.NotEqual(plan, method.BeginEpoch(new Epoch(new(1, 2, 8, 16), data))!.Batches!);
    }

    [Fact]
    public void The_student_learns_what_its_teacher_says_and_the_teacher_stays()
    {
        using var data = new ToyData();
        var teacher = Toy.Build(() => new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3)), Toy.Facts, new(Labels: 1)));
        Toy.Train(teacher, Toy.Sgd(teacher, 0.1), data, epochs: 10);
        var student = Toy.Build(() => new Distill(teacher, c => new TinyEncoder(c ?? 3), Toy.Facts, new()));
        var before = Values(student, "teacher.encoder.bn1.runningMean");
        var record = new Record();
        Toy.Train(student, Toy.Sgd(student, 0.1), data, epochs: 30, null, record);
        Assert.Equal(before, Values(student, "teacher.encoder.bn1.runningMean"));
        Assert.True(record.Steps[^1].Loss < record.Steps[0].Loss);
        Assert.True(record.Steps.TakeLast(8).Average(s => s.Numbers["agreement"]) > 0.6);
    }
}
