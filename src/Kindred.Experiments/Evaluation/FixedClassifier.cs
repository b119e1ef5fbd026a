using Kindred.Encoders;
using Kindred.Experiments.Modalities;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>A small classifier that looks at what was generated: five convolutions and a linear layer.</summary>
/// <remarks>Drawn and shuffled by 0, whatever the run's seed, so that all runs are seen by the same eyes.</remarks>
static class FixedClassifier
{
    internal const int Width = 16, Batch = 64;

    /// <summary>Trains it.</summary>
    /// <param name="train">Labelled samples.</param>
    /// <param name="channels">Of a picture that it sees.</param>
    /// <param name="classes">How many classes it tells.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="shown">What it sees of a batch: pictures and their classes.</param>
    /// <param name="subject">Says where it lives, and stops it.</param>
    internal static Projected Train(IData train, long channels, int classes, int epochs, Func<View, Tensor, (View X, Tensor Labels)> shown, Subject subject)
    {
        using var _ = Initialization.Begin(0);
        var encoder = new ConvNet(new(Width: Width, Channels: (int)channels));
        var network = new Projected(encoder, new LinearClassifier(encoder.Dim, classes));
        network.To(subject.Device);
        int[] rows = [.. Enumerable.Range(0, train.Count).Where(i => train.Labels![i] >= 0)];
        using (var adam = new Adam(network, new() { LearningRate = 2e-3, Schedule = new CosineRamp() }))
        {
            network.Train();
            ClassifierTraining.Run(train, rows, epochs, Batch, 0, (view, labels, at) =>
            {
                var (x, y) = shown(view.To(subject.Device), labels.To(subject.Device));
                adam.Zero();
                network.Forward(x).CrossEntropyLoss(y).Backward();
                adam.Step(at);
            }, subject.Cancel);
        }
        network.Eval();
        return network;
    }
}
