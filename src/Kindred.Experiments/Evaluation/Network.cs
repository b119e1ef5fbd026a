using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>The network behind a subject, for protocols that train it further.</summary>
/// <param name="Method">The trained method; a protocol that changes its weights puts them back.</param>
/// <param name="Device">Where it lives.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Fresh">Makes the same network with random weights, drawn from a seed.</param>
public sealed record Network(Method Method, Device Device, ulong Seed, Func<ulong, Method> Fresh);
