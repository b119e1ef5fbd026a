using System.Text.Json.Nodes;
using Kindred.Io;
using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Writes down what the cloud of embeddings looks like while it is learnt: how alike positives and negatives are, and along how many directions it lies.</summary>
/// <remarks>
/// It looks at some rows of the batch at hand, in evaluation mode, some dozens of times in a run: two forward passes of at most <see cref="MostRows"/> samples. Weights, statistics
/// and random numbers of the training are to the bit what they are without it. A method whose embeddings cannot be asked for, or are no rows, is said to be so once.
/// </remarks>
public sealed class GeometryHook : IHook, IDisposable
{
    /// <summary>The file in a run's folder: a line a look.</summary>
    public const string FileName = "geometry.jsonl";

    /// <summary>Cosines from −1 to 1 are counted in so many equal parts.</summary>
    public const int Bins = 40;

    /// <summary>The most directions whose share of the variance is kept.</summary>
    public const int Directions = 48;

    /// <summary>Embeddings of two numbers are counted by their angle in so many equal parts.</summary>
    public const int Sectors = 36;

    /// <summary>The most samples of a look.</summary>
    public const int MostRows = 256;

    const int Looks = 40, Least = 5;

    readonly Method method;
    readonly long offset;
    readonly int every;
    readonly JsonLines lines;
    readonly Action<string> warn;
    bool blind;

    GeometryHook(Method method, string run, long offset, int every, long? resumeAt, Action<string> warn)
    {
        (this.method, this.offset, this.every, this.warn) = (method, offset, Math.Max(every, Least), warn);
        lines = new(Path.Combine(run, FileName), line => line["step"] is JsonValue step && step.TryGetValue<long>(out var at) && at <= (resumeAt ?? 0));
    }

    /// <summary>The hook of a method that gives embeddings; null of any other.</summary>
    /// <param name="method">What is trained.</param>
    /// <param name="run">The run's folder.</param>
    /// <param name="offset">Steps of the phases before.</param>
    /// <param name="every">The fewest steps between two looks.</param>
    /// <param name="resumeAt">The step that the run goes on from: later lines come again. Null or 0 for a new run.</param>
    /// <param name="warn">Told once when the file cannot be written; the run goes on.</param>
    public static GeometryHook? For(Method method, string run, long offset, int every, long? resumeAt, Action<string> warn) =>
        method is IEncodes ? new(method, run, offset, every, resumeAt, warn) : null;

    /// <inheritdoc/>
    public void Batch(Batch batch, Progress at)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (blind || (at.Step % Math.Max(every, (at.Steps + Looks - 1) / Looks) != 0 && at.Step + 1 != at.Steps)) return;
        var random = Generator.Default.State;
        var line = new JsonObject { ["step"] = offset + at.Step + 1 };
        try
        {
            using var apart = Everyone.Apart();
            using var evaluating = method.Evaluating();
            Look(batch, line);
        }
        // Whatever a method's embeddings say against being looked at is no reason to stop its training.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            blind = true;
            line["reason"] = e.Message;
        }
        finally { Generator.Default.State = random; }
        try { lines.Append(line); }
        catch (EnvironmentException e)
        {
            blind = true;
            warn($"the shape of the embeddings is not written down any more: {e.Message}");
        }
    }

    void Look(Batch batch, JsonObject line)
    {
        var first = Unit(batch.Views[0]);
        var rows = (int)first.Size(0);
        if (rows < 2) return;
        var alike = Host.Numbers(first.Mm(first.MT).To(Dtype.Float64));
        double[] negatives = [.. from i in Enumerable.Range(0, rows) from j in Enumerable.Range(0, i) select alike[(i * rows) + j]];
        line["negatives"] = Counts(negatives);
        line["negative"] = Rounded(negatives.Average());
        line["uniformity"] = Rounded(Math.Log(negatives.Average(s => Math.Exp((4 * s) - 4))));
        if (Partner(batch) is { } partner)
        {
            var positives = Host.Numbers((first * Unit(partner)).Sum(1).To(Dtype.Float64));
            line["positives"] = Counts(positives);
            line["positive"] = Rounded(positives.Average());
            line["alignment"] = Rounded(positives.Average(s => 2 - (2 * s)));
        }
        line["spectrum"] = Spectrum(first);
        line["dimension"] = first.Size(1);
        if (first.Size(1) == 2) line["circle"] = Circle(Host.Numbers(first.To(Dtype.Float64)));
    }

    // The same picture once more: a second view of the first one's size.
    static View? Partner(Batch batch) => batch.Views.Length > 1 && batch.Views[1].Shape == batch.Views[0].Shape && batch.Views[1].Count == batch.Views[0].Count ? batch.Views[1] : null;

    Tensor Unit(View view)
    {
        var z = ((IEncodes)method).Embeddings(view.Count > MostRows ? view.Part(0, MostRows) : view).Detach();
        return z.Dim == 2 ? z.To(Dtype.Float32).Normalize() : throw new ConfigurationException($"the embeddings are [{string.Join(", ", z.Shape)}], no rows");
    }

    static JsonArray Spectrum(Tensor z)
    {
        var centred = z - z.Mean(0, keepdim: true);
        var gram = z.Size(0) < z.Size(1) ? centred.Mm(centred.MT) : centred.MT.Mm(centred);
        var values = Host.Numbers(gram.To(Dtype.Float64).LinalgEigvalsh()).Select(v => Math.Max(0, v)).OrderDescending().ToArray();
        var all = values.Sum();
        return [.. values.Take(Directions).Select(v => (JsonNode)Rounded(all > 1e-12 ? v / all : 0))];
    }

    static JsonArray Circle(double[] z)
    {
        var counts = new int[Sectors];
        for (var i = 0; i < z.Length; i += 2) counts[Math.Clamp((int)((Math.Atan2(z[i + 1], z[i]) + Math.PI) / (2 * Math.PI) * Sectors), 0, Sectors - 1)]++;
        return [.. counts.Select(c => (JsonNode)c)];
    }

    static JsonArray Counts(double[] cosines)
    {
        var counts = new int[Bins];
        foreach (var cosine in cosines) counts[double.IsNaN(cosine) ? 0 : Math.Clamp((int)((cosine + 1) / 2 * Bins), 0, Bins - 1)]++;
        return [.. counts.Select(c => (JsonNode)c)];
    }

    static double Rounded(double value) => double.IsFinite(value) ? Math.Round(value, 6) : 0;

    /// <inheritdoc/>
    public void Dispose() => lines.Dispose();
}
