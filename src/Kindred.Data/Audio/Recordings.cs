using System.Text.RegularExpressions;
using Kindred.Data.Files;
using Kindred.Data.Sources;

namespace Kindred.Data.Audio;

/// <summary>Sound files of a folder with their labels: spoken digits by their names, others by the folder that holds them.</summary>
/// <remarks>
/// <c>{digit}_{speaker}_{index}.wav</c> is the layout of the Free Spoken Digit Dataset, whose official split tests on the indices 0 to 4.
/// In other layouts a folder called <c>train</c> or <c>test</c> is the split, the outermost of them.
/// </remarks>
public sealed partial class Recordings
{
    const int TestIndices = 5;

    readonly float[][] samples;
    readonly int[] labels;
    readonly string path;

    Recordings(string path, string[] names, float[][] samples, int[] labels, string[] classes, int rate) =>
        (this.path, Names, this.samples, this.labels, Classes, Rate) = (path, names, samples, labels, classes, rate);

    /// <summary>The files, relative to the folder.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The labels' names, sorted.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Which class each recording is.</summary>
    public IReadOnlyList<int> Labels => labels;

    /// <summary>What the names of the files say beside: <c>digit</c> and <c>speaker</c> of spoken digits, −1 where a name does not say it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Columns => new[] { "digit", "speaker" }
        .Select(column => (column, Values: Names.Select(n => SpokenDigit().Match(n) is { Success: true } match ? match.Groups[column].Value : null).ToArray()))
        .Where(c => c.Values.Any(v => v is not null))
        .ToDictionary(c => c.column, c => Coded(c.Values));

    static IReadOnlyList<int> Coded(string?[] values)
    {
        string[] known = [.. values.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return [.. values.Select(v => v is null ? -1 : Array.IndexOf(known, v))];
    }

    /// <summary>Samples a second, the same in all files.</summary>
    public int Rate { get; }

    /// <summary>How many there are.</summary>
    public int Count => samples.Length;

    /// <summary>A recording in −1…1.</summary>
    public ReadOnlySpan<float> Samples(int index) => samples[index];

    /// <summary>Size and time of what holds a recording now, to notice changes between stop and resume.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public FileStamp Stamp(int index)
    {
        var file = new FileInfo(File.Exists(path) ? path : Path.Combine(path, Names[index]));
        return file.Exists ? new(File.Exists(path) ? samples[index].Length : file.Length, (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100) : new(-1, 0);
    }

    /// <summary>Whether the files come with a part to learn from and a part to test on.</summary>
    /// <param name="path">Where they are.</param>
    /// <exception cref="DataException">There is no such place.</exception>
    public static bool Divided(string path)
    {
        using var tree = FileTree.Open(path);
        return Sounds(tree).Select(SplitOf).Distinct().Count(s => s is "train" or "test") == 2;
    }

    /// <summary>Reads every WAVE file below a folder, or inside a tar archive, into memory, in the order of their names.</summary>
    /// <param name="path">Where they are.</param>
    /// <param name="split">train, test, or null for all.</param>
    /// <param name="label">digit or speaker, for files that are named so.</param>
    /// <exception cref="DataException">There is no such file, or one cannot be read, or rates differ.</exception>
    public static Recordings Open(string path, string? split = null, string label = "digit")
    {
        if (label is not ("digit" or "speaker")) throw new ConfigurationException($"label={label}: recordings are labelled by digit or by speaker.");
        using var tree = FileTree.Open(path);
        string[] all = [.. Sounds(tree)];
        if (all.Length == 0) throw new DataException($"{path}: no .wav file in it or below it.");
        string[] names = split is null ? all : Array.FindAll(all, n => SplitOf(n) == split);
        if (names.Length == 0)
            throw new DataException($"{path}: none of {all.Length} recordings is of the split '{split}'; the first is {all[0]}. "
                + "Folders called train and test divide recordings, or the numbers of spoken digits.");
        var read = Array.ConvertAll(names, n => WavFile.Parse(tree.Read(n, WavFile.MaxBytes), tree.Full(n)));
        if (Array.FindIndex(read, r => r.Rate != read[0].Rate) is >= 0 and var odd)
            throw new DataException($"{names[odd]} has {read[odd].Rate} samples a second, {names[0]} has {read[0].Rate}; bring all to one rate.");
        var labelled = Array.ConvertAll(names, n => LabelOf(n, label));
        string[] classes = [.. labelled.Distinct().Order(StringComparer.Ordinal)];
        return new(path, names, Array.ConvertAll(read, r => r.Samples), Array.ConvertAll(labelled, l => Array.IndexOf(classes, l)), classes, read[0].Rate);
    }

    static IEnumerable<string> Sounds(FileTree tree) => tree.Names.Where(n => n.EndsWith(".wav", StringComparison.OrdinalIgnoreCase));

    static string LabelOf(string name, string label) => SpokenDigit().Match(name) is { Success: true } match
        ? match.Groups[label].Value
        : Path.GetFileName(Path.GetDirectoryName(name) ?? "");

    static string SplitOf(string name) => SpokenDigit().Match(name) is { Success: true } match
        ? int.Parse(match.Groups["index"].Value, System.Globalization.CultureInfo.InvariantCulture) < TestIndices ? "test" : "train"
        : Array.Find(name.Split('/')[..^1], f => f is "train" or "test") ?? name.Split('/')[0];

    [GeneratedRegex(@"(?:^|/)(?<digit>[0-9])_(?<speaker>[^_/]+)_(?<index>[0-9]{1,6})\.wav$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SpokenDigit();
}
