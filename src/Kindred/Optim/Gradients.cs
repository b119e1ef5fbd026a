using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Clipping of gradients, in place.</summary>
public static class Gradients
{
    /// <summary>Scales all gradients by one factor so that their joint norm is at most <paramref name="largest"/>.</summary>
    /// <returns>The joint norm before.</returns>
    public static double ClipTogether(IEnumerable<Parameter> parameters, double largest)
    {
        using var _ = NoGradient.Begin();
        using var scope = Scope.Open();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Gradient).OfType<Tensor>()];
        if (gradients.Length == 0)
            return 0;
        double norm = Tensor.Stack([.. gradients.Select(g => g.Norm())]).Norm().Item();
        double factor = largest / (norm + 1e-6);
        if (factor < 1)
            foreach (var g in gradients)
                g.Mul_(factor);
        return norm;
    }

    /// <summary>Scales each gradient by itself so that its norm is at most <paramref name="largest"/> (DINO, arXiv:2104.14294).</summary>
    public static void ClipEach(IEnumerable<Parameter> parameters, double largest)
    {
        using var _ = NoGradient.Begin();
        foreach (var parameter in parameters)
        {
            using var scope = Scope.Open();
            if (parameter.Gradient is { } g)
                g.Mul_((g.Norm() + 1e-6).Reciprocal().Mul_(largest).Clamp_(max: 1));
        }
    }
}
