using Kindred.Experiments.Modalities;
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

    /// <summary>A convolution, its norm and a rectifier, all at the full side of the pictures.</summary>
    sealed class Stage(long inputs) : Layer
    {
        readonly Conv2d conv = new(inputs, Width, 3);
        readonly BatchNorm bn = new(Width);

        public override Tensor Forward(Tensor x) => bn.Forward(conv.Forward(x)).Relu();
    }

    /// <summary>NT-Xent on the output of each span of stages; a span of all stages is end-to-end training.</summary>
    sealed class Local(int span) : Method
    {
        readonly Stage[] stages = [.. Enumerable.Range(0, Stages).Select(i => new Stage(i == 0 ? 3 : Width))];
        readonly MlpHead[] heads = [.. Enumerable.Range(0, Stages - span + 1).Select(_ => new MlpHead(Width, Width, 16))];

        public override IEnumerable<Turn> Turns(Batch batch, Progress at)
        {
            Tensor[] x = [batch.Views[0].X, batch.Views[1].X];                       // the inputs of the unit at hand
            yield return new Turn("model", [.. Enumerable.Range(0, heads.Length).Select(unit => (Func<Tensor>)(() =>
            {
                var lower = Array.ConvertAll(x, stages[unit].Forward);
                var upper = Array.ConvertAll(lower, h => stages[(unit + 1)..(unit + span)].Aggregate(h, (h, stage) => stage.Forward(h)));
                x = Array.ConvertAll(lower, Turn.Handed);
                return NtXent.Loss(heads[unit].Forward(Tensor.Cat(upper).Mean([2, 3])), temperature: 0.5);
            }))]);
        }
    }

    /// <summary>One batch of 32 noisy pictures in two views.</summary>
    sealed class Noise() : MemoryData(32, [], null, batch: 32, seed: 1)
    {
        protected override View[] Make(IReadOnlyList<Wanted> samples) =>
            [.. new[] { "a", "b" }.Select(name => new View(Tensor.Randn([samples.Count, 3, 32, 32], Generator.Default, Dtype.Float32), name))];
    }

    // The most that tensors take at once in a step, beyond what lives before it.
    static long Peak(int span)
    {
        using var data = new Noise();
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
