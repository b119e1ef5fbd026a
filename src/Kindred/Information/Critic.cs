using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Information;

/// <summary>Scores how much two observations look like a pair: the T of every variational bound.</summary>
public abstract class Critic : Module
{
    /// <summary>Scores row by row: `[N, Dx]`, `[N, Dy]` → `[N]`.</summary>
    /// <param name="x">`[N, Dx]`.</param>
    /// <param name="y">`[N, Dy]`.</param>
    public abstract Tensor Score(Tensor x, Tensor y);

    /// <summary>Scores every x with every y: `[N, Dx]`, `[M, Dy]` → `[N, M]`.</summary>
    /// <param name="x">`[N, Dx]`.</param>
    /// <param name="y">`[M, Dy]`.</param>
    public abstract Tensor Matrix(Tensor x, Tensor y);

    private protected static Sequential Mlp(long inputs, long hidden, long outputs) =>
        new(new Linear(inputs, hidden), new Relu(), new Linear(hidden, hidden), new Relu(), new Linear(hidden, outputs));
}

/// <summary>An MLP on x and y together: the most expressive critic; a matrix costs N·M evaluations.</summary>
/// <param name="x">Width of x.</param>
/// <param name="y">Width of y.</param>
/// <param name="hidden">Width of the two hidden layers.</param>
public sealed class JointCritic(long x, long y, long hidden = 64) : Critic
{
    readonly Linear fromX = new(x, hidden), fromY = new(y, hidden, bias: false);
    readonly Sequential rest = new(new Relu(), new Linear(hidden, hidden), new Relu(), new Linear(hidden, 1));

    /// <inheritdoc/>
    public override Tensor Score(Tensor x, Tensor y) => rest.Forward(fromX.Forward(x) + fromY.Forward(y)).Squeeze(-1);

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) =>
        rest.Forward(fromX.Forward(x).Unsqueeze(1) + fromY.Forward(y).Unsqueeze(0)).Squeeze(-1);
}

/// <summary>Inner product of two embeddings, f(x)·g(y): a matrix costs N + M evaluations.</summary>
/// <remarks>Each embedding is a linear map plus an MLP: linear dependence is learned at once, the MLP adds the rest.</remarks>
/// <param name="x">Width of x.</param>
/// <param name="y">Width of y.</param>
/// <param name="hidden">Width of the two hidden layers of f and g.</param>
/// <param name="width">Width of the embeddings; linear dependence of d columns needs d.</param>
public sealed class SeparableCritic(long x, long y, long hidden = 64, long width = 32) : Critic
{
    readonly Sequential f = Mlp(x, hidden, width), g = Mlp(y, hidden, width);
    readonly Linear linearF = new(x, width, bias: false), linearG = new(y, width, bias: false);

    Tensor F(Tensor x) => f.Forward(x) + linearF.Forward(x);

    Tensor G(Tensor y) => g.Forward(y) + linearG.Forward(y);

    /// <inheritdoc/>
    public override Tensor Score(Tensor x, Tensor y) => (F(x) * G(y)).Sum(1);

    /// <inheritdoc/>
    public override Tensor Matrix(Tensor x, Tensor y) => F(x).Matmul(G(y).T());
}
