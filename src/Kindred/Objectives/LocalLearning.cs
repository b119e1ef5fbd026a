using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>Local losses on spans of consecutive stages, nothing flowing back between the spans: Greedy InfoMax (1), LoCo (2), end-to-end (all).</summary>
/// <remarks>
/// Greedy: Löwe et al., arXiv:1905.11786. Overlapping units: Xiong et al., "LoCo: Local Contrastive Representation Learning", arXiv:2008.01342, Sec. 3.
/// Unit u runs stages u … u+span−1 on in₁ = x, inᵤ₊₁ = sg(stageᵤ(inᵤ)); a stage inside several units gathers their gradients before one optimiser step.
/// </remarks>
public static class LocalLearning
{
    /// <summary>The sum of the units' losses.</summary>
    /// <param name="views">Inputs of the first stage, one tensor a view.</param>
    /// <param name="stages">The network, in order.</param>
    /// <param name="objective">The loss of a unit: its number and its output for each view → a scalar. Put a unit's own head in here.</param>
    /// <param name="span">Stages in a unit, 1 to all of them.</param>
    public static Tensor Loss(Tensor[] views, Func<Tensor, Tensor>[] stages, Func<int, Tensor[], Tensor> objective, int span = 2)
        => PerUnit(views, stages, objective, span).Sum();

    /// <summary>The loss of each unit, `[stages − span + 1]`; arguments as for <see cref="Loss"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is not between 1 and the number of stages.</exception>
    public static Tensor PerUnit(Tensor[] views, Func<Tensor, Tensor>[] stages, Func<int, Tensor[], Tensor> objective, int span = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, stages.Length);
        var losses = new Tensor[stages.Length - span + 1];
        var inputs = views;
        for (int unit = 0; unit < losses.Length; unit++)
        {
            var lower = Array.ConvertAll(inputs, x => stages[unit](x));
            var outputs = lower;
            for (int stage = unit + 1; stage < unit + span; stage++)
                outputs = Array.ConvertAll(outputs, h => stages[stage](h));
            losses[unit] = objective(unit, outputs);
            inputs = Array.ConvertAll(lower, h => h.Detach());
        }
        return Tensor.Stack(losses);
    }
}
