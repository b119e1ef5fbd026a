using System.Collections.Concurrent;
using System.Globalization;
using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Sources;

/// <summary>Opens sources of pictures by data URI.</summary>
/// <remarks>
/// Kinds: <c>emoji</c>, <c>folder:</c>, <c>tar:</c>, <c>list:</c>, <c>cifar10:</c>, <c>cifar100:</c>, <c>stl10:</c>, <c>mnist:</c>, <c>reid:</c>, <c>packed:</c>; a plain path is
/// recognised by its content. Every kind takes <c>?split=</c>, <c>?hold=F</c> (without a share of F) or <c>?held=F</c> (that share alone), <c>?tail=R</c> (long tail of imbalance R),
/// <c>?only=A,B</c> (those classes), <c>?unseen=A,B</c> (training without those classes, <c>split=test</c> is those), <c>?fraction=F</c> (that share of every
/// class), <c>?n=N</c> (N pictures, the same number of every class), <c>?stacked=N</c> (N stacks of three grey pictures, <see cref="StackedPictures"/>) and <c>?seed=S</c> for the last
/// four.
/// </remarks>
public static class PictureSources
{
    /// <summary>The kinds that <see cref="Open(string, PictureLimits)"/> takes, each with what its path names.</summary>
    public static IReadOnlyList<(string Kind, string Path, string What)> Kinds => [.. own, .. added.Values.Select(a => a.Kind).OrderBy(k => k.Kind, StringComparer.Ordinal)];

    static readonly ConcurrentDictionary<string, (PictureSource Source, (string Kind, string Path, string What) Kind)> added = new(StringComparer.Ordinal);

    static readonly (string Kind, string Path, string What)[] own =
    [
        ("emoji", "", "1,852 emoji by four vendors, 32×32 with alpha, fetched from npm on first use"),
        ("folder", "PATH", "JPEG, PNG and WebP files; the class is the folder that holds a picture"),
        ("tar", "PATH", "the same inside a tar archive, or several: a folder, shard-*.tar, shard-{000..011}.tar"),
        ("list", "FILE", "a CSV, TSV or plain list of files, with or without labels and parts; or a folder with train.csv and test.csv"),
        ("cifar10", "PATH", "CIFAR-10, binary version"),
        ("cifar100", "PATH", "CIFAR-100, binary version; ?labels=coarse for the 20 super-classes"),
        ("stl10", "PATH", "STL-10, binary version"),
        ("mnist", "PATH", "MNIST, Fashion-MNIST and other idx files, plain or gzipped; ?files=test learns from the test files, of which held= holds out a share"),
        ("reid", "PATH", "pictures whose names say identity and camera (Market-1501 and its like), in a folder or a tar archive"),
        ("packed", "FILE", "a packed cache of decoded pictures"),
    ];

    /// <summary>Adds a kind of source; those of plug-ins are added when they are loaded.</summary>
    /// <param name="kind">The word in front of the colon, what stands behind it, and what it is.</param>
    /// <param name="source">Opens it, from any thread.</param>
    /// <exception cref="ConfigurationException">The word is taken.</exception>
    public static void Add((string Kind, string Path, string What) kind, PictureSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (own.Any(k => k.Kind == kind.Kind) || !added.TryAdd(kind.Kind, (source, kind)))
            throw new ConfigurationException($"the picture source '{kind.Kind}' of {source.GetType().FullName} is there already; give it another name.");
    }

    /// <summary>Opens a source of pictures.</summary>
    /// <param name="uri">For example <c>folder:/pictures?split=train</c>.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <exception cref="ConfigurationException">Not a kind of pictures, or an unknown key.</exception>
    /// <exception cref="DataException">Missing or broken.</exception>
    public static IPictures Open(string uri, PictureLimits? limits = null) => Open(DataUri.Parse(uri), limits);

    /// <summary>Opens a source of pictures.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <exception cref="ConfigurationException">Not a kind of pictures, or an unknown key.</exception>
    /// <exception cref="DataException">Missing or broken.</exception>
    public static IPictures Open(DataUri uri, PictureLimits? limits = null)
    {
        var kind = uri.Kind.Length > 0 ? uri.Kind : Recognise(uri.Path);
        uri.Allow([.. Keys(kind), .. ClassChoice.KeysOf(uri), "hold", "held", "tail", "fraction", "n", "seed", "stacked"]);
        var part = HeldPart(uri);
        var pictures = OpenWhole(kind, ClassChoice.Without(uri), limits);
        try
        {
            pictures = ClassChoice.Of(pictures, uri);
            var seed = (ulong)(uri.Number("seed") ?? 0);
            if (part is var (share, held))
                pictures = Subsets.HoldPart(pictures, share, held);
            if (uri.Number("tail") is { } tail)
                pictures = Subsets.LongTailed(pictures, tail, seed);
            if (uri.Number("fraction") is { } fraction)
                pictures = Subsets.Fraction(pictures, fraction, seed);
            if (uri.Number("n") is { } n)
                pictures = Subsets.Balanced(pictures, n, seed);
            if (uri["stacked"] is { } stacked)
                pictures = new StackedPictures(pictures, StacksOf(uri, stacked), seed);
            return pictures;
        }
        catch
        {
            pictures.Dispose();
            throw;
        }
    }

    // Stacks are drawn last, so that those of a held-out part are made of its own pictures.
    static int StacksOf(DataUri uri, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw new ConfigurationException($"{uri}: stacked={text}; expected is how many stacks of three grey pictures to draw, a whole number from 1 on, for example stacked=20000.");

    /// <summary>Whether a source comes with a part to learn from and a part to test on; where it does not, <c>?hold=</c> and <c>?held=</c> draw them.</summary>
    /// <param name="uri">The whole.</param>
    /// <exception cref="DataException">Missing or broken.</exception>
    public static bool Divided(string uri)
    {
        var parsed = DataUri.Parse(uri);
        if (parsed["unseen"] is not null) return true;
        var kind = parsed.Kind.Length > 0 ? parsed.Kind : Recognise(parsed.Path);
        if (added.TryGetValue(kind, out var more)) return more.Source.Divided;
        if (kind is "packed") return false;
        if (kind is not ("folder" or "tar" or "list")) return true;
        using var pictures = OpenWhole(kind, kind is "list" ? parsed.With("split", null) : DataUri.Parse(parsed.Place), null);
        return pictures is EncodedPictures encoded && encoded.Splits.Contains("train") && encoded.Splits.Contains("test");
    }

    /// <summary>The share that <c>hold=</c> or <c>held=</c> names, and which side of it is wanted.</summary>
    static (double Share, bool Held)? HeldPart(DataUri uri)
    {
        var (hold, held) = (uri.Number("hold"), uri.Number("held"));
        if (hold is null && held is null)
            return null;
        if (hold is not null && held is not null)
            throw new ConfigurationException($"{uri}: hold= gives what is left when a share is held out, held= that share; take one of them");
        if (uri["split"] == "test")
            throw new ConfigurationException($"{uri}: hold= and held= divide what is trained on; the test split stays whole");
        return (hold ?? held!.Value, held is not null);
    }

    /// <summary>The kind of a plain path, by what it holds.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="DataException">There is nothing there.</exception>
    public static string Recognise(string path)
    {
        if (Directory.Exists(path))
        {
            if (Mnist.Recognise(path))
                return "mnist";
            if (Cifar.Recognise(path) is > 0 and var classes)
                return "cifar" + classes;
            if (File.Exists(Path.Combine(path, "train_X.bin")) || File.Exists(Path.Combine(path, "unlabeled_X.bin")))
                return "stl10";
            return Directory.EnumerateFiles(path, "*.tar").Any() ? "tar" : ListFolder.Recognise(path) ? "list" : "folder";
        }
        var name = Path.GetFileName(path);
        if (path.EndsWith(".tar", StringComparison.Ordinal) && (File.Exists(path) || name.Contains('*', StringComparison.Ordinal) || name.Contains('{', StringComparison.Ordinal)))
            return "tar";
        if (!File.Exists(path))
            throw new DataException($"there is no file or folder {path}; looked for from {Environment.CurrentDirectory}. {Expected()}");
        if (PackedPictures.Recognise(path))
            return "packed";
        return Path.GetExtension(path) is ".csv" or ".tsv" or ".txt" or ".lst"
            ? "list"
            : throw new DataException($"{path} is none of the files that are recognised by themselves (.tar, .csv, .tsv, .txt, packed). {Expected()}");
    }

    static IPictures OpenWhole(string kind, DataUri uri, PictureLimits? limits) => kind switch
    {
        "emoji" => EmojiSample.Open(uri),
        "folder" => Labelled(FilePictures.OpenFolder(Needed(uri), uri["split"], limits), uri),
        "tar" => Labelled(TarPictures.Open(Needed(uri), uri["split"], limits), uri),
        "list" => FilePictures.OpenList(Needed(uri), uri["classes"], limits, ListLayout.Of(uri), uri["split"]),
        "cifar10" => Cifar.Open10(Needed(uri), uri["split"]),
        "cifar100" => Cifar.Open100(Needed(uri), uri["split"], uri["labels"] == "coarse"),
        "stl10" => Stl10.Open(Needed(uri), uri["split"]),
        "mnist" => Mnist.Open(Needed(uri), FilesOf(uri)),
        "reid" => Identified(uri, limits),
        "packed" => PackedPictures.Open(Needed(uri)),
        _ when added.TryGetValue(kind, out var more) => more.Source.Open(uri, limits),
        _ => throw new ConfigurationException($"'{kind}:' is no source of pictures. {Expected()}"),
    };

    static string[] Keys(string kind) => kind switch
    {
        _ when added.TryGetValue(kind, out var more) => [.. more.Source.Keys],
        "emoji" => EmojiSample.Keys,
        "folder" or "tar" => ["split", "labels", "classes", .. ListLayout.Keys],
        "list" => ["split", "classes", .. ListLayout.Keys],
        "cifar100" => ["split", "labels"],
        "reid" => ReIdPictures.Keys,
        "packed" => [],
        "mnist" => ["split", "files"],
        _ => ["split"],
    };

    // Where only the test files are at hand, they are what is learnt from, and a share of them is held out.
    static string? FilesOf(DataUri uri) => uri["files"] switch
    {
        null => uri["split"],
        "train" or "test" when uri["split"] is null or "train" => uri["files"],
        "train" or "test" => throw new ConfigurationException(
            $"{uri}: files= names the files that are learnt from, and they have no other split; measure on a share of them by held=0.2."),
        var other => throw new ConfigurationException($"{uri}: files={other}; expected is train or test."),
    };

    static ReIdPictures Identified(DataUri uri, PictureLimits? limits)
    {
        EncodedPictures pictures = Directory.Exists(Needed(uri)) ? FilePictures.OpenFolder(uri.Path, null, limits) : TarPictures.Open(uri.Path, null, limits);
        try { return ReIdPictures.Of(pictures, uri); }
        catch
        {
            pictures.Dispose();
            throw;
        }
    }

    static EncodedPictures Labelled(EncodedPictures pictures, DataUri uri)
    {
        if (uri["labels"] is { } labels)
            pictures.LabelBy(labels, uri["classes"], ListLayout.Of(uri));
        else if (uri["classes"] is not null || !ListLayout.Of(uri).IsEmpty)
            throw new ConfigurationException($"{uri}: classes=, header= and columns= go with labels=FILE");
        return pictures;
    }

    static string Needed(DataUri uri) => uri.Path.Length > 0 ? uri.Path : throw new ConfigurationException($"{uri}: a path is missing behind the colon");

    static string Expected() =>
        "Pictures are read from " + string.Join(", ", Kinds.Select(kind => kind.Path.Length > 0 ? $"{kind.Kind}:{kind.Path}" : kind.Kind))
        + ", or a plain path to any of these";
}
