using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Local learning through a turn of several losses: the graph of a unit is gone before the next is made, which is what it saves.</summary>
/// <remarks>Löwe et al., arXiv:1905.11786 (units of one stage); Xiong et al., LoCo, arXiv:2008.01342 (units of two stages that share the one between).</remarks>
public sealed class LocalTurnsMemoryTests
{
    const int Stages = 8, Width = 32;

    /// <summary>A convolution, its norm and a rectifier; the side is halved at every other stage.</summary>
    sealed class Stage(long inputs, long stride) : Layer
    {
        readonly Conv2d conv = new(inputs, Width, 3, stride: stride);
        readonly BatchNorm bn = new(Width);

        public override Tensor Forward(Tensor x) => bn.Forward(conv.Forward(x)).Relu();
    }

    /// <summary>NT-Xent on the output of each span of stages; a span of all stages is end-to-end training.</summary>
    sealed class Local(int span) : Method
    {
        readonly Stage[] stages = [.. Enumerable.Range(0, Stages).Select(i => new Stage(i == 0 ? 3 : Width, i is 3 or 6 ? 2 : 1))];
        readonly MlpHead[] heads = [.. Enumerable.Range(0, Stages - span + 1).Select(_ => new MlpHead(Width, Width, 16))];

        public override IEnumerable<Turn> Turns(Batch batch, Progress at)
        {
            var x = View.Cat(batch.Views[0], batch.Views[1]).X;
            yield return new Turn("model", [.. Enumerable.Range(0, heads.Length).Select(unit => (Func<Tensor>)(() =>
            {
                var lower = stages[unit].Forward(x);
                var upper = stages[(unit + 1)..(unit + span)].Aggregate(lower, (h, stage) => stage.Forward(h));
                x = Turn.Handed(lower);
                return NtXent.Loss(heads[unit].Forward(upper.Mean([2, 3])), temperature: 0.5);
            }))]);
        }
    }

    // The most that tensors take at once in a step, beyond what lives before it.
    static long Peak(int span)
    {
        using var data = new ToyData(count: 32, batch: 32, side: 32);
        var method = Toy.Build(() => new Local(span));
        var optimizers = Toy.Sgd(method);
        Toy.Train(method, optimizers, data, epochs: 1);
        var before = CpuMemory.Allocated;
        CpuMemory.ResetPeak();
        Toy.Train(method, optimizers, data, epochs: 1);
        return CpuMemory.Peak - before;
    }

    [Fact]
    public void A_greedy_step_takes_a_third_and_an_overlapping_one_half_of_the_memory_of_training_end_to_end()
    {
        var (whole, greedy, overlapping) = (Peak(Stages), Peak(1), Peak(2));
        TestContext.Current.SendDiagnosticMessage($"peak of a step, MB: end to end {whole / 1e6:0}, GIM {greedy / 1e6:0}, LoCo {overlapping / 1e6:0}");
        Assert.InRange((double)greedy / whole, 0, 0.35);
        Assert.InRange((double)overlapping / whole, (double)greedy / whole, 0.5);
    }
}
