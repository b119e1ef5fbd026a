using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SwAV itself.</summary>
public sealed class SwAVTests
{
    [Fact]
    public void SwAV_uses_its_queue_only_when_it_is_full()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        SwAV Make() => Toy.Build(() => new SwAV(new TinyEncoder(), new(Prototypes: 7, Dim: 6, Hidden: 8, Queue: 16, QueueFrom: 1)));
        var swav = Make();
        Toy.Loss(swav, data.Batch(), new(0, 4, 0, 16));
        swav.Settle();
        Assert.Equal(0, Toy.State(swav, "queued").ItemLong());
        for (var step = 0; step < 2; step++)
        {
            Toy.Loss(swav, data.Batch(step), new(1, 4, 4 + step, 16));
            swav.Settle();
        }
        Assert.Equal(16, Toy.State(swav, "queued").ItemLong());

        var full = Toy.Loss(swav, data.Batch(2), new(1, 4, 6, 16)).Item();
        Toy.State(swav, "queued").Fill_(15);
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
}
