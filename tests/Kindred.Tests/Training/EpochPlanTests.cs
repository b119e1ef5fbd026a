using System.Globalization;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Epochs of any number of batches: the right ones come, BeginEpoch and EndEpoch run once each, and a run goes on in the middle.</summary>
public sealed class EpochPlanTests
{
    const int Default = 5, Size = 4, Count = 20;

    /// <summary>Plans epochs of given lengths; what it has seen is in its state.</summary>
    sealed class Planner(int[]? lengths, params string[] streams) : Method
    {
        readonly TinyEncoder encoder = new();
        readonly Buffer begun = new(Tensor.Zeros([], Dtype.Int64)), ended = new(Tensor.Zeros([], Dtype.Int64));

        public List<string> Seen { get; } = [];
        public (long Begun, long Ended) Calls => (begun.Value.ItemLong(), ended.Value.ItemLong());

        public override EpochPlan? BeginEpoch(Epoch epoch)
        {
            begun.Value.Add_(1);
            if (lengths is null) return null;
            // Drawn at random: a run that goes on must not draw again.
            int[][] Batches() =>
                [.. Enumerable.Range(0,
                lengths[epoch.At.Epoch % lengths.Length]).Select(b =>
                Enumerable.Range(0, 1
                + b).Select(_ => (int)Tensor.Randint(0, 3 * EpochPlanTests.Size, [1], Generator.Default, Dtype.Int64).ItemLong()).ToArray())];
            return streams.Length == 0 ? new(Batches()) : new(streams.ToDictionary(s => s, IReadOnlyList<int[]> (_) => Batches()));
        }

        public override void EndEpoch(Epoch epoch) => ended.Value.Add_(1);

        protected override Tensor Step(Batch batch, Progress at)
        {
            Seen.Add(string.Join(' ',
                batch.Streams.Count == 0 ? [Numbers(batch)] : batch.Streams.OrderBy(s => s.Key).Select(s => $"{s.Key}:{Numbers(s.Value)}"))
                + $"/{batch.Views[0].X.Sum().Item():R}");
            return encoder.Forward(batch.Views[0]).Square().Mean();
        }

        static string Numbers(Batch batch) => string.Join(',', batch.Index.ToArray<long>());
    }

    public static TheoryData<int[]?, bool> Lengths => new()
    {
        { null, false }, { [0], false }, { [1], false }, { [3], false }, { [7], false }, { [7, 0, 1, 3], false }, { [0, 3], false },
        { null, true }, { [1], true }, { [3], true }, { [7], true }, { [3, 0, 7], true },
    };

    static IData Data(bool two) => two ? new SideBySide([("a", new ToyData(Count, Size)), ("b", new ToyData(3 * Size, Size))]) : new ToyData(Count, Size);

    static Planner Made(int[]? lengths, bool two) => Toy.Build(() => two ? new Planner(lengths, "a", "b") : new Planner(lengths));

    static Trainer TrainerOf(Planner method, IData data, Dictionary<string, Optimizer> optimizers, long? most = null, int epochs = 4) =>
        new(method, data, optimizers, new TrainerOptions { Epochs = epochs, MaxSteps = most });

    [Theory, MemberData(nameof(Lengths))]
    public void Every_planned_batch_comes_once_and_each_epoch_begins_and_ends_once(int[]? lengths, bool two)
    {
        using var data = Data(two);
        var method = Made(lengths, two);
        var result = TrainerOf(method, data, Toy.Sgd(method)).Fit();
        var steps = Enumerable.Range(0, 4).Sum(e => lengths is null ? Default : lengths[e % lengths.Length]);
        Assert.Equal(steps, method.Seen.Count);
        Assert.Equal((4, 4), method.Calls);
        Assert.Equal((4, steps, steps, true), (result.At.Epoch, (int)result.At.Step, (int)result.At.Steps, result.Finished));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_run_stopped_anywhere_goes_on_with_the_same_batches_and_bits(int[]? lengths, bool two)
    {
        using var data = Data(two);
        var (whole, sha) = Straight();
        for (var stop = 0; stop <= whole.Seen.Count; stop += Math.Max(1, whole.Seen.Count / 5))
        {
            var (method, copy) = (Made(lengths, two), Made(lengths, two));
            var (optimizers, others) = (Toy.Sgd(method), Toy.Sgd(copy));
            Generator.Default.Seed(5);
            var first = TrainerOf(method, data, optimizers, stop);
            first.Fit();
            var kept = new TrainingState(method, optimizers, 0) { Position = first.Position }.Capture();
            Generator.Default.Seed(99);
            var state = new TrainingState(copy, others, 0);
            state.Restore(kept);
            var second = TrainerOf(copy, data, others);
            second.Position = state.Position;
            second.Fit();
            Assert.Equal(whole.Seen, [.. method.Seen, .. copy.Seen]);
            Assert.Equal(whole.Calls, copy.Calls);
            Assert.Equal(sha, new TrainingState(copy, others, 0) { Position = second.Position }.Sha256());
        }

        (Planner Method, string Sha) Straight()
        {
            var method = Made(lengths, two);
            var optimizers = Toy.Sgd(method);
            Generator.Default.Seed(5);
            var trainer = TrainerOf(method, data, optimizers);
            trainer.Fit();
            return (method, new TrainingState(method, optimizers, 0) { Position = trainer.Position }.Sha256());
        }
    }

    [Fact]
    public void Streams_without_a_plan_go_round_again_in_another_order()
    {
        using var data = new SideBySide([("a", new ToyData(Count, Size)), ("b", new ToyData(2 * Size, Size))]);
        var method = Toy.Build(() => new Planner([7], "a"));
        TrainerOf(method, data, Toy.Sgd(method), epochs: 1).Fit();
        Assert.Equal(7, method.Seen.Count);
        Assert.Equal(["0,1,2,3", "4,5,6,7", "0,1,2,3", "4,5,6,7", "0,1,2,3", "4,5,6,7", "0,1,2,3"], method.Seen.Select(s => s.Split(' ')[1].Split('/')[0][2..]));
    }

    [Fact]
    public void A_wrong_plan_is_an_error_with_numbers()
    {
        using var data = new ToyData(Count, Size);
        using var two = Data(two: true);
        Assert.Contains("asks for sample 20; there are 0 to 19", Message(() => new EpochPlan([[0, 20]]).Check(data)), StringComparison.Ordinal);
        Assert.Contains("batch 1 of 2", Message(() => new EpochPlan([[0], []]).Check(data)), StringComparison.Ordinal);
        Assert.Contains("2 of 'a', 1 of 'b'", Message(() => new EpochPlan(new Dictionary<string, IReadOnlyList<int[]>> { ["a"] = [[0], [1]], ["b"] = [[0]] })), StringComparison.Ordinal);
        Assert.Contains("'c'", Message(() => new EpochPlan(new Dictionary<string, IReadOnlyList<int[]>> { ["c"] = [[0]] }).Check(two)), StringComparison.Ordinal);
        Assert.Contains("plan each by its name", Message(() => new EpochPlan([[0]]).Check(two)), StringComparison.Ordinal);

        static string Message(Action act) => Assert.Throws<ConfigurationException>(act).Message;
    }

    [Theory]
    [InlineData(12, null, 12, 3)]                                            // two whole epochs and two steps of a third
    [InlineData(7, 3, 7, 3)]                                                 // epochs cut to three steps
    [InlineData(14, 7, 14, 2)]                                               // epochs in which the data go round again
    public void Steps_are_counted_where_the_recipe_counts_them(int steps, int? perEpoch, int seen, int epochs)
    {
        using var data = new ToyData(Count, Size);
        var method = Toy.Build(() => new Planner(null));
        var result = new Trainer(method, data, Toy.Sgd(method), new TrainerOptions { Epochs = 1, Steps = steps, StepsPerEpoch = perEpoch }).Fit();
        Assert.Equal((seen, epochs, epochs, true), (method.Seen.Count, (int)method.Calls.Begun, (int)method.Calls.Ended, result.Finished));
        Assert.Equal(steps, result.At.Steps);
        Assert.Equal(seen, method.Seen.Distinct().Count());                  // a second pass has other views
    }

    /// <summary>Clusters what it has learnt so far, as an E-step does.</summary>
    sealed class Clusterer : Method
    {
        readonly TinyEncoder encoder = new();
        readonly Dropout held = new(0.5);

        public float[] Rows { get; private set; } = [];

        public override EpochPlan? BeginEpoch(Epoch epoch)
        {
            held.Eval();
            var before = State().Select(s => s.State.Value.Sum().Item()).ToArray();
            Rows = epoch.Encode(view =>
            {
                Assert.False(encoder.Training);
                return encoder.Forward(view);
            }, batch: 7).ToArray<float>();
            Assert.Equal(before, State().Select(s => s.State.Value.Sum().Item()));
            Assert.True(encoder.Training);
            Assert.False(held.Training);                                     // what the method had switched off stays off
            return null;
        }

        protected override Tensor Step(Batch batch, Progress at) => encoder.Forward(batch.Views[0]).Square().Mean();
    }

    [Fact]
    public void Encoding_in_between_moves_no_statistic_and_leaves_every_part_in_its_mode()
    {
        using var data = new ToyData(Count, Size);
        var method = Toy.Build(() => new Clusterer());
        TrainerOf2().Fit();
        Assert.Equal(Count * 6, method.Rows.Length);

        Trainer TrainerOf2() => new(method, data, Toy.Sgd(method), new TrainerOptions { Epochs = 2 });
    }

    [Fact]
    public void An_empty_plan_never_reaches_a_number_of_steps()
    {
        using var data = new ToyData(Count, Size);
        var method = Toy.Build(() => new Planner([0]));
        var error = Assert.Throws<ConfigurationException>(() => new Trainer(method, data, Toy.Sgd(method), new TrainerOptions { Epochs = 1, Steps = 3 }).Fit());
        Assert.Contains("train.steps", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_loader_takes_planned_batches_of_any_size()
    {
        using var data = Evaluation.MadePictures.Subject().Open("test");
        int[][] plan = [[.. Enumerable.Range(0, 100)], [3], [3, 3]];
        var batches = data.Batches(0, 0, new(plan),
            default).Select(raw =>
            { using var scope = Scope.Open(); return string.Join(',',
            raw.Tensors().Index.ToArray<long>().Select(i => i.ToString(CultureInfo.InvariantCulture))); }).ToArray();
        Assert.Equal(plan.Select(p => string.Join(',', p)), batches);
    }
}
