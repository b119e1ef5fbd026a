using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Experiments.Modalities;

/// <summary>One kind of data: its URIs, how they are opened, its views, and what is looked at and kept of it. Found by <see cref="ModalityAttribute"/>; nothing else names it.</summary>
/// <remarks>A modality is stateless; what is opened is an <see cref="IData"/>.</remarks>
public abstract class Modality
{
    /// <summary>What the operations of its views are, such as a picture's augmentation; null where views have none.</summary>
    public virtual Type? Operation => null;

    /// <summary>What the samples of each view are, by the view's name; by the empty name where all are alike. Empty where nothing is known before the data are opened.</summary>
    /// <remarks>By this a method or an encoder that takes other kinds is refused with the recipe.</remarks>
    public virtual IReadOnlyDictionary<string, SampleKinds> Kinds => new Dictionary<string, SampleKinds>();

    /// <summary>One kind for all views.</summary>
    protected static IReadOnlyDictionary<string, SampleKinds> Alike(SampleKinds kind) => new Dictionary<string, SampleKinds> { [""] = kind };

    /// <summary>Whether a plain path without a scheme holds data of this kind.</summary>
    /// <param name="path">A file or folder.</param>
    public virtual bool Recognises(string path) => false;

    /// <summary>Finds what is wrong with the views that a recipe asks for, before anything is opened.</summary>
    /// <exception cref="ConfigurationException">The views make no sense for this kind.</exception>
    public virtual void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain) { }

    /// <summary>Opens data in batches and views as asked.</summary>
    /// <exception cref="ConfigurationException">The views or the URI are wrong for this kind.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public abstract IData Open(DataRequest request);

    /// <summary>A URI less what only training wants.</summary>
    public virtual string Bare(string uri) => uri;

    /// <summary>The URI under which an evaluation looks at whole samples.</summary>
    public virtual string Whole(string uri) => uri;

    /// <summary>The URI of at most so many samples, equally many of each class; null where this kind cannot draw.</summary>
    public virtual string? AtMost(string uri, int samples) => null;

    /// <summary>How data of this kind come to a part to learn from and a part to test on.</summary>
    /// <param name="uri">The whole.</param>
    public virtual TestPart TestPart(string uri) => Modalities.TestPart.Own;

    /// <summary>The data URI of one sample that a person names by a file or by words, seen as other data are; null where this kind has no such samples.</summary>
    /// <param name="query">A path, or words.</param>
    /// <param name="like">The data among which it is looked for, whose keys may say how samples are seen.</param>
    /// <param name="folder">An empty folder for what has to be written down.</param>
    public virtual string? Query(string query, string like, string folder) => null;

    /// <summary>Puts what belongs to the data, and not to the weights, into a run's folder: a tokenizer, a table of codes.</summary>
    /// <param name="data">The training data.</param>
    /// <param name="folder">Exists and is empty.</param>
    public virtual void Keep(IData data, string folder) { }

    /// <summary>What who runs an exported encoder has to know to make samples ready: by the keys of <see cref="Io.Onnx.OnnxKeys"/>, or a kind's own.</summary>
    /// <param name="request">The data and views that the run was made with.</param>
    /// <param name="inputs">What an input looked like.</param>
    public virtual IReadOnlyDictionary<string, string> Describe(DataRequest request, IReadOnlyDictionary<string, long> inputs) => new Dictionary<string, string>();

    /// <summary>Looks data over before training: counts, classes, what is broken.</summary>
    /// <param name="uri">The data.</param>
    /// <param name="look">How closely.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many samples of how many are done.</param>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public virtual DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        using var data = Open(new(uri, [], Batch: 1));
        return Overview.Of(uri, data, look, cancel, progress);
    }

    /// <summary>Draws what a method will see; null where there is nothing to draw.</summary>
    /// <param name="request">The data and views.</param>
    /// <param name="seed">Chooses samples and views.</param>
    /// <param name="rows">How many samples.</param>
    /// <param name="tile">Side of a shown view, in pixels.</param>
    public virtual (Picture Grid, string Parameters)? Preview(DataRequest request, ulong seed, int rows, int tile) => null;

    /// <summary>Says in words what a method will see: samples, and each of their views.</summary>
    /// <param name="request">The data and views.</param>
    /// <param name="seed">Chooses samples and views.</param>
    /// <param name="rows">How many samples.</param>
    public string Listing(DataRequest request, ulong seed, int rows)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var data = Open(request with { Batch = 1, Seed = seed });
        return Overview.Listing(data, seed, rows, (view, row) => Line(data, view, row));
    }

    /// <summary>One row of a view in words.</summary>
    protected virtual string Line(IData data, View view, int row) => Overview.Values(view, row);

    /// <summary>Refuses views where a kind has none to choose.</summary>
    /// <param name="views">As they were asked for.</param>
    /// <param name="plain">The plain view, likewise.</param>
    /// <param name="why">What the views of this kind are, as the beginning of a sentence.</param>
    /// <exception cref="ConfigurationException">Some were asked for.</exception>
    protected static void RefuseViews(IReadOnlyList<ViewRequest> views, ViewRequest? plain, string why)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.Count > 0 || plain is not null) throw new ConfigurationException($"views: {why}; leave views and plain out.");
    }

    /// <summary>A URI with its key <c>n</c> changed: what most kinds do where at most so many samples are asked for.</summary>
    protected static string Limited(string uri, int samples) => With(uri, "n", samples.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A URI with one key changed.</summary>
    protected static string With(string uri, string key, string? value) => DataUri.Parse(uri).With(key, value).Text;
}

/// <summary>How data come to a part to learn from and a part to test on.</summary>
public enum TestPart
{
    /// <summary>They have both: <c>?split=train</c> and <c>?split=test</c>.</summary>
    Own,

    /// <summary>A share is held out: <c>?hold=F</c> and <c>?held=F</c>, drawn alike every time.</summary>
    Drawn,

    /// <summary>They are one whole.</summary>
    None,
}

/// <summary>How closely data are looked over.</summary>
public enum Look
{
    /// <summary>Headers: counts, classes, sizes.</summary>
    Scan,

    /// <summary>Everything is decoded: what is broken.</summary>
    Verify,

    /// <summary>Everything is decoded and summed up: mean and deviation.</summary>
    Statistics,
}
