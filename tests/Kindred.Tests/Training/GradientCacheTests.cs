using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Tests.Methods;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Training;

/// <summary>Encoding piece by piece changes the memory that a step takes, and nothing that it computes.</summary>
public sealed class GradientCacheTests
{
    // No batch norm: its statistics would be the piece's.
    static ViT Transformer() => new(new() { Size = 16, Patch = 4, Width = 16, Depth = 2, Heads = 2 });

    public static TheoryData<string> Methods => ["SimCLR", "MoCo", "CLAE", "SimCSE"];

    static Method Make(string name) => name switch
    {
        "SimCLR" => new SimCLR(Transformer(), new(Dim: 8)),
        "MoCo" => new MoCo(Transformer(), new(Queue: 20, Dim: 8)),
        "CLAE" => new CLAE(Transformer(), new(Dim: 8)),
        _ => new SimCSE(new Bert(new(Width: 8, Depth: 1, Heads: 2, Positions: 16, Dropout: 0), Toy.Facts.WithInput("vocabulary", 40)), new(SimCSE.TwinKind.Pair)),
    };

    [Theory, MemberData(nameof(Methods))]
    public void Losses_and_gradients_are_those_of_the_whole_batch(string name)
    {
        using var scope = Scope.Open();
        var (whole, pieces) = (Gradients(name, 0), Gradients(name, 3));
        Assert.Equal(whole.Loss, pieces.Loss, 1e-10);
        Assert.Equal(whole.Of.Keys, pieces.Of.Keys);
        foreach (var (path, expected) in whole.Of)
        {
            Assert.All(expected.Zip(pieces.Of[path]), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    static (double Loss, Dictionary<string, double[]> Of) Gradients(string name, int piece)
    {
        using var data = new WideData(new ToyData(kind: name == "SimCSE" ? "text" : "pictures"), Dtype.Float64);
        var method = Toy.Build(() => Make(name));
        method.To(dtype: Dtype.Float64);
        Generator.Default.Seed(3);
        using var cache = GradientCache.Begin(piece);
        var loss = Toy.Loss(method, data.Batch());
        loss.Backward();
        method.Forget();
        return (loss.Item(), method.NamedParameters().Where(p => p.Parameter.Gradient is not null).ToDictionary(p => p.Path, p => p.Parameter.Gradient!.ToArray<double>()));
    }

    [Fact]
    public void What_dropout_left_out_is_left_out_again()
    {
        using var scope = Scope.Open();
        using var data = new ToyData(kind: "text");
        var method = Toy.Build(() => new SimCSE(new Bert(new(Width: 8, Depth: 1, Heads: 2, Positions: 16, Dropout: 0.3), Toy.Facts.WithInput("vocabulary", 40)), new()));
        method.To(dtype: Dtype.Float64);
        using var cache = GradientCache.Begin(3);
        double Loss() { Generator.Default.Seed(3); var loss = Toy.Loss(method, data.Batch()); method.Forget(); return loss.Item(); }
        Generator.Default.Seed(3);
        Toy.Loss(method, data.Batch()).Backward();
        var behind = Generator.Default.State;
        Loss();
        Assert.Equal(Generator.Default.State, behind);                                   // the second pass moved nothing
        var (_, weight) = method.NamedParameters().First(p => p.Path.EndsWith("query.weight", StringComparison.Ordinal));
        var slope = weight.Gradient!.ToArray<double>()[0];
        var at = weight.Value.ToArray<double>();
        double Moved(double by)
        {
            var moved = (double[])at.Clone();
            moved[0] += by;
            weight.Set(Tensor.From<double>(moved, weight.Value.Shape));
            return Loss();
        }
        Assert.Equal((Moved(1e-5) - Moved(-1e-5)) / 2e-5, slope, 1e-6);
    }

    [Fact]
    public void It_takes_less_memory_and_the_second_pass_counts_no_statistics()
    {
        // So many that what a convolution borrows for itself, which depends on the processor, counts for little.
        using var data = new ToyData(count: 384, batch: 384);
        (long Peak, float[] Mean) Step(int piece, bool back = true)
        {
            using var scope = Scope.Open();
            var method = Toy.Build(() => new SimCLR(new SmallResNet(new(Width: 8)), new(Dim: 8)));
            var batch = data.Batch();
            CpuMemory.ResetPeak();
            var before = CpuMemory.Allocated;
            using (GradientCache.Begin(piece))
            {
                var loss = Toy.Loss(method, batch);
                if (back) loss.Backward();
            }
            method.Forget();
            return (CpuMemory.Peak - before, method.State().First(s => s.Path.EndsWith("runningMean", StringComparison.Ordinal)).State.Value.ToArray<float>());
        }
        var (whole, pieces) = (Step(0), Step(16));
        Assert.True(pieces.Peak < 0.7 * whole.Peak, $"{pieces.Peak} against {whole.Peak} bytes");
        Assert.Equal(Step(16, back: false).Mean, pieces.Mean);
    }

    [Fact]
    public void A_recipe_asks_for_it_and_trains()
    {
        using var data = new ToyData();
        var method = Toy.Build(() => Make("SimCLR"));
        var result = new Trainer(method, data, Toy.Sgd(method), new TrainerOptions { Epochs = 1, Piece = 3 }).Fit();
        Assert.True(double.IsFinite(result.Loss));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientCache.Begin(-1));
    }
}
