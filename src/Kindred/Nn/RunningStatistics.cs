namespace Kindred.Nn;

/// <summary>Batch norms that use a batch's statistics without adding them to their running averages: for a pass over what they have already counted.</summary>
public static class RunningStatistics
{
    /// <summary>Holds the running averages of every batch norm below a module until the result is disposed.</summary>
    /// <param name="module">The module.</param>
    public static IDisposable Held(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new Holding([.. module.Modules().OfType<BatchNorm>().Select(norm => (norm, norm.Momentum))]);
    }

    sealed class Holding : IDisposable
    {
        readonly (BatchNorm Norm, double Momentum)[] held;

        internal Holding((BatchNorm Norm, double Momentum)[] norms)
        {
            held = norms;
            foreach (var (norm, _) in held) norm.Momentum = 0;
        }

        public void Dispose()
        {
            foreach (var (norm, momentum) in held) norm.Momentum = momentum;
        }
    }
}
