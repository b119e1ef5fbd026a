using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>One seeded source for every weight that is drawn while it is open: the same seed builds bit-equal networks.</summary>
/// <example><code>using (Initialization.Begin(seed: 7)) encoder = new ResNet(new() { Depth = 18 });</code></example>
public sealed class Initialization : IDisposable
{
    [ThreadStatic]
static Initialization? current;

    readonly Initialization? outer;
    readonly Generator generator;
    readonly Scope scope;

    Initialization(long seed)
    {
        outer = current;
        generator = new Generator(seed);
        scope = Scope.Open();
        current = this;
    }

    /// <summary>Draws weights from <paramref name="seed"/> on this thread until disposed; temporaries of construction die then.</summary>
    public static Initialization Begin(long seed) => new(seed);

    /// <summary>Where weights are drawn from now; the process's default generator when nothing was begun.</summary>
    public static Generator Generator => current?.generator ?? Generator.Default;

    /// <summary>Goes back to the source before.</summary>
    public void Dispose()
    {
        current = outer;
        scope.Dispose();
        generator.Dispose();
    }
}
