using Kindred.Experiments.Training;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>What failed in the middle of a step is never saved, whatever failed; what failed between steps costs nothing.</summary>
public sealed class WholeStateTests
{
    const int FailsAt = 5;

    [Theory]
    [InlineData("step", FailsAt)]
    [InlineData("backward", FailsAt)]
    [InlineData("after", FailsAt)]
    [InlineData("hook's batch", FailsAt)]
    [InlineData("epoch's beginning", 4)]
    [InlineData("epoch's end", 4)]
    public void A_failed_step_leaves_no_checkpoint(string where, long at)
    {
        var saved = new List<long>();
        var error = Assert.Throws<InvalidOperationException>(() => Train(where, saved, every: 2));
        Assert.Equal(where, error.Message);
        Assert.Equal([2, 4], saved.Where(s => s < at || s == 4));
        Assert.DoesNotContain(FailsAt, saved);
        Assert.DoesNotContain(FailsAt + 1, saved);
    }

    [Fact]
    public void A_failure_between_steps_keeps_the_last_whole_one()
    {
        var saved = new List<long>();
        Assert.Throws<InvalidOperationException>(() => Train("hook's step", saved, every: 100));
        Assert.Equal([FailsAt + 1], saved);
    }

    [Fact]
    public void The_error_that_ended_a_training_is_the_one_told()
    {
        var hook = new CheckpointHook((_, _) => throw new NumericException("not finite"), 0);
        hook.End(new TrainingResult(new Progress(0, 1, 3, 8), 1, 8, 1, Finished: false, Whole: true, Failed: true));
        Assert.Throws<NumericException>(() => hook.End(new TrainingResult(new Progress(0, 1, 3, 8), 1, 8, 1, Finished: false)));
    }

    [Fact]
    public void What_is_not_set_may_stay_so_and_nothing_else_may_become_it()
    {
        var method = Toy.Build(() => new Failing(""));
        method.Unset.Set(Tensor.Full([], double.NaN, dtype: Dtype.Float32));
        var state = new TrainingState(method, Toy.Sgd(method), 0);
        Assert.Null(state.Broken);
        using (var scope = Scope.Open())
            method.Statistic.Set(Tensor.Full([], double.PositiveInfinity, dtype: Dtype.Float32));
        Assert.Equal("Statistic", state.Broken, ignoreCase: true);
    }

    static void Train(string where, List<long> saved, int every)
    {
        using var data = new ToyData();
        var method = Toy.Build(() => new Failing(where));
        Toy.Train(method, Toy.Sgd(method), data, 3, null, new FailingHook(where), new CheckpointHook((at, _) => saved.Add(at.Step), every));
    }

    sealed class Failing(string where) : Method
    {
        readonly TinyEncoder encoder = new();

        internal readonly Kindred.Nn.Buffer Unset = new(Tensor.Zeros([], Dtype.Float32)), Statistic = new(Tensor.Zeros([], Dtype.Float32));

        public override EpochPlan? BeginEpoch(Epoch epoch)
        {
            if (epoch.At.Step == 4) Fail("epoch's beginning");
            return null;
        }

        public override void EndEpoch(Epoch epoch)
        {
            if (epoch.At.Step == 4) Fail("epoch's end");
        }

        protected override Tensor Step(Batch batch, Progress at)
        {
            if (at.Step == FailsAt) Fail("step");
            After(() =>
            {
                if (at.Step == FailsAt) Fail("after");
            });
            var loss = encoder.Forward(batch.Views[0]).Square().Mean();
            if (at.Step == FailsAt) Fail("backward");
            return loss;
        }

        void Fail(string here)
        {
            if (here == where) throw new InvalidOperationException(where);
        }
    }

    sealed class FailingHook(string where) : IHook
    {
        public void Batch(Batch batch, Progress at)
        {
            if (where == "hook's batch" && at.Step == FailsAt) throw new InvalidOperationException(where);
        }

        public void Step(StepReport report)
        {
            if (where == "hook's step" && report.At.Step == FailsAt) throw new InvalidOperationException(where);
        }
    }
}
