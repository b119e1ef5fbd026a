using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>A method of contrastive learning: its state is its fields, and a step turns a batch into a loss.</summary>
/// <remarks>
/// A method knows no trainer. What must wait until the optimizer has stepped (a momentum twin, a queue, a centre) goes into
/// <see cref="After"/>; what happens between epochs (re-clustering, the plan of the batches) into <see cref="BeginEpoch"/>.
/// <para>Threads: one trains a method at a time, as steps change its state. Once it is in evaluation mode and nobody trains it, several threads may ask it for features.</para>
/// </remarks>
public abstract class Method : Module
{
    readonly List<Action> after = [];
    readonly Dictionary<string, Tensor> logged = [];
    Tensor? watched;

    /// <summary>The paper's step: one batch in, one scalar loss out.</summary>
    protected virtual Tensor Step(Batch batch, Progress at) =>
        throw new InvalidOperationException($"{GetType().Name} overrides neither Step nor Turns");

    /// <summary>The turns of one training step. Games override this; every other method takes one turn as <c>model</c>.</summary>
    public virtual IEnumerable<Turn> Turns(Batch batch, Progress at) => [new Turn("model", () => Step(batch, at))];

    /// <summary>Who is optimised, by name: each has its own optimizer.</summary>
    public virtual IReadOnlyDictionary<string, Module> Players => new Dictionary<string, Module> { ["model"] = this };

    /// <summary>Runs before each epoch, without gradient: E-steps, re-clustering, frozen parts, which samples make up which batch.</summary>
    /// <returns>The epoch's batches, of any number; null for the data's own order.</returns>
    /// <remarks>A run that goes on in the middle of an epoch does not call it again: what it made is in the state, and so is the plan.</remarks>
    public virtual EpochPlan? BeginEpoch(Epoch epoch) => null;

    /// <summary>Runs after the last step of each epoch, the last one included, without gradient.</summary>
    public virtual void EndEpoch(Epoch epoch) { }

    /// <summary>Does something, without gradient, once this turn's optimizer has stepped.</summary>
    protected void After(Action settle) => after.Add(settle);

    /// <summary>Reports a number of this step; it stays on its device until somebody asks.</summary>
    protected void Log(string name, Tensor value)
    {
        if (logged.Remove(name, out var old)) old.Dispose();
        logged[name] = Scope.Release(value.Detach());
    }

    /// <summary>Reports a number of this step.</summary>
    protected void Log(string name, double value) => Log(name, Tensor.Of(value));

    /// <summary>Shows the trainer this step's embeddings `[N, D]`, from which it measures spread and rank; nothing is computed unless it asks.</summary>
    protected void Watch(Tensor z)
    {
        watched?.Dispose();
        watched = Scope.Release(z.Detach());
    }

    /// <summary>Takes what the last step showed; the caller disposes it.</summary>
    public Tensor? TakeWatched()
    {
        var taken = watched;
        watched = null;
        return taken;
    }

    /// <summary>Runs what <see cref="After"/> collected. The trainer calls it after each turn.</summary>
    public void Settle()
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        foreach (var action in after) action();
        after.Clear();
    }

    /// <summary>Drops what <see cref="After"/> collected: for a turn whose step was refused.</summary>
    public void Forget() => after.Clear();

    /// <summary>Takes the numbers that the last step logged.</summary>
    public IReadOnlyDictionary<string, double> TakeLog()
    {
        var numbers = logged.ToDictionary(l => l.Key, l => l.Value.Item());
        foreach (var value in logged.Values) value.Dispose();
        logged.Clear();
        return numbers;
    }
}
