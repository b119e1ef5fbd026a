using Kindred.Experiments.Training;
using Kindred.Nn;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>R10: what is not a number is noticed in its step and named, and the step is undone as if it had not been, as often as allowed.</summary>
public sealed class GuardTests
{
    const int Steps = 12;

    public static TheoryData<string, bool> Places => new() { { "input", false }, { "input", true }, { "weight", false }, { "weight", true }, { "gradient", false }, { "gradient", true } };

    [Theory, MemberData(nameof(Places))]
    public void It_is_noticed_in_its_step_and_named(string where, bool half)
    {
        for (var at = 0; at < 10; at++)
        {
            using var run = new Run(where, half, new(), s => s == at);
            var error = Assert.Throws<NumericException>(() => run.Fit());
            Assert.Contains($"at step {at} ", error.Message, StringComparison.Ordinal);
            Assert.Contains(where switch { "input" => "the view 'global.0' of the sample", "weight" => "'encoder.conv2.weight'", _ => "the gradient of 'encoder." },
                error.Message, StringComparison.Ordinal);
            Assert.Equal(at, run.Record.Steps.Count);
            Assert.Equal(at, Assert.Single(run.Kept).At.Step);
        }
    }

    [Theory, InlineData("input", false), InlineData("gradient", false), InlineData("input", true), InlineData("gradient", true)]
    public void A_skipped_step_leaves_no_trace(string where, bool half)
    {
        using var run = new Run(where, half, new(GuardKind.Skip), s => s is 4 or 7);
        Assert.Equal(Steps, run.Fit().At.Step);
        Assert.Equal(2, run.Warnings.Count);
        Assert.Equal(run.States[3], run.States[4]);
        Assert.Equal(run.States[6], run.States[7]);
        Assert.NotEqual(run.States[4], run.States[5]);
        Assert.Equal(2, run.Record.Steps[^1].Numbers["steps_undone"]);
        Assert.All(run.Record.Steps, s => Assert.True(double.IsFinite(s.Loss)));
    }

    [Fact]
    public void One_more_than_allowed_ends_the_training()
    {
        using var run = new Run("input", false, new(GuardKind.Skip, Limit: 3), s => s >= 5);
        var error = Assert.Throws<NumericException>(() => run.Fit());
        Assert.Contains("4 steps went wrong, and train.guardLimit allows 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(8, run.Record.Steps.Count);
    }

    [Fact]
    public void A_weight_that_is_broken_is_not_mended_by_skipping_but_by_going_back()
    {
        using (var run = new Run("weight", false, new(GuardKind.Skip), s => s == 6))
            Assert.Contains("train.guard=rollback goes back", Assert.Throws<NumericException>(() => run.Fit()).Message, StringComparison.Ordinal);
        using var back = new Run("weight", false, new(GuardKind.Rollback), s => s == 6);
        Assert.Equal(Steps, back.Fit().At.Step);
        Assert.Equal(back.States[3], back.States[6]);                           // the checkpoint of step 4
        Assert.Contains("the last checkpoint's state put back", Assert.Single(back.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leap_of_the_loss_counts_where_it_is_looked_for()
    {
        using (var run = new Run("leap", false, new(), s => s == 25, 30)) Assert.Equal(30, run.Fit().At.Step);
        using (var run = new Run("leap", false, new(Spike: 8), s => s == 25, 30))
            Assert.Contains("leapt at step 25", Assert.Throws<NumericException>(() => run.Fit()).Message, StringComparison.Ordinal);
        using var back = new Run("leap", false, new(GuardKind.Rollback, Spike: 8), s => s == 25, 30);
        Assert.Equal(30, back.Fit().At.Step);
        Assert.Equal(back.States[23], back.States[25]);                         // the checkpoint of step 24
    }

    [Fact]
    public void A_guard_that_sees_nothing_changes_no_bit_and_its_losses_are_state()
    {
        using Run plain = new("none", false, null, _ => false, 30), guarded = new("none", false, new(GuardKind.Skip, Spike: 50), _ => false, 30);
        Assert.Equal(plain.Fit().Loss, guarded.Fit().Loss);
        Assert.Equal(plain.States, guarded.States);
        Assert.Equal(30, guarded.State.Capture()[TrainingState.Rest].Single(a => a.Name == "losses/model").As<double>().Length);
    }

    // A run of a small method in whose chosen steps something is not a number; a checkpoint at every fourth step.
    sealed class Run : IDisposable
    {
        readonly ToyData data = new(count: 8 * 40);
        readonly Spoilt method;
        readonly Trainer trainer;
        IReadOnlyDictionary<string, IReadOnlyList<Kindred.Io.NamedArray>>? saved;

        public Run(string where, bool half, GuardOptions? options, Predicate<long> when, int steps = Steps)
        {
            method = Toy.Build(() => new Spoilt(where, when));
            var optimizers = Toy.Sgd(method);
            Generator.Default.Seed(3);
            State = new(method, optimizers, 0);
            var guard = options is null ? null : new Guard(options, State, Warnings.Add)
            {
                Keep = (position, _, _, _) => Kept.Add(position),
                Back = () =>
                {
                    if (saved is not null) State.Restore(saved);
                    return saved is not null;
                },
            };
            State.Guard = guard;
            var marks = new Marks(this, where == "weight" ? when : _ => false);
            trainer = new(method, data, optimizers, new TrainerOptions { Epochs = 1, MaxSteps = steps, LogEvery = 1, Guard = guard, Precision = half ? Dtype.BFloat16 : null },
                guard is null ? [Record, marks] : [guard, Record, marks]);
        }

        public TrainingState State { get; }
        public Methods.Record Record { get; } = new();
        public List<string> Warnings { get; } = [];
        public List<string> States { get; } = [];
        public List<Position> Kept { get; } = [];

        public TrainingResult Fit()
        {
            if (State.Guard is not null) new Marks(this, method.Breaks).Spoil(0);
            return trainer.Fit();
        }

        public void Dispose() => data.Dispose();

        // Notes the weights after each step, and breaks one before the chosen step.
        sealed class Marks(Run run, Predicate<long> breaks) : IHook
        {
            public void Step(StepReport report)
            {
                using var scope = Scope.Open();
                run.States.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. run.State.Capture()[TrainingState.Model].SelectMany(a => a.Bytes.ToArray())])));
                if ((report.At.Step + 1) % 4 == 0 && run.State.Broken is null)
                {
                    run.State.Position = run.trainer.Position;
                    run.saved = run.State.Capture();
                }
                if (breaks(report.At.Step + 1)) Break();
            }

            public void Spoil(long step)
            {
                if (breaks(step)) Break();
            }

            void Break()
            {
                using var scope = Scope.Open();
                using var _ = NoGradient.Begin();
                Toy.State(run.method, "encoder.conv2.weight").Reshape([-1]).Narrow(0, 3, 1).Fill_(double.NaN);
            }
        }
    }

    sealed class Spoilt(string where, Predicate<long> when) : Method
    {
        readonly TinyEncoder encoder = new();

        public Predicate<long> Breaks => where == "weight" ? when : _ => false;

        protected override Tensor Step(Batch batch, Progress at)
        {
            var bad = when(at.Step);
            if (bad && where == "input") batch.Views[0].X.Narrow(0, 2, 1).Fill_(double.PositiveInfinity);
            var h = encoder.Forward(batch.Views[0]);
            if (bad && where == "gradient") h = new NoNumber().Apply(h);
            return h.Square().Mean() * (bad && where == "leap" ? 1e4 : 1);
        }
    }

    sealed class NoNumber : Autograd.Function
    {
        protected override Tensor[] Forward(Tensor[] inputs) => [inputs[0].Clone()];

        protected override Tensor?[] Backward(Tensor?[] gradients) => [gradients[0]! * double.NaN];
    }
}
