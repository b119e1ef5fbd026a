using Kindred.Heads;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>A classifier of frozen features with one hidden layer, learnt by Adam.</summary>
static class MlpProbe
{
    const int Epochs = 30, Batch = 256;
    const double Rate = 1e-3;

    /// <summary>Percent of test rows that it names rightly.</summary>
    public static double Accuracy(Tensor x, Tensor y, Tensor queries, Tensor truth, int classes, int hidden, ulong seed, CancellationToken cancel)
    {
        using var scope = Scope.Open();
        var (variance, mean) = x.VarMean(0, unbiased: false);
        var scale = (variance + 1e-8).Rsqrt();
        using var initialization = Initialization.Begin((long)seed);
        var network = new MlpHead(x.Size(1), hidden, classes);
        network.To(x.Device);
        using var optimizer = new Adam.Options { LearningRate = Rate, Schedule = new CosineRamp() }.For(network);
        Learn(network, optimizer, (x - mean).Mul_(scale), y, seed, cancel);
        network.Eval();
        return Metrics.Accuracy.TopK(network.Forward((queries - mean).Mul_(scale)), truth, 1);
    }

    static void Learn(MlpHead network, Optimizer optimizer, Tensor x, Tensor y, ulong seed, CancellationToken cancel)
    {
        var order = new int[x.Size(0)];
        var perEpoch = Math.Max(1, order.Length / Batch);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            new RandomKey(seed, epoch, -3, 0).Draws().Permutation(order);
            foreach (var (step, rows) in order.Chunk(Math.Min(Batch, order.Length)).Take(perEpoch).Index())
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = Scope.Open();
                using var _ = WithGradient.Begin();
                var picked = Tensor.From<long>(Array.ConvertAll(rows, r => (long)r)).To(x.Device);
                optimizer.Zero();
                network.Forward(x.IndexSelect(0, picked)).CrossEntropyLoss(y.IndexSelect(0, picked)).Backward();
                optimizer.Step(new(epoch, Epochs, ((long)epoch * perEpoch) + step, (long)Epochs * perEpoch));
            }
        }
    }
}
