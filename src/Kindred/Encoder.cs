using Kindred.Io.Onnx;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>Turns a view into representations [N, Dim]: what is kept after training.</summary>
public abstract class Encoder : Module
{
    /// <summary>Width of the representation.</summary>
    public abstract long Dim { get; }

    /// <summary>What a view must be like beyond its kind, such as so many channels.</summary>
    /// <param name="view">A view of a kind that the encoder takes (<see cref="EncoderAttribute.Takes"/>).</param>
    /// <returns>What came and what was expected, in words that go on after the encoder's name: <c>was made for 3 channels, and these pictures have 1</c>; null where it fits.</returns>
    protected virtual string? Fault(View view) => null;

    /// <summary>What a view's samples are to this encoder; what it made of them itself is still of their kind.</summary>
    private protected virtual SampleKinds KindOf(View view) => view.Kind;

    /// <summary>Refuses a view that the encoder was not made for, before libtorch does so in its own words.</summary>
    /// <param name="view">N samples.</param>
    /// <exception cref="ConfigurationException">The samples are of another kind, or of another size.</exception>
    public void Check(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var who = $"encoder: {GetType().Name}";
        SampleFit.Check(who, SampleFit.TakenBy(GetType()), KindOf(view), ", or choose another encoder");
        if (Fault(view) is { } fault) throw new ConfigurationException($"{who} {fault}.");
    }

    private protected static string? ChannelFault(View view, long channels) => view.X.Size(1) == channels ? null
        : $"was made for pictures of {channels} channel{(channels == 1 ? "" : "s")}, and these have {view.X.Size(1)} (views of [{string.Join(", ", view.X.Shape)}])";

    /// <summary>Encodes a view. Where several processes train together, each encodes its share of the samples and gathers the others'.</summary>
    /// <param name="view">N samples of the encoder's modality.</param>
    /// <returns>[N, Dim].</returns>
    public Tensor Forward(View view)
    {
        Check(view);
        return Everyone.Shares(view.Count) ? Shared([view])[0] : GradientCache.Encode(this, view, Encode);
    }

    /// <summary>What of a view goes into which input of the encoder's ONNX file.</summary>
    /// <param name="view">A view that the encoder takes.</param>
    /// <exception cref="ConfigurationException">The encoder does not say how it is written as ONNX.</exception>
    public virtual IReadOnlyList<OnnxFeed> Feeds(View view) => throw NotExported();

    /// <summary>Writes what the encoder does in evaluation as ONNX operators.</summary>
    /// <param name="onnx">The file in the making, which has the encoder's weights.</param>
    /// <param name="inputs">One for each of <see cref="Feeds"/>.</param>
    /// <returns>[N, Dim].</returns>
    /// <exception cref="ConfigurationException">The encoder does not say how it is written as ONNX.</exception>
    public virtual OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs) => throw NotExported();

    private protected ConfigurationException NotExported() =>
        new($"encoder: {GetType().Name} does not say how it is written as ONNX: override Export in it, or export safetensors instead.");

    /// <summary>Encodes several views with one pass per shape: views of one shape go through together, and so share batch statistics.</summary>
    /// <param name="views">All of the same samples.</param>
    /// <returns>One [N, Dim] a view, in the order given.</returns>
    public Tensor[] Forward(View[] views)
    {
        ArgumentNullException.ThrowIfNull(views);
        foreach (var view in views) Check(view);
        return Shares(views) ? Shared(views) : Together(views);
    }

    /// <summary>Encodes several views and maps what comes of them: one pass per shape for the encoder, one pass in all for the head, as SwAV and DINO do.</summary>
    /// <remarks>Where several processes train together, each maps the rows that it encoded, and what travels is what the head gave.</remarks>
    /// <param name="views">All of the same samples.</param>
    /// <param name="head">Maps each row by itself, batch statistics apart.</param>
    /// <returns>One [N, D] a view, in the order given.</returns>
    public Tensor[] Forward(View[] views, Layer head)
    {
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(head);
        foreach (var view in views) Check(view);
        return Shares(views) ? Shared(views, head) : Mapped(Together(views), head);
    }

    /// <summary>Encodes the samples at hand.</summary>
    /// <param name="view">N samples of the encoder's modality.</param>
    /// <returns>[N, Dim].</returns>
    protected abstract Tensor Encode(View view);

    static bool Shares(View[] views) => views.Length > 0 && Array.TrueForAll(views, v => v.Count == views[0].Count && Everyone.Shares(v.Count));

    static Tensor[] Mapped(Tensor[] representations, Layer head)
    {
        if (representations.Length == 1) return [head.Forward(representations[0])];
        var mapped = head.Forward(Tensor.Cat(representations));
        long row = 0;
        return Array.ConvertAll(representations, h => mapped.Narrow(0, (row += h.Size(0)) - h.Size(0), h.Size(0)));
    }

    Tensor[] Shared(View[] views, Layer? head = null)
    {
        var own = Array.ConvertAll(views, view =>
        {
            var (first, count) = Everyone.Share(view.Count);
            return view.Part(first, count);
        });
        var encoded = Everyone.OnShare(() => head is null ? Together(own) : Mapped(Together(own), head));
        return Gathered(encoded, views[0].Count);
    }

    // Views of one size travel together: an exchange costs more than what it carries.
    static Tensor[] Gathered(Tensor[] own, long rows)
    {
        if (own.Length == 1 || own.Any(h => !h.Shape.AsSpan().SequenceEqual(own[0].Shape) || h.Dtype != own[0].Dtype))
            return Array.ConvertAll(own, h => Everyone.Gather(h, rows));
        var all = Everyone.Gather(Tensor.Stack(own, 1), rows);
        return [.. own.Select((_, i) => all.Select(1, i).Contiguous())];
    }

    Tensor[] Together(View[] views)
    {
        var outputs = new Tensor[views.Length];
        foreach (var group in Enumerable.Range(0, views.Length).GroupBy(i => views[i].Shape))
        {
            int[] members = [.. group];
            var joint = GradientCache.Encode(this, View.Cat([.. members.Select(i => views[i])]), Encode); // [G · N, Dim]
            if (members.Length == 1)
            {
                outputs[members[0]] = joint;
                continue;
            }
            long row = 0;
            foreach (int i in members)
            {
                outputs[i] = joint.Narrow(0, row, views[i].Count);
                row += views[i].Count;
            }
        }
        return outputs;
    }
}

/// <summary>An encoder of samples that are one tensor each: pictures [N, C, H, W], sound [N, L], points [N, D].</summary>
public abstract class TensorEncoder : Encoder
{
    /// <summary>Encodes a tensor of samples.</summary>
    /// <param name="x">Samples first.</param>
    /// <returns>[N, Dim].</returns>
    public abstract Tensor Forward(Tensor x);

    /// <inheritdoc/>
    protected sealed override Tensor Encode(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Forward(view.X);
    }

    /// <summary>Names of the axes of a sample tensor that may have any length in an ONNX file, by their place; null for one that keeps its size.</summary>
    /// <param name="rank">How many axes the tensor has, the samples among them.</param>
    protected virtual IReadOnlyList<string?> FreeAxes(int rank) => [];

    /// <summary>Writes what the encoder does in evaluation as ONNX operators.</summary>
    /// <param name="onnx">The file in the making, which has the encoder's weights.</param>
    /// <param name="x">Samples first.</param>
    /// <returns>[N, Dim].</returns>
    /// <exception cref="ConfigurationException">The encoder does not say how it is written as ONNX.</exception>
    public virtual OnnxValue Export(OnnxExport onnx, OnnxValue x) => throw NotExported();

    /// <inheritdoc/>
    public sealed override IReadOnlyList<OnnxFeed> Feeds(View view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var free = FreeAxes((int)view.X.Dim);
        return [new("input", view.X, [.. Enumerable.Range(0, (int)view.X.Dim).Select(i => i == 0 ? "N" : free.ElementAtOrDefault(i))])];
    }

    /// <inheritdoc/>
    public sealed override OnnxValue Export(OnnxExport onnx, IReadOnlyList<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Export(onnx, inputs[0]);
    }
}
