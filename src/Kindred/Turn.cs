using Kindred.Torch;

namespace Kindred;

/// <summary>One turn of one player: the trainer evaluates the loss, differentiates it and steps that player's optimizer.</summary>
/// <param name="Player">A name in <see cref="Method.Players"/>.</param>
/// <param name="Loss">Makes the scalar loss; called when the turn comes, so it sees the weights that earlier turns left.</param>
public readonly record struct Turn(string Player, Func<Tensor> Loss);
