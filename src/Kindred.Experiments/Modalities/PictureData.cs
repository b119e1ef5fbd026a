using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Pictures as a method sees them: batches of random views for training, plain ones for looking.</summary>
public sealed class PictureData : IData, ISeenAgain
{
    readonly IReadOnlyList<ViewGroup> groups;
    readonly ViewPlan plain;
    readonly LoaderOptions options;
    readonly Lazy<Loader> loader;
    readonly Lazy<IReadOnlyDictionary<string, long>> inputs; // of the plain view, which every encoder has to take
    readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<int>>> columns;

    /// <summary>Prepares the data; worker threads start with the first batch.</summary>
    /// <param name="pictures">The source; this object disposes it.</param>
    /// <param name="groups">The training views.</param>
    /// <param name="plain">The view without chance.</param>
    /// <param name="batch">Samples a step.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="workers">Threads that make views; 0 lets the machine decide.</param>
    public PictureData(IPictures pictures, IReadOnlyList<ViewGroup> groups, ViewPlan plain, int batch, ulong seed, int workers = 0)
    {
        (Pictures, this.groups, this.plain) = (pictures, groups, plain);
        options = new LoaderOptions { BatchSize = batch, Seed = seed, Workers = workers == 0 ? Math.Max(1, Environment.ProcessorCount - 1) : workers };
        loader = new(() => new Loader(Pictures, this.groups, options));
        inputs = new(() => InputsOf(FirstPicture.Shapes(pictures, plain)[0]));
        Labels = pictures.Classes.Count == 0 ? null : [.. Enumerable.Range(0, pictures.Count).Select(pictures.Label)];
        columns = new(() => pictures.Columns.ToDictionary(c => c, c => Coded([.. Enumerable.Range(0, pictures.Count).Select(i => pictures.Value(c, i))])));
    }

    /// <summary>The source.</summary>
    public IPictures Pictures { get; }

    /// <summary>The view without chance.</summary>
    public ViewPlan PlainView => plain;

    /// <summary>How the first group of training views is made.</summary>
    public ViewPlan TrainingView => groups.Count == 0 ? plain : groups[0].Plan;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Inputs => inputs.Value;

    static Dictionary<string, long> InputsOf(ViewShape shape) => new() { ["channels"] = shape.Channels, ["height"] = shape.Height, ["width"] = shape.Width };

    /// <inheritdoc/>
    public int Count => Pictures.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Pictures.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => columns.Value;

    // Texts by their place in the sorted list of those that occur.
    static IReadOnlyList<int> Coded(string?[] texts)
    {
        string[] known = [.. texts.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var code = known.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return [.. texts.Select(t => t is null ? -1 : code[t])];
    }

    /// <inheritdoc/>
    public int StepsPerEpoch => Pictures.Count / options.BatchSize;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Reason)> Bad => loader.IsValueCreated ? [.. loader.Value.Bad.Select(b => (b.Name, b.Reason))] : [];

    /// <inheritdoc/>
    public IEnumerable<SampleStamp> Stamps() => Enumerable.Range(0, Count).Select(i =>
    {
        var stamp = Pictures.Stamp(i);
        return new SampleStamp(Pictures.Name(i), Pictures.Label(i), stamp.Bytes, stamp.Modified);
    });

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel)
    {
        var shared = !Everyone.Alone;                                                    // asked here: workers are threads of their own
        return loader.Value.Epoch(epoch, skip, plan?.Batches, shared ? OwnShare : null, cancel).Select(b => new PictureBatch(this, b, shared));
    }

    static (int First, int Count) OwnShare(int count) => count < Everyone.Count ? (0, count) : ((int)Everyone.Share(count).First, (int)Everyone.Share(count).Count);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, CancellationToken cancel = default) => InOrder(plain, 0, batch, cancel);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, CancellationToken cancel = default) => InOrder(plain, 0, batch, cancel, skip);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Plain(int batch, int skip, int stride, CancellationToken cancel = default)
    {
        int[][] order = [.. Enumerable.Range(0, (Count + batch - 1) / batch).Where(b => b >= skip && (b - skip) % stride == 0)
            .Select(b => Enumerable.Range(b * batch, Math.Min(batch, Count - b * batch)).ToArray())];
        return order.Length == 0 ? [] : InOrder(plain, 0, batch, cancel, 0, order);
    }

    /// <inheritdoc/>
    public string Name(int index) => Pictures.Name(index);

    /// <inheritdoc/>
    public IEnumerable<IRawBatch> Drawn(ulong seed, int batch, CancellationToken cancel = default) => InOrder(TrainingView, seed, batch, cancel);

    /// <inheritdoc/>
    public IData Mild(int batch, double crop, ulong seed)
    {
        var view = new ViewPlan([new Crop((int)Inputs["height"], [crop, 1]), new Flip(), .. plain.Operations.OfType<Normalize>()]);
        return new PictureData(Pictures, [new ViewGroup("train", 1, view)], plain, batch, seed);
    }

    /// <summary>Every picture once, in order, in one view each.</summary>
    /// <param name="plan">How the view is made.</param>
    /// <param name="seed">What its chance is drawn from.</param>
    /// <param name="batch">Pictures at once.</param>
    /// <param name="cancel">Stops the workers.</param>
    /// <param name="skip">Batches left out at the front, without decoding them.</param>
    public IEnumerable<IRawBatch> InOrder(ViewPlan plan, ulong seed, int batch, CancellationToken cancel = default, int skip = 0) => InOrder(plan, seed, batch, cancel, skip, null);

    IEnumerable<IRawBatch> InOrder(ViewPlan plan, ulong seed, int batch, CancellationToken cancel, int skip, IReadOnlyList<int[]>? order)
    {
        using var ordered = new Loader(Pictures, [new ViewGroup("plain", 1, plan)], new LoaderOptions { BatchSize = batch, Seed = seed, Shuffle = false, DropLast = false, Workers = options.Workers });
        foreach (var raw in ordered.Epoch(0, skip, order, cancel: cancel)) yield return new PictureBatch(this, raw, shared: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (loader.IsValueCreated) loader.Value.Dispose();
        Pictures.Dispose();
    }

    // Of a shared batch only the own rows were made; pictures that could not be used were replaced by whoever made theirs, so numbers and labels are told too.
    sealed class PictureBatch(PictureData data, RawBatch raw, bool shared) : IRawBatch
    {
        public int Count => raw.Count;

        public double Waited => raw.Waited;

        public Batch Tensors()
        {
            var (index, labels) = Numbers();
            var numbers = index.ToArray<long>();
            return new([.. raw.Views.Select(View)], index, labels)
            {
                Columns = data.Columns.ToDictionary(c => c.Key, c => Tensor.From<long>([.. numbers.Select(i => (long)c.Value[(int)i])])),
            };
        }

        (int First, int Count) Own => shared ? OwnShare(raw.Count) : (0, raw.Count);

        bool InShares => Own.Count < raw.Count;

        (Tensor Index, Tensor Labels) Numbers()
        {
            if (!InShares) return (Tensor.From(raw.Index), Tensor.From(raw.Labels));
            var (first, count) = Own;
            var both = Everyone.Gather(Tensor.Stack([Tensor.From(raw.Index.Slice(first, count)), Tensor.From(raw.Labels.Slice(first, count))], 1), raw.Count);
            return (both.Select(1, 0).Contiguous(), both.Select(1, 1).Contiguous());
        }

        // Rows of interleaved pixels are what libtorch calls channels-last: no pixel is moved, only the strides are named.
        View View(ViewBlock block)
        {
            var (first, count) = Own;
            var x = Tensor.From<float>(block.Memory.AsSpan(first * block.Length, count * block.Length), count, block.Height, block.Width, block.Channels).Permute([0, 3, 1, 2]);
            return InShares ? new SharedView(x, raw.Count, block.Name) : new View(x, block.Name);
        }
    }
}
