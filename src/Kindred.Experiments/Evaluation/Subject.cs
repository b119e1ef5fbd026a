using System.Globalization;
using System.Text.Json.Nodes;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Training;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What a protocol looks at: a network, the layer to look at, and the data.</summary>
public sealed class Subject
{
    readonly Func<string, IData> open;
    readonly Func<Func<View, Tensor>, Func<View, Tensor>, Func<View, Tensor>> choose;

    /// <summary>Puts a network and data together.</summary>
    /// <param name="encodes">What gives h and z.</param>
    /// <param name="layer">h, z, or both: the two side by side, each at unit length.</param>
    /// <param name="device">Where it lives.</param>
    /// <param name="uri">The data; protocols choose the split.</param>
    /// <param name="open">Opens data by URI, with the recipe's plain view.</param>
    /// <exception cref="ConfigurationException">There is no such layer.</exception>
    public Subject(IEncodes encodes, string layer, Device device, string uri, Func<string, IData> open)
    {
        ArgumentNullException.ThrowIfNull(encodes);
        choose = Layers.Find(layer);
        (Uri, Device, this.open) = (uri, device, open);
        Features = Fitting.Of(encodes, view => encodes.Features(view.To(device)));
        Embeddings = Fitting.Of(encodes, view => encodes.Embeddings(view.To(device)));
        Represent = choose(Features, Embeddings);
    }

    /// <summary>Where the network lives.</summary>
    public Device Device { get; }

    /// <summary>The data, without a split.</summary>
    public string Uri { get; }

    /// <summary>The representation h.</summary>
    public Func<View, Tensor> Features { get; }

    /// <summary>The embedding z = g(h).</summary>
    public Func<View, Tensor> Embeddings { get; }

    /// <summary>The layer that was asked for.</summary>
    public Func<View, Tensor> Represent { get; }

    /// <summary>The layer that was asked for, of another network on the same device.</summary>
    public Func<View, Tensor> LayerOf(IEncodes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return choose(Fitting.Of(other, view => other.Features(view.To(Device))), Fitting.Of(other, view => other.Embeddings(view.To(Device))));
    }

    /// <summary>The network itself, for protocols that train it further; null where there is none, as for pixels.</summary>
    public Network? Network { get; init; }

    /// <summary>The trained method as one that can do what a protocol asks of it: generate, estimate, reconstruct.</summary>
    /// <typeparam name="T">The capability, such as <see cref="IGenerates"/>.</typeparam>
    /// <param name="what">What it is to do, for the message: "draws samples".</param>
    /// <exception cref="ConfigurationException">It cannot.</exception>
    public T Need<T>(string what) where T : class => Network?.Method as T
        ?? throw new ConfigurationException($"this protocol is for a method that {what}, and {(Network is null ? "a baseline does not" : $"{Network.Method.GetType().Name} does not")}.");

    /// <summary>Pictures that a protocol draws, as SVG by name; they are kept beside its report.</summary>
    public IDictionary<string, string> Pictures { get; } = new Dictionary<string, string>();

    /// <summary>The URI of at most so many samples of other data; null where that kind of data cannot draw.</summary>
    public Func<string, int, string?> AtMost { get; init; } = (_, _) => null;

    /// <summary>How data of a URI come to a part to learn from and a part to test on.</summary>
    public Func<string, TestPart> TestPart { get; init; } = _ => Modalities.TestPart.Own;

    /// <summary>Opens what another run has learnt, by its folder.</summary>
    /// <exception cref="DataException">It is no run.</exception>
    public Func<string, OtherRun> OtherRun { get; init; } = run => throw new ConfigurationException($"'{run}' cannot be opened here; evaluate a run by `kindred eval`.");

    /// <summary>Sheets of pixels that go with the numbers, by name; they are kept beside them.</summary>
    public Dictionary<string, Picture> Sheets { get; } = [];

    /// <summary>The run's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>What the run learnt from; null if not known.</summary>
    public string? OwnData { get; init; }

    /// <summary>Stops a long protocol.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>What the report says of the circumstances, beside the protocol's own settings.</summary>
    public JsonObject Notes { get; } = [];

    /// <summary>Opens a part of the data and notes its size.</summary>
    /// <param name="split">train, test, or null for all.</param>
    /// <param name="atMost">Draws so many samples where there are more; the same number of every class.</param>
    /// <param name="label">What the classes are, where the data have several kinds of labels.</param>
    /// <param name="alone">Whether nothing is learnt from another part: then data that have no parts are looked at as a whole.</param>
    /// <exception cref="DataException">The data have no parts, and no share of them can be held out.</exception>
    public IData Open(string? split, int? atMost = null, string? label = null, bool alone = false)
    {
        var wanted = PartOf(split, alone);
        if (label is not null) wanted = DataUri.Parse(wanted).With("label", label).Text;
        var data = open(wanted);
        if (atMost is { } limit && data.Count > limit && AtMost(wanted, limit) is { } fewer)
        {
            data.Dispose();
            wanted = fewer;
            data = open(wanted);
        }
        Note(split ?? "all", wanted, data);
        return data;
    }

    string PartOf(string? split, bool alone)
    {
        if (split is not ("train" or "test") || DataUri.Parse(Uri)["split"] is not null) return DataSplit.Of(Uri, split);
        var part = TestPart(Uri);
        if (part == Modalities.TestPart.Own) return DataSplit.Of(Uri, split);
        if (alone && DataUri.Parse(Uri)["held"] is null) return DataSplit.Of(Uri, null);
        if (part == Modalities.TestPart.None)
            throw new DataException($"{Uri} has no parts train and test, and this protocol learns from one and tests on the other; put the samples into folders named so.");
        return DataSplit.Drawn(Uri, split);
    }

    /// <summary>Opens data of a protocol's own making and notes their size.</summary>
    /// <param name="part">What they are called in the report.</param>
    /// <param name="uri">The data.</param>
    public IData OpenPart(string part, string uri)
    {
        var data = open(uri);
        Note(part, uri, data);
        return data;
    }

    /// <summary>Opens what the run learnt from, whatever data are looked at.</summary>
    /// <exception cref="ConfigurationException">It is not known.</exception>
    public IData OpenOwn() => open(OwnData ?? throw new ConfigurationException("the run's recipe names no data; this protocol wants those that it learnt from."));

    /// <summary>What a person does to give labels.</summary>
    internal const string HowToLabel = "Give them by one folder a class, or by a table of some or all samples: folder:PATH?labels=FILE.csv (columns path and label), "
        + "or list:FILE.csv; of sentences and molecules by a column, ?label=COLUMN.";

    /// <summary>Opens a part of the data that has classes.</summary>
    /// <exception cref="DataException">It has none.</exception>
    public IData OpenLabelled(string? split, string? label = null, bool alone = false)
    {
        var data = Open(split, label: label, alone: alone);
        if (data.Labels is not null && data.Classes.Count > 1 && data.Labels.Any(l => l >= 0)) return data;
        var (none, all) = (data.Labels is null || data.Classes.Count == 0, data.Count);
        var some = data.Classes.Count > 1;
        data.Dispose();
        throw new DataException(none ? $"{Uri} has no labels, and this protocol needs them. {HowToLabel} geometry, clustering and copy-retrieval need none."
            : some ? $"{Uri} has no labels among the {all} samples of its part '{split ?? "all"}', and this protocol needs some there: label more samples, "
                + "or give another share to test on, as ?held=0.5."
            : $"all samples of {Uri} are of one class; this protocol needs labels of at least two, for example a folder with one folder a class.");
    }

    /// <summary>Opens a part of the data as pictures.</summary>
    /// <exception cref="ConfigurationException">The data are something else.</exception>
    public PictureData OpenPictures(string? split, int? atMost = null, bool alone = false)
    {
        var data = Open(split, atMost, alone: alone);
        if (data is PictureData pictures) return pictures;
        data.Dispose();
        throw new ConfigurationException($"{Uri}: this protocol changes pictures, and these data are none; give pictures by --data.");
    }

    void Note(string part, string wanted, IData data)
    {
        if (Notes["parts"] is not JsonObject parts) Notes["parts"] = parts = [];
        parts[part] ??= new JsonObject { ["uri"] = wanted, ["samples"] = data.Count, ["classes"] = data.Classes.Count };
    }
}
