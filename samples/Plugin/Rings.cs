using System.Globalization;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Torch;

namespace Kindred.Samples;

/// <summary>A modality of one's own: drawn rings of two sizes. <c>rings:400</c> are 400 of them; a view is the ring at another place, with other noise.</summary>
[Modality("rings", "drawn rings of two sizes, as many as the URI says", "rings")]
public sealed class Rings : Modality
{
    /// <inheritdoc/>
    public override IData Open(DataRequest request) => int.TryParse(DataUri.Parse(request.Uri).Path, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1_000_000
        ? new RingData(count, request.Batch, request.Seed)
        : throw new ConfigurationException($"{request.Uri}: expected is a number of rings between 1 and 999999, such as rings:400.");
}

/// <summary>The rings, drawn when they are asked for.</summary>
/// <param name="count">How many.</param>
/// <param name="batch">Rings a step.</param>
/// <param name="seed">Decides order, places and noise.</param>
sealed class RingData(int count, int batch, ulong seed)
    : MemoryData(count, ["small", "large"], [.. Enumerable.Range(0, count).Select(i => i % 2)], batch, seed)
{
    const int Side = 16;

    /// <summary>One channel: the encoder builds its first layer for it.</summary>
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["channels"] = 1, ["height"] = Side, ["width"] = Side };

    /// <summary>Two views a sample, `[N, 1, 16, 16]` each.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples) => [Drawn(samples, 0), Drawn(samples, 1)];

    View Drawn(IReadOnlyList<Wanted> samples, int view)
    {
        var pixels = new float[samples.Count * Side * Side];
        for (var i = 0; i < samples.Count; i++)
        {
            var still = samples[i].Key is null;
            var draws = (samples[i].Key.GetValueOrDefault() with { View = view }).Draws();
            var (x, y) = still ? (8, 8) : (draws.Uniform(6, 10), draws.Uniform(6, 10));
            var radius = Labels![samples[i].Row] == 0 ? 3 : 5;
            for (var p = 0; p < Side * Side; p++)
            {
                var distance = Math.Sqrt(Math.Pow((p % Side) - x, 2) + Math.Pow((p / Side) - y, 2));
                pixels[(i * Side * Side) + p] = (float)(Math.Exp(-Math.Pow(distance - radius, 2)) + (still ? 0 : 0.1 * draws.Normal()));
            }
        }
        return new View(Tensor.From<float>(pixels, [samples.Count, 1, Side, Side]), $"ring.{view}");
    }
}
