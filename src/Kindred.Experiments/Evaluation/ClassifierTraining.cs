using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Optim;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Epochs over labelled samples, for protocols that learn by gradient steps.</summary>
static class ClassifierTraining
{
    /// <summary>A part of a data set with training views: crop and flip for pictures, random windows for sound.</summary>
    /// <param name="data">Opened with its plain view; the result reads the same source, and is disposed instead of it.</param>
    /// <param name="batch">Samples a step.</param>
    /// <param name="crop">Least share of the area that a crop keeps.</param>
    /// <param name="seed">Draws the views.</param>
    public static IData Augmented(IData data, int batch, double crop, ulong seed) => data is ISeenAgain again ? again.Mild(batch, crop, seed) : data;

    /// <summary>The learning rate's factor: <c>cosine</c>, <c>steps</c> (a tenth after 60 % and again after 80 %) or <c>constant</c>.</summary>
    public static Schedule ScheduleOf(string name, int epochs) => name switch
    {
        "cosine" => new CosineRamp(),
        "steps" => new StepDecay(1, 0.1, epochs * 6 / 10, epochs * 8 / 10),
        _ => new Constant(),
    };

    /// <summary>Takes a step for every batch of every epoch, with gradients recorded.</summary>
    /// <param name="data">Where views come from.</param>
    /// <param name="rows">Numbers of the samples to learn from.</param>
    /// <param name="epochs">Passes over them.</param>
    /// <param name="batch">Samples a step; fewer where there are fewer.</param>
    /// <param name="seed">Shuffles.</param>
    /// <param name="step">Learns from a view, its labels and where training stands.</param>
    /// <param name="cancel">Stops between steps.</param>
    public static void Run(IData data, int[] rows, int epochs, int batch, ulong seed, Action<View, Tensor, Progress> step, CancellationToken cancel)
    {
        batch = Math.Min(batch, rows.Length);
        var perEpoch = rows.Length / batch;
        var at = new Progress(0, epochs, 0, (long)epochs * perEpoch);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            int[] order = new int[rows.Length];
            new RandomKey(seed, epoch, -2, 0).Draws().Permutation(order);
            int[][] batches = [.. order.Select(i => rows[i]).Chunk(batch).Take(perEpoch)];
            foreach (var raw in data.Batches(epoch, 0, new(batches), cancel))
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = Scope.Open();
                using var _ = WithGradient.Begin();
                var made = raw.Tensors();
                step(made.Views[0], made.Labels!, at);
                at = at with { Step = at.Step + 1 };
            }
            at = at with { Epoch = epoch + 1 };
        }
    }
}
