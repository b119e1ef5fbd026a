namespace Kindred.Nn;

/// <summary>Says, for as long as it is open on this thread, which kind of data goes through the network: <see cref="DomainBatchNorm"/> keeps norms for each.</summary>
/// <example><code>using (Domain.Begin("adversarial")) z = network.Forward(x);</code></example>
public readonly struct Domain : IDisposable
{
    [ThreadStatic] static string? current;
    readonly string? before;

    Domain(string? before) => this.before = before;

    /// <summary>The domain at hand; null for the default one.</summary>
    public static string? Current => current;

    /// <summary>Enters a domain; dispose to return to the one before.</summary>
    /// <param name="name">One that was added, or null for the default one.</param>
    public static Domain Begin(string? name)
    {
        var entered = new Domain(current);
        current = name;
        return entered;
    }

    /// <summary>Gives every norm by domain below a module statistics and affine weights for one more domain, as fresh as the default one's at the start.</summary>
    /// <param name="module">The module, freshly built.</param>
    /// <param name="name">The domain.</param>
    /// <param name="momentum">Share of the newest batch in its running averages.</param>
    /// <exception cref="ConfigurationException">The module has batch norms that know no domains.</exception>
    public static void Add(Module module, string name, double momentum = 0.1)
    {
        ArgumentNullException.ThrowIfNull(module);
        var norms = module.Modules().OfType<BatchNorm>().ToArray();
        var apart = norms.OfType<DomainBatchNorm>().ToArray();
        if (norms.Length > apart.Sum(n => 1 + n.Domains.Count))
            throw new ConfigurationException($"encoder.norm: the method keeps the batch statistics of '{name}' samples apart, and this network has one norm for all; "
                + "set norm to perDomain, or to gnWs or none, which have no batch statistics.");
        foreach (var norm in apart) norm.Add(name, momentum);
    }

    /// <summary>Returns to the domain before.</summary>
    public void Dispose() => current = before;
}

/// <summary>Batch norm with statistics and affine weights of their own for each domain; the default one's are where plain batch norm has them.</summary>
/// <remarks>Which one is used is said by <see cref="Domain.Begin"/>. Xie et al., "Adversarial Examples Improve Image Recognition", arXiv:1911.09665; Chang et al., arXiv:1906.03950.</remarks>
public sealed class DomainBatchNorm : BatchNorm
{
    readonly Func<double, BatchNorm> another;
    BatchNorm[] others = [];
    string[] names = [];

    /// <summary>Batch norm that knows the default domain only; see <see cref="Domain.Add"/>.</summary>
    public DomainBatchNorm(long channels, bool weight = true, bool bias = true, double momentum = 0.1, double eps = 1e-5, bool zero = false)
        : base(channels, weight, bias, momentum, eps, zero)
        => another = share => new(channels, weight, bias, share, eps, zero);

    /// <summary>The domains beside the default one.</summary>
    public IReadOnlyList<string> Domains => names;

    internal void Add(string name, double momentum)
    {
        if (names.Contains(name)) throw new InvalidOperationException($"the domain '{name}' was added before");
        (others, names) = ([.. others, another(momentum)], [.. names, name]);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The open domain was not added.</exception>
    public override Torch.Tensor Forward(Torch.Tensor x)
    {
        if (Domain.Current is not { } name) return base.Forward(x);
        var at = Array.IndexOf(names, name);
        return at >= 0 ? others[at].Forward(x)
            : throw new InvalidOperationException($"no domain '{name}' was added to this network; it has {(names.Length == 0 ? "none beside the default one" : string.Join(", ", names))}");
    }
}
