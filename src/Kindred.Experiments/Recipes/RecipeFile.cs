using System.ComponentModel.DataAnnotations;

namespace Kindred.Experiments.Recipes;

/// <summary>A recipe: which method, on what data, trained how. What belongs to other rooms stays a node until they bind it.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Paper">Where the settings come from, such as arXiv:2003.04297.</param>
/// <param name="Title">One line for lists.</param>
/// <param name="Options">The method's own options.</param>
/// <param name="Encoder">Name and options of the encoder.</param>
/// <param name="Networks">Name and options of each network, where the method has several: <c>{ text: …, video: … }</c>.</param>
/// <param name="Views">Groups of views with one plan each.</param>
/// <param name="Data">A data URI, or a map from names to them for data sets that are drawn side by side.</param>
/// <param name="Plain">The view without chance that evaluations and banks see; made from the first group's size and normalisation if left out.</param>
/// <param name="Train">How to train.</param>
/// <param name="Evaluate">Evaluations to run at the end: names, or maps with options.</param>
/// <param name="Phase">Name of this phase, in a recipe of several.</param>
/// <param name="From">The phase that this one goes on with, for the reader: it has to be the one before.</param>
public sealed record RecipeFile(
    string Method,
    string? Paper = null,
    string? Title = null,
    RecipeNode? Options = null,
    RecipeNode? Encoder = null,
    IReadOnlyDictionary<string, RecipeNode>? Networks = null,
    IReadOnlyList<ViewSection>? Views = null,
    RecipeNode? Data = null,
    ViewSection? Plain = null,
    TrainSection? Train = null,
    IReadOnlyList<RecipeNode>? Evaluate = null,
    string? Phase = null,
    string? From = null)
{
    /// <summary>Name and options of each network by the name under which the method asks for it.</summary>
    public IReadOnlyDictionary<string, RecipeNode> Networks { get; } = Networks ?? new Dictionary<string, RecipeNode>();

    /// <summary>Groups of views with one plan each; empty when the data brings its own.</summary>
    public IReadOnlyList<ViewSection> Views { get; } = Views ?? [];

    /// <summary>How to train.</summary>
    public TrainSection Train { get; init; } = Train ?? new();

    /// <summary>Evaluations to run at the end.</summary>
    public IReadOnlyList<RecipeNode> Evaluate { get; } = Evaluate ?? [];
}

/// <summary>Views that are drawn by the same plan.</summary>
/// <param name="Name">Name of the group, such as global.</param>
/// <param name="Count">Views in the group.</param>
/// <param name="Size">Side of a view in pixels, where the operations do not say it.</param>
/// <param name="Of">Operations in order: names, or maps with options.</param>
/// <param name="DrawnAs">An earlier group of as many views whose draws this one repeats: another colour channel of the same crop.</param>
/// <param name="Normalize">Mean and deviation, or the name of a known pair.</param>
/// <param name="LeaveOut">LooC's views: a query, a key with everything drawn anew, and for each of these operations a key that shares its draw with the query. Count is left out then.</param>
public sealed record ViewSection(
    string Name = "global",
    [Range(1, 64)] int Count = 1,
    [Range(1, 8192)] int? Size = null,
    IReadOnlyList<RecipeNode>? Of = null,
    string? DrawnAs = null,
    RecipeNode? Normalize = null,
    IReadOnlyList<string>? LeaveOut = null)
{
    /// <summary>Operations in order.</summary>
    public IReadOnlyList<RecipeNode> Of { get; } = Of ?? [];

    /// <summary>Operations that a key each shares with the query.</summary>
    public IReadOnlyList<string> LeaveOut { get; } = LeaveOut ?? [];
}

/// <summary>How to train.</summary>
/// <param name="Epochs">Passes over the data; schedules are as long as this.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Optimizer">Name and options, or a map from player to them.</param>
/// <param name="Schedule">How the learning rate goes after the warm-up: a name, or a map with options.</param>
/// <param name="Warmup">Epochs in which the learning rate rises from 0.</param>
/// <param name="Precision">What the encoder computes in; losses stay in single precision.</param>
/// <param name="ClipNorm">Largest norm of the gradient; 0 leaves it alone.</param>
/// <param name="Seed">Everything random follows from it.</param>
/// <param name="Workers">Threads that prepare views; 0 lets the machine decide.</param>
/// <param name="LogEvery">Steps between two lines of metrics.</param>
/// <param name="CheckpointEvery">Steps between two checkpoints; 0 writes them at the end of epochs only.</param>
/// <param name="Keep">Checkpoints to keep, besides the best one.</param>
/// <param name="OnlineProbe">Trains a linear classifier of the representation beside the method and logs online_accuracy; the method does not notice.</param>
/// <param name="Steps">Optimizer steps in all, in place of epochs; schedules are as long as this.</param>
/// <param name="StepsPerEpoch">Steps of an epoch, where the method plans none; the data go round again or are cut.</param>
/// <param name="Layout">How pictures and kernels lie in memory; auto keeps what this machine once measured to be faster for the network.</param>
/// <param name="From">Weights that the first phase starts from, as <c>--from</c> takes them, which goes before it: a run, a file, or <c>minilm</c>.</param>
/// <param name="Piece">Rows that an encoder takes at a time, for batches whose graph would not fit into memory; 0 takes all. Batch norm then sees a piece, not the batch.</param>
/// <param name="EvaluateEvery">Steps between two evaluations of what the recipe asks for, the start and the end included; 0 evaluates at the end only. Training does not notice.</param>
/// <param name="Best">The metric by which the best state is kept: PROTOCOL.METRIC, such as sts.stsb-dev, with a minus before it where less is better.</param>
/// <param name="Guard">What becomes of a step whose loss or gradients are no longer finite: stop ends the training, skip undoes it and leaves its batch out,
/// rollback puts the last checkpoint's state back and goes on with the next batch.</param>
/// <param name="GuardLimit">How many steps may be undone; one more ends the training.</param>
/// <param name="Spike">A loss more than this many deviations above the median of the last hundred counts as wrong too; 0 does not look.</param>
public sealed record TrainSection(
    [Range(1, 1_000_000)] int Epochs = 100,
    [Range(1, 1 << 20)] int Batch = 256,
    RecipeNode? Optimizer = null,
    RecipeNode? Schedule = null,
    [Range(0.0, 1e6)] double Warmup = 0,
    [AllowedValues("auto", "fp32", "bf16")] string Precision = "auto",
    [Range(0.0, 1e9)] double ClipNorm = 0,
    [Range(0.0, 1.8446744073709552e19)] ulong Seed = 0,
    [Range(0, 256)] int Workers = 0,
    [Range(1, int.MaxValue)] int LogEvery = 10,
    [Range(0, int.MaxValue)] int CheckpointEvery = 0,
    [Range(1, 1000)] int Keep = 3,
    bool OnlineProbe = false,
    [Range(1L, 1L << 40)] long? Steps = null,
    [Range(1, 1 << 30)] int? StepsPerEpoch = null,
    [AllowedValues("auto", "channelsLast", "nchw")] string Layout = "auto",
    string? From = null,
    [Range(0, 1 << 30)] int Piece = 0,
    [Range(0, int.MaxValue)] int EvaluateEvery = 0,
    string? Best = null,
    [AllowedValues("stop", "skip", "rollback")] string Guard = "stop",
    [Range(1, 1_000_000)] int GuardLimit = 10,
    [Range(0.0, 1e6)] double Spike = 0);
