using Kindred.Torch;

namespace Kindred;

/// <summary>One turn of one player: the trainer makes and differentiates each loss in turn, then steps that player's optimizer once. Other players are frozen meanwhile.</summary>
/// <remarks>
/// Several losses add up: local objectives of stacked units, or shares of a batch (<see cref="Batch.Part"/>) whose graphs would not fit side by side. Each loss
/// lives in a scope of its own and is freed before the next is made; what the next one needs is handed on by <see cref="Handed"/>.
/// </remarks>
/// <param name="Player">A name in <see cref="Method.Players"/>.</param>
/// <param name="Losses">Make a scalar loss each; called when the turn comes, so that they see the weights that earlier turns left.</param>
public sealed record Turn(string Player, params IReadOnlyList<Func<Tensor>> Losses)
{
    [ThreadStatic] static List<Tensor>? handed;

    /// <summary>A tensor that outlives the loss that made it, without its graph: for the next loss of this turn, after which it is freed.</summary>
    /// <param name="tensor">What the next loss needs.</param>
    /// <returns>Its values, in the scope around the losses.</returns>
    public static Tensor Handed(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var kept = Scope.HandOn(tensor.Detach());
        handed?.Add(kept);
        return kept;
    }

    /// <summary>Uses each loss in order; of several, each in its own scope, and what one handed on is freed once the next is done.</summary>
    /// <param name="use">Makes the loss and differentiates it.</param>
    public void Each(Action<Func<Tensor>> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        if (Losses is [var only])
        {
            use(only);
            return;
        }
        List<Tensor> before = [];
        try
        {
            foreach (var loss in Losses)
            {
                handed = [];
                using (Scope.Open()) use(loss);
                foreach (var tensor in before) tensor.Dispose();
                before = handed;
            }
        }
        finally { handed = null; }
    }
}
