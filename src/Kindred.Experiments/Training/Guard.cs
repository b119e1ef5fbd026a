using System.Globalization;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>What becomes of a training when a step's numbers go wrong.</summary>
public enum GuardKind
{
    /// <summary>It ends; the last checkpoint is untouched.</summary>
    Stop,

    /// <summary>The step is undone and the batch left out.</summary>
    Skip,

    /// <summary>The state of the last checkpoint is put back, and training goes on with the next batch: those in between are left out of what was learnt.</summary>
    Rollback,
}

/// <summary>How a training is guarded.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Limit">How many steps may be skipped or rolled back; one more ends the training.</param>
/// <param name="Spike">A loss further above the median of the last hundred than this many deviations counts as wrong; 0 does not look.</param>
public sealed record GuardOptions(GuardKind Kind = GuardKind.Stop, int Limit = 10, double Spike = 0);

/// <summary>Decides what becomes of a step whose loss or gradients are no longer finite, or whose loss leaps.</summary>
/// <remarks>
/// To undo a step, the whole state is copied before each one; where the answer is <see cref="GuardKind.Stop"/>, only random state is. All decisions follow
/// from numbers that several processes share, so that each comes to the same.
/// </remarks>
/// <param name="options">What to do.</param>
/// <param name="state">What a step changes.</param>
/// <param name="warn">Told of every step that was undone.</param>
public sealed class Guard(GuardOptions options, TrainingState state, Action<string> warn) : IHook, IDisposable
{
    const int Window = 100, Least = 20;
    const double ToDeviation = 1.4826, Floor = 1e-3;

    readonly SortedDictionary<string, Queue<double>> losses = new(StringComparer.Ordinal);
    Snapshot? before;
    byte[] random = [];
    int undone;

    /// <summary>Told of a failed step before anything is undone: keeps what shows it again. It gets where training stood, the batch, the error and random state.</summary>
    public Action<Position, Batch, NumericException, byte[]>? Keep { get; init; }

    /// <summary>Puts the last checkpoint's state back; false where there is none yet.</summary>
    public Func<bool>? Back { get; init; }

    /// <summary>Steps that were undone so far.</summary>
    public int Undone => undone;

    /// <summary>Whether steps are undone, so that weights have to be looked at after each.</summary>
    public bool Undoes => options.Kind != GuardKind.Stop;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Numbers() => undone == 0 ? new Dictionary<string, double>() : new Dictionary<string, double> { ["steps_undone"] = undone };

    /// <inheritdoc/>
    void IHook.End(TrainingResult result) => Dispose();

    /// <summary>A step begins.</summary>
    public void Begin()
    {
        random = Generator.Default.State;
        if (options.Kind != GuardKind.Stop) before = Snapshot.Of(state, before);
    }

    /// <summary>Looks at a player's loss before its optimizer steps.</summary>
    /// <param name="player">Whose.</param>
    /// <param name="loss">A finite number.</param>
    /// <param name="at">Where training stands.</param>
    /// <exception cref="NumericException">It leapt.</exception>
    public void Look(string player, double loss, Progress at)
    {
        if (options.Spike == 0) return;
        if (!losses.TryGetValue(player, out var last)) losses[player] = last = new();
        if (last.Count >= Least && Leap(loss, [.. last]) is { } text)
            throw new NumericException($"the loss of '{player}' leapt at step {at.Step} (epoch {at.Epoch}): {text}. Lower train.optimizer.learningRate, raise train.warmup, clip "
                + "gradients with train.clipNorm=1, or leave such batches out with train.guard=rollback; the last checkpoint is untouched.");
        last.Enqueue(loss);
        if (last.Count > Window) last.Dequeue();
    }

    /// <summary>A step failed: undoes it, or ends the training.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="batch">What it was learning from.</param>
    /// <param name="position">Where training stood.</param>
    /// <exception cref="NumericException">It is to stop, was undone too often, or undoing it does not help.</exception>
    public void Failed(NumericException error, Batch batch, Position position)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(position);
        if (undone <= options.Limit) Keep?.Invoke(position, batch, error, random);
        if (options.Kind == GuardKind.Stop) throw error;
        if (++undone > options.Limit)
            throw new NumericException($"{undone} steps went wrong, and train.guardLimit allows {options.Limit} to be undone; the last: {error.Message}", error);
        before!.Restore();
        var back = options.Kind == GuardKind.Rollback && Back?.Invoke() == true;
        if (state.Broken is { } broken)
            throw new NumericException($"'{broken}' was not finite before step {position.At.Step} already, so leaving its batch out does not help"
                + $"{(options.Kind == GuardKind.Skip ? "; train.guard=rollback goes back to the last checkpoint" : "")}: {error.Message}", error);
        warn(string.Create(CultureInfo.InvariantCulture, $"step {position.At.Step} was undone ({undone} of at most {options.Limit}) and "
            + $"{(back ? "the last checkpoint's state put back" : "its batch left out")}: {error.Message}"));
    }

    /// <summary>The losses that leaps are measured by, for checkpoints.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Write() => losses.Select(l => ($"losses/{l.Key}", Tensor.From<double>([.. l.Value])));

    /// <summary>Takes back what <see cref="Write"/> gave.</summary>
    internal void Read(IReadOnlyDictionary<string, Tensor> rest)
    {
        losses.Clear();
        foreach (var (name, value) in rest.Where(r => r.Key.StartsWith("losses/", StringComparison.Ordinal))) losses[name["losses/".Length..]] = new(value.ToArray<double>());
    }

    string? Leap(double loss, double[] last)
    {
        var median = Median(last);
        var deviation = Math.Max(ToDeviation * Median(Array.ConvertAll(last, l => Math.Abs(l - median))), Floor * Math.Abs(median));
        return loss <= median + options.Spike * deviation ? null
            : string.Create(CultureInfo.InvariantCulture, $"to {loss:0.####}, {(loss - median) / deviation:0.#} deviations above the median {median:0.####} of the last {last.Length}");
    }

    static double Median(double[] numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        before?.Dispose();
        before = null;
    }
}
