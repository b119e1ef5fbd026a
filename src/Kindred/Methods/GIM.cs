using System.ComponentModel.DataAnnotations;
using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>GIM, Greedy InfoMax: each stage of the encoder learns from a contrastive loss of its own, and no gradient leaves it.</summary>
/// <remarks>
/// Löwe, O'Connor, Veeling, "Putting an End to End-to-End: Gradient-Isolated Learning of Representations", NeurIPS 2019, arXiv:1905.11786, Sec. 2.
/// A picture is cut into patches with half of their side in common, each of which goes through the encoder by itself; a stage's summary of a
/// patch must pick that of the patch k + skip rows below it, for k = 1 … K, among summaries drawn from the whole batch.
/// The greedy stages of LoCo's tables have SimCLR's loss instead: <c>loss: views</c>.
/// Differs: on pictures the official code and this one take z = c, without the autoregressive model. Batch norm would tell patches about one
/// another: build the encoder with <c>norm: none</c>, as the paper does.
/// </remarks>
[Method("gim", Title = "GIM", Paper = "arXiv:1905.11786", Family = "local learning", Objective = "InfoNCE a stage", Takes = SampleKinds.Pictures)]
public sealed class GIM : LocalMethod
{
    /// <summary>The loss of a stage.</summary>
    public enum LossKind
    {
        /// <summary>Patches predict the patches below them: the paper.</summary>
        Patches,

        /// <summary>NT-Xent between two views through a head, as LoCo compares.</summary>
        Views,
    }

    /// <summary>The settings; defaults are the paper's on STL-10.</summary>
    /// <param name="Loss">The loss of a stage.</param>
    /// <param name="Patch">Side of a patch.</param>
    /// <param name="Stride">Step from patch to patch.</param>
    /// <param name="Steps">K, how many rows ahead are predicted.</param>
    /// <param name="Skip">Rows right below that are not predicted, because patches overlap.</param>
    /// <param name="Negatives">Patches drawn for each position; the right one may be among them.</param>
    /// <param name="Temperature">τ of the loss between views.</param>
    /// <param name="Hidden">Width of that loss's hidden layer; 0 is the width of what enters.</param>
    /// <param name="Depth">Linear layers of its head.</param>
    /// <param name="Dim">Width of its z.</param>
    public sealed record Options(
        LossKind Loss = LossKind.Patches, [Range(1, 1024)] int Patch = 16, [Range(1, 1024)] int Stride = 8, [Range(1, 1024)] int Steps = 5, [Range(0, 1024)] int Skip = 1,
        [Count] int Negatives = 16, [Temperature] double Temperature = 0.1, [Width(0)] long Hidden = 2048, [Depth] int Depth = 2, [Width] long Dim = 128);

    readonly Options options;
    readonly Parameter[] predictors;                                                  // [K, W, W] a stage
    readonly MlpHead[] heads;
    (long Rows, long Columns) grid;

    /// <summary>An encoder with stages, and for each the means of its loss.</summary>
    /// <exception cref="ConfigurationException">The encoder has no stages.</exception>
    public GIM(Encoder encoder, Options options) : base(encoder, span: 1)
    {
        this.options = options;
        var tops = Enumerable.Range(0, Units).Select(Top).ToArray();
        predictors = options.Loss == LossKind.Views ? [] : [.. tops.Select(t => new Parameter(Weights.FanInUniform([options.Steps, t.Width, t.Width], t.Width)))];
        heads = options.Loss == LossKind.Patches ? [] : [.. tops.Select(t => new MlpHead(t.Width, options.Hidden == 0 ? t.Width : options.Hidden, options.Dim, options.Depth))];
    }

    /// <inheritdoc/>
    protected override Tensor Input(Batch batch)
    {
        batch.NeedsViews(options.Loss == LossKind.Views ? 2 : 1);
        if (options.Loss == LossKind.Views) return Tensor.Cat([batch.Views[0].X, batch.Views[1].X]);
        var patches = Patches(batch.Views[0].X);
        if (grid.Rows <= options.Steps + options.Skip)
            throw new ConfigurationException($"options.steps: {options.Steps} rows ahead and {options.Skip} left out need more than the {grid.Rows} rows "
                + "of patches of a picture; predict fewer, or take smaller patches.");
        return patches;
    }

    /// <inheritdoc/>
    protected override Tensor Loss(int unit, Tensor output)
    {
        var summary = Top(unit).Pool.Forward(output);                                 // [2N, W], or a row a patch
        if (unit == Units - 1) Watch(summary);
        return options.Loss == LossKind.Views
            ? NtXent.Loss(heads[unit].Forward(summary), options.Temperature)
            : OverPatches(summary.View([-1, grid.Rows, grid.Columns, summary.Size(1)]).Permute([0, 3, 1, 2]), predictors[unit].Value);
    }

    Tensor OverPatches(Tensor map, Tensor weights)                                    // [N, W, R, K]
    {
        var negatives = Enumerable.Range(1 + options.Skip, options.Steps).Select(below =>
        {
            var positions = map.Size(0) * (grid.Rows - below) * grid.Columns;
            return Tensor.Randint(0, positions, [positions * options.Negatives], Generator.Default, Dtype.Int64, map.Device);
        });
        return GreedyInfoMax.Loss(map, weights, [.. negatives], options.Skip);
    }

    // [N, C, H, W] → [N · R · K, C, p, p].
    Tensor Patches(Tensor x)
    {
        if (x.Dim != 4 || x.Size(2) < options.Patch || x.Size(3) < options.Patch)
            throw new ConfigurationException($"options.patch: patches of {options.Patch} pixels cannot be cut from views of [{string.Join(", ", x.Shape)}]; take smaller patches, or larger pictures.");
        var cut = x.Unfold(2, options.Patch, options.Stride).Unfold(3, options.Patch, options.Stride);
        grid = (cut.Size(2), cut.Size(3));
        return cut.Permute([0, 2, 3, 1, 4, 5]).Reshape([-1, x.Size(1), options.Patch, options.Patch]);
    }

    /// <summary>The encoder's representation; of patches, the mean over all of a picture.</summary>
    public override Tensor Features(View view) => options.Loss == LossKind.Views ? base.Features(view)
        : base.Features(view.With(Patches(view.X))).View([view.X.Size(0), -1, Encoder.Dim]).Mean(1);

    /// <inheritdoc/>
    public override Tensor Embeddings(View view) => options.Loss == LossKind.Views ? heads[^1].Forward(Features(view)) : Features(view);

    /// <summary>A tiny one, for the tests that hold for every method.</summary>
    public static MethodExample Example => new((_, _) =>
        new GIM(new ConvNet(new(Width: 2, Norm: NormKind.None)), new(Patch: 4, Stride: 4, Steps: 1, Skip: 1, Negatives: 4)));
}
