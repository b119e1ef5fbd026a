using Kindred.Torch;

namespace Kindred.Optim;

/// <summary>Where a minimization ended.</summary>
/// <param name="X">The point, in the open scope.</param>
/// <param name="Value">The function there.</param>
/// <param name="GradientNorm">The largest entry of the gradient there, by size.</param>
/// <param name="Iterations">Steps taken.</param>
public sealed record Minimum(Tensor X, double Value, double GradientNorm, int Iterations);

/// <summary>L-BFGS: minimizes a smooth function of one vector by quasi-Newton steps built from the last few gradients.</summary>
/// <remarks>
/// Nocedal and Wright, "Numerical Optimization", 2006, Algorithms 7.4 and 7.5. The step is found by bisection until it fulfils the weak Wolfe
/// conditions (Lewis and Overton, Math. Program. 141, 2013), which keeps every curvature positive.
/// </remarks>
/// <param name="History">Gradient differences that are remembered.</param>
/// <param name="Iterations">Most steps.</param>
/// <param name="Tolerance">Stops when no entry of the gradient is larger.</param>
public sealed record Lbfgs(int History = 10, int Iterations = 200, double Tolerance = 1e-6)
{
    const double Decrease = 1e-4, Curvature = 0.9;
    const int Bisections = 40;

    /// <summary>Minimizes.</summary>
    /// <param name="function">Gives value and gradient at a point; called in a scope of its own.</param>
    /// <param name="start">A vector; not changed.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <returns>The best point; also when no better one can be found within the precision of the numbers.</returns>
    public Minimum Minimize(Func<Tensor, (double Value, Tensor Gradient)> function, Tensor start, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(start);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        var memory = new Queue<(Tensor Step, Tensor Change, double Product)>();
        var here = At(function, start.Detach().Clone());
        var steps = 0;
        while (steps < Iterations && here.Largest > Tolerance)
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = Scope.Open();
            var direction = Direction(here.Gradient, memory);
            if (Search(function, here, direction, steps == 0 ? Math.Min(1, 1 / Norm(here.Gradient)) : 1) is not { } next)
            {
                if (memory.Count == 0) break;
                Forget(memory); // rounding has spoilt the directions: try once more from the plain gradient
                continue;
            }
            steps++;
            Remember(memory, Scope.Release(next.X - here.X), Scope.Release(next.Gradient - here.Gradient));
            here.Dispose();
            here = next;
        }
        Forget(memory);
        here.Gradient.Dispose();
        return new Minimum(scope.Return(Born(here.X)), here.Value, here.Largest, steps);
    }

    // −H g by the two loops over the remembered pairs, newest first and oldest first.
    static Tensor Direction(Tensor gradient, Queue<(Tensor Step, Tensor Change, double Product)> memory)
    {
        var q = gradient.Clone();
        var pairs = memory.ToArray();
        var weights = new double[pairs.Length];
        for (var i = pairs.Length - 1; i >= 0; i--)
        {
            weights[i] = pairs[i].Step.Dot(q).Item() / pairs[i].Product;
            q.Add_(pairs[i].Change, -weights[i]);
        }
        if (pairs.Length > 0) q.Mul_(pairs[^1].Product / pairs[^1].Change.Dot(pairs[^1].Change).Item());
        for (var i = 0; i < pairs.Length; i++)
            q.Add_(pairs[i].Step, weights[i] - pairs[i].Change.Dot(q).Item() / pairs[i].Product);
        return q.Neg_();
    }

    static Point? Search(Func<Tensor, (double, Tensor)> function, Point here, Tensor direction, double length)
    {
        var slope = direction.Dot(here.Gradient).Item();
        if (slope >= 0) return null;
        double low = 0, high = double.PositiveInfinity;
        for (var i = 0; i < Bisections; i++)
        {
            var next = At(function, here.X.Add(direction, length));
            if (!double.IsFinite(next.Value) || next.Value > here.Value + Decrease * length * slope) high = length;
            else if (next.Gradient.Dot(direction).Item() < Curvature * slope) low = length;
            else return next;
            next.Dispose();
            length = double.IsFinite(high) ? (low + high) / 2 : 2 * length;
        }
        return null;
    }

    void Remember(Queue<(Tensor Step, Tensor Change, double Product)> memory, Tensor step, Tensor change)
    {
        memory.Enqueue((step, change, step.Dot(change).Item()));
        if (memory.Count > History) Drop(memory.Dequeue());
    }

    static void Forget(Queue<(Tensor, Tensor, double)> memory)
    {
        while (memory.TryDequeue(out var pair)) Drop(pair);
    }

    static void Drop((Tensor Step, Tensor Change, double) pair)
    {
        pair.Step.Dispose();
        pair.Change.Dispose();
    }

    static double Norm(Tensor x) => Math.Sqrt(x.Dot(x).Item());

    // Back into the scope that is open now.
    static Tensor Born(Tensor released)
    {
        using (released) return released.Clone();
    }

    static Point At(Func<Tensor, (double Value, Tensor Gradient)> function, Tensor x)
    {
        using var scope = Scope.Open();
        var (value, gradient) = function(x);
        return new Point(Scope.Release(x), value, Scope.Release(gradient), gradient.Abs().Max().Item());
    }

    sealed record Point(Tensor X, double Value, Tensor Gradient, double Largest) : IDisposable
    {
        public void Dispose()
        {
            X.Dispose();
            Gradient.Dispose();
        }
    }
}
