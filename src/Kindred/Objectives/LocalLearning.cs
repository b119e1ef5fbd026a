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
        => Tensor.Stack([.. InTurn(views, stages, objective, span, lower => lower.Detach()).Select(loss => loss())]);

    /// <summary>The losses of the units to be made and differentiated one after the other, so that no two graphs live at once; arguments as for <see cref="Loss"/>.</summary>
    /// <param name="views">Inputs of the first stage, one tensor a view.</param>
    /// <param name="stages">The network, in order.</param>
    /// <param name="objective">The loss of a unit.</param>
    /// <param name="span">Stages in a unit.</param>
    /// <param name="handOn">Takes what the next unit starts from out of a unit's graph and scope: <see cref="Turn.Handed"/>.</param>
    /// <returns>One function a unit, each to be called once and in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The span is not between 1 and the number of stages.</exception>
    public static IReadOnlyList<Func<Tensor>> InTurn(Tensor[] views, Func<Tensor, Tensor>[] stages, Func<int, Tensor[], Tensor> objective, int span, Func<Tensor, Tensor> handOn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, stages.Length);
        var units = stages.Length - span + 1;
        var inputs = views;                                                                    // of the unit at hand
        return [.. Enumerable.Range(0, units).Select(unit => (Func<Tensor>)(() => Unit(unit)))];

        Tensor Unit(int unit)
        {
            var lower = Array.ConvertAll(inputs, x => stages[unit](x));
            var outputs = lower;
            for (int stage = unit + 1; stage < unit + span; stage++)
                outputs = Array.ConvertAll(outputs, h => stages[stage](h));
            if (unit + 1 < units) inputs = Array.ConvertAll(lower, h => handOn(h));
            return objective(unit, outputs);
        }
    }
}
