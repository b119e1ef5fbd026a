using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>CPC: a recurrent summary of the past must pick the true future out of a row of candidates.</summary>
/// <remarks>
/// van den Oord, Li, Vinyals, "Representation Learning with Contrastive Predictive Coding", arXiv:1807.03748, Sec. 2. Sound is a
/// sequence of frames (<c>encoder: wave</c> or <c>log-mel</c>). A picture is a grid of patches (<c>encoder: patches</c>) of which
/// every column is a sequence from top to bottom, so the candidates of a patch are patches of the same row, of its own picture and
/// of others. No normalisation, no temperature, one matrix a step ahead. What is to be left out is the encoder's batch norm: it
/// would tell frames about one another.
/// Differs: pictures have a GRU down each column in place of the paper's PixelCNN-style context over rows.
/// </remarks>
[Method("cpc", Title = "CPC", Paper = "arXiv:1807.03748", Family = "predictive coding", Modality = "pictures, sound", Objective = "InfoNCE over the future",
    Takes = SampleKinds.Sound | SampleKinds.Pictures)]
public sealed partial class CPC : Method, IEncodes
{
    /// <summary>The settings; defaults are the paper's on sound.</summary>
    /// <param name="Steps">K, how many steps ahead are predicted.</param>
    /// <param name="Skip">Steps right ahead that are not predicted: patches that overlap with what the context has seen are too easy.</param>
    /// <param name="Context">Width of the recurrent state c.</param>
    /// <param name="Over">What the softmax runs over.</param>
    /// <param name="Negatives">Where wrong candidates come from.</param>
    /// <param name="ShuffleTime">Puts the places of each sequence in random order: then there is no future to predict, which shows what the loss owes to it.</param>
    /// <param name="Segments">Parts of a recording's time that its features keep apart, each the mean of c; 1 forgets the order.</param>
    public sealed record Options(
        [Range(1, 1024)] int Steps = 12, [Range(0, 1024)] int Skip = 0, [Width] long Context = 256, OverKind Over = OverKind.Targets, NegativeKind Negatives = NegativeKind.Batch,
        bool ShuffleTime = false, [Range(1, 1024)] int Segments = 1);

    readonly Options options;
    readonly Encoder encoder;
    readonly Gru context;
    readonly Parameter predictors;
    readonly Func<Tensor, Tensor> inTime;
    readonly Func<Tensor, Tensor, long, (Tensor Scores, Tensor Truth)> candidates;

    /// <summary>An encoder of frames or patches, a recurrent context, and one matrix W_k a step ahead.</summary>
    /// <exception cref="ConfigurationException">The encoder gives one vector a sample.</exception>
    public CPC(Encoder encoder, Options options)
    {
        if (encoder is not (SequenceEncoder or PatchEncoder))
            throw new ConfigurationException($"encoder: CPC needs frames or patches, a {encoder.GetType().Name} gives one vector a sample; take wave or log-mel for sound, patches for pictures.");
        (this.encoder, this.options) = (encoder, options);
        context = new(encoder.Dim, options.Context);
        predictors = new(Weights.FanInUniform([options.Steps, encoder.Dim, options.Context], options.Context));
        (inTime, candidates) = (options.ShuffleTime ? Shuffled : z => z, Candidates(predictors, options));
    }

    /// <inheritdoc/>
    protected override Tensor Step(Batch batch, Progress at)
    {
        batch.NeedsViews(1);
        var z = inTime(Sequences(batch.Views[0]));                                      // [S, T, Dz]
        var last = z.Size(1) - options.Skip - options.Steps;
        if (last < 1)
            throw new ConfigurationException($"options.steps: {options.Skip + options.Steps} steps ahead need more than the {z.Size(1)} frames of a sample; predict fewer, or make samples longer.");

        var t = Tensor.Randint(0, last, [1], Generator.Default, Dtype.Int64).ItemLong();  // one place for the whole batch
        var c = context.Forward(z.Narrow(1, 0, t + 1)).Select(1, t);                      // [S, Dc], knows nothing beyond t
        Watch(c);
        var (scores, truth) = candidates(z, c, t + options.Skip + 1);                     // [K, S, candidates], [S]
        Log("contrastive_accuracy", scores.Argmax(-1).Eq(truth).To(Dtype.Float32).Mean());
        return CrossEntropy.PerRow(scores, truth.Expand([options.Steps, -1])).Mean();
    }

    // Sound: frames in time. Pictures: each column of the grid, from top to bottom.
    Tensor Sequences(View view)
    {
        encoder.Check(view);
        return Sequences(view.X);
    }

    Tensor Sequences(Tensor x) => encoder switch
    {
        SequenceEncoder sound => sound.Frames(x),
        PatchEncoder patches => patches.Patches(x).Transpose(1, 2).Flatten(0, 1),
        _ => throw new InvalidOperationException(encoder.GetType().Name),
    };

    /// <summary>Pictures: the mean over all patches z, as the paper probes them. Sound: the means of the context c over each segment of time.</summary>
    public Tensor Features(View view)
    {
        if (encoder is PatchEncoder) return encoder.Forward(view);
        var c = context.Forward(Sequences(view));                                       // [N, T, Dc]
        long Cut(int part) => part * c.Size(1) / options.Segments;
        return Tensor.Cat([.. Enumerable.Range(0, options.Segments).Select(i => c.Narrow(1, Cut(i), Math.Max(1, Cut(i + 1) - Cut(i))).Mean(1))], 1);
    }

    /// <summary>The mean over time (and over columns) of the context c.</summary>
    public Tensor Embeddings(View view)
    {
        var c = context.Forward(Sequences(view)).Mean(1);                               // [S, Dc]
        return c.View([view.X.Size(0), -1, options.Context]).Mean(1);
    }

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((_, _) => new CPC(new PatchEncoder(new() { Patch = 4, Stride = 2, Width = 2 }), new(Steps: 2, Context: 6)));
}
