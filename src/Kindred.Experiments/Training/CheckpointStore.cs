using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Io;

namespace Kindred.Experiments.Training;

/// <summary>A checkpoint in memory.</summary>
/// <param name="Step">Steps done when it was taken.</param>
/// <param name="Parts">Arrays by file: <c>model</c>, <c>optimizer</c>, <c>method</c> …</param>
/// <param name="State">Counters, random keys, schedules: what is not an array.</param>
public sealed record Checkpoint(long Step, IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> Parts, JsonObject State);

/// <summary>The checkpoints of a run: each a folder that is there wholly or not at all, and pointers: <c>last</c>, <c>best</c>, and marks that keep others.</summary>
/// <remarks>
/// A checkpoint is <c>step-000001000/{PART.safetensors …, state.json, MANIFEST.json}</c>; the manifest has length and SHA-256 of each other file.
/// Order of a save: files, fsync, rename of the folder, fsync, pointer (the same way), and only then are old ones deleted. So a kill or a power
/// cut at any moment leaves a pointer to a whole checkpoint.
/// </remarks>
/// <param name="folder">The folder; created by the first save.</param>
/// <param name="keep">How many to keep, besides the best and marked ones.</param>
/// <param name="disk">The file system; left out, the machine's.</param>
public sealed class CheckpointStore(string folder, int keep = 3, IDisk? disk = null)
{
    const string Manifest = "MANIFEST.json", StateFile = "state.json", Suffix = ".safetensors", Doomed = ".deleting-";

    const long PointerLimit = 4096;

    static readonly JsonSerializerOptions style = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    readonly IDisk disk = disk ?? Disk.Default;

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Steps of which there is a checkpoint, in order.</summary>
    public IReadOnlyList<long> Steps => !Directory.Exists(Folder) ? [] : [.. Directory.EnumerateDirectories(Folder).Select(d => StepOf(Path.GetFileName(d))).Where(s => s >= 0).Order()];

    /// <summary>The step that <c>last</c> points to, or the newest where the pointer is lost; null when there is none.</summary>
    public long? Last => Pointer("last") is { } step && Steps.Contains(step) ? step : Steps.Count > 0 ? Steps[^1] : null;

    /// <summary>The step with the highest score so far; null when none was scored.</summary>
    public long? Best => Pointer("best") is { } step && Steps.Contains(step) ? step : null;

    /// <summary>The score of <see cref="Best"/>; −∞ when there is none.</summary>
    public double BestScore => double.TryParse(BestLine(1), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) ? score : double.NegativeInfinity;

    /// <summary>Says what scores are from now on; what was the best by something else is no longer the best.</summary>
    /// <param name="ranking">One line, such as <c>phase 0: knn.accuracy</c>.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Rank(string ranking)
    {
        if (Best is not null && BestLine(2) != ranking) Guard(() => disk.Delete(Path.Combine(Folder, "best")));
    }

    /// <summary>The step that a mark points to; null when there is no such mark or its checkpoint is gone.</summary>
    /// <param name="mark">The mark's name.</param>
    public long? Marked(string mark) => Pointer(mark) is { } step && Steps.Contains(step) ? step : null;

    /// <summary>Marks a checkpoint, which is then kept as long as the run does not go back behind it.</summary>
    /// <param name="mark">A name such as <c>phase-0</c>.</param>
    /// <param name="step">Its step.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Mark(string mark, long step)
    {
        if (Pointer(mark) != step) Point(mark, step, null);
    }

    /// <summary>Name of the folder of a step.</summary>
    /// <param name="step">Steps done.</param>
    /// <returns><c>step-000001000</c> for 1000.</returns>
    public static string NameOf(long step) => string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}");

    /// <summary>Folder of a step.</summary>
    /// <param name="step">Steps done.</param>
    /// <returns>Its path, whether it is there or not.</returns>
    public string PathOf(long step) => Path.Combine(Folder, NameOf(step));

    /// <summary>Writes a checkpoint and makes it the last one. A whole one of the same step is kept as it is: equal steps have equal states.</summary>
    /// <param name="checkpoint">What to write.</param>
    /// <param name="score">How good it is; the highest becomes <c>best</c>. Left out, <c>best</c> stays.</param>
    /// <param name="ranking">What the score is, see <see cref="Rank"/>.</param>
    /// <returns>Its folder.</returns>
    /// <exception cref="EnvironmentException">The disk is full, read-only or gone; all older checkpoints are intact.</exception>
    public string Save(Checkpoint checkpoint, double? score = null, string? ranking = null)
    {
        Make();
        Sweep();

        var target = PathOf(checkpoint.Step);

        if (Problem(target) is not null)
            Write(checkpoint, target);

        Point("last", checkpoint.Step, null);

        if (score is { } value && value > BestScore)
            Point("best", checkpoint.Step, value, ranking);

        Retire();
        return target;
    }

    /// <summary>Reads the last checkpoint that is whole.</summary>
    /// <param name="problems">Newer ones that are damaged, and how.</param>
    /// <returns>The checkpoint, or null when there is none.</returns>
    public Checkpoint? LoadLast(out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        var last = Last ?? -1;

        foreach (var step in Steps.Where(s => s <= last).Reverse())
        {
            if (Problem(PathOf(step)) is { } problem)
                found.Add(problem);
            else
                return Load(PathOf(step));
        }

        return null;
    }

    /// <summary>Reads a checkpoint after checking it against its manifest.</summary>
    /// <param name="path">Its folder.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="DataException">A file is missing or is not what was written.</exception>
    public static Checkpoint Load(string path)
    {
        if (Problem(path) is { } problem)
            throw new DataException($"{problem}. Resume from an older checkpoint with --resume {Path.GetDirectoryName(path)}/step-…");

        // What the manifest does not list was not written by a save, and is not looked at.
        var parts = ReadManifest(path).Where(f => f.Name.EndsWith(Suffix, StringComparison.Ordinal))
            .ToDictionary(f => f.Name[..^Suffix.Length], f => SafeTensors.Read(Path.Combine(path, f.Name)), StringComparer.Ordinal);
        return new(StepOf(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))), parts, ReadState(path));
    }

    /// <summary>What is wrong with a checkpoint.</summary>
    /// <param name="path">Its folder.</param>
    /// <returns>A sentence, or null when every file is what was written.</returns>
    public static string? Problem(string path)
    {
        if (!Directory.Exists(path))
            return $"there is no checkpoint {path}";

        try
        {
            foreach (var (name, entry) in ReadManifest(path))
            {
                var file = Path.Combine(path, name);

                if (!File.Exists(file))
                    return $"the checkpoint {path} lacks {name}";

                if (AtomicFile.Measure(file) is var found && found != entry)
                    return string.Create(CultureInfo.InvariantCulture,
                        $"{file} is damaged: it has {found.Bytes} bytes with SHA-256 {found.Sha256[..12]}…, {entry.Bytes} with {entry.Sha256[..12]}… were written");
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataException)
        {
            return $"the manifest of {path} cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Forgets checkpoints after a step: they belong to a course that the run now leaves.</summary>
    /// <param name="step">The step that the run goes on from; it becomes the last.</param>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void DropAfter(long step)
    {
        Point("last", step, null);

        foreach (var later in Steps.Where(s => s > step))
            Delete(later);

        foreach (var (pointer, to) in Pointers().Where(p => p.Step > step).ToArray())
            Guard(() => disk.Delete(Path.Combine(Folder, pointer)));
    }

    static IEnumerable<(string Name, Written Entry)> ReadManifest(string path)
    {
        var file = Path.Combine(path, Manifest);
        var manifest = JsonText.ReadFile<Listed>(file, style);
        var listed = manifest.Files;
        var named = StepOf(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));

        // A copy under another name would be gone on with, or kept, as the state of a step that it is not of.
        if (named >= 0 && manifest.Step is { } step && step != named)
            throw new DataException($"{file} is of step {step}: the folder was renamed, or copied from another.");

        if (!listed.ContainsKey(StateFile))
            throw new DataException($"{file} does not list {StateFile}.");

        return [.. listed.Select(f => (Plain(file, f.Key), new Written(f.Value.Bytes, f.Value.Sha256)))];
    }

    static JsonObject ReadState(string path) => JsonText.ReadFile<JsonObject>(Path.Combine(path, StateFile));

    static string Plain(string file, string name) => name == Path.GetFileName(name) ? name : throw new DataException($"{file} lists '{name}', which is no plain file name.");

    sealed record Listed(IReadOnlyDictionary<string, ListedFile> Files, long? Step = null);

    sealed record ListedFile(long Bytes, string Sha256);

    static long StepOf(string name) => name.StartsWith("step-", StringComparison.Ordinal) && long.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;

    static byte[] Json(JsonObject value) => Encoding.UTF8.GetBytes($"{value.ToJsonString(new() { WriteIndented = true })}\n");

    void Write(Checkpoint checkpoint, string target)
    {
        Delete(checkpoint.Step);

        using var written = new AtomicFolder(target, disk);

        foreach (var (part, arrays) in checkpoint.Parts.OrderBy(p => p.Key, StringComparer.Ordinal))
            written.Write($"{part}{Suffix}", stream => SafeTensors.Write(stream, arrays));

        written.Write(StateFile, stream => stream.Write(Json(checkpoint.State)));

        var files = new JsonObject();

        foreach (var (name, entry) in written.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            files[name] = new JsonObject { ["bytes"] = entry.Bytes, ["sha256"] = entry.Sha256 };

        written.Write(Manifest, stream => stream.Write(Json(new() { ["step"] = checkpoint.Step, ["files"] = files })));
        written.Commit();
        ReadBack(target);
    }

    /// <summary>A save that cannot be read back is not a save.</summary>
    void ReadBack(string target)
    {
        if (disk is Disk && Problem(target) is { } problem)
            throw new EnvironmentException($"{problem}, right after it was written: the disk or its driver loses data. Choose another folder with --out.");
    }

    long? Pointer(string name)
    {
        try
        {
            return StepOf(RegularFile.ReadAllLines(Path.Combine(Folder, name), PointerLimit).FirstOrDefault("").Trim()) is >= 0 and var step ? step : null;
        }
        catch (DataException)
        {
            return null;
        }
    }

    string? BestLine(int line) => Best is null ? null : RegularFile.ReadAllLines(Path.Combine(Folder, "best"), PointerLimit).ElementAtOrDefault(line);

    void Point(string name, long step, double? score, string? ranking = null)
    {
        var second = score is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:R}\n") : "";
        AtomicFile.WriteText(Path.Combine(Folder, name), $"{NameOf(step)}\n{second}{(ranking is null ? "" : $"{ranking}\n")}", disk);
    }

    /// <summary>The name of the folder must reach the medium too, or a power cut takes all checkpoints with it.</summary>
    void Make()
    {
        if (Directory.Exists(Folder))
            return;

        Guard(() =>
        {
            disk.CreateFolder(Folder);
            disk.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(Folder))!);
        });
    }

    /// <summary>Checkpoints that only take room: neither among the newest, nor pointed to by <c>last</c>, <c>best</c> or a mark.</summary>
    public IReadOnlyList<long> Spare
    {
        get
        {
            if (!Directory.Exists(Folder)) return [];
            var pinned = Pointers().Select(p => p.Step).ToHashSet();
            return [.. Steps.SkipLast(keep).Where(s => !pinned.Contains(s))];
        }
    }

    /// <summary>The names that point to a step: <c>last</c>, <c>best</c>, marks.</summary>
    /// <param name="step">A step of which there is a checkpoint.</param>
    public IReadOnlyList<string> NamesOf(long step) => Directory.Exists(Folder) ? [.. Pointers().Where(p => p.Step == step).Select(p => p.Name).Order(StringComparer.Ordinal)] : [];

    /// <summary>Deletes the <see cref="Spare"/> ones.</summary>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Retire()
    {
        foreach (var step in Spare)
            Delete(step);
    }

    IEnumerable<(string Name, long Step)> Pointers() =>
        from file in Directory.EnumerateFiles(Folder).Select(Path.GetFileName)
        let step = Pointer(file)
        where step is not null
        select (file, step.Value);

    /// <summary>Renamed first, so that a kill in the middle of deleting leaves nothing that looks like a checkpoint.</summary>
    void Delete(long step)
    {
        if (!Directory.Exists(PathOf(step)))
            return;

        Guard(() =>
        {
            var doomed = Path.Combine(Folder, $"{Doomed}{NameOf(step)}");
            disk.Delete(doomed);
            disk.Rename(PathOf(step), doomed);
            disk.Delete(doomed);
        });
    }

    /// <summary>Removes what killed processes left half done.</summary>
    void Sweep() => Guard(() =>
    {
        foreach (var leftover in Directory.EnumerateFileSystemEntries(Folder).ToArray())
        {
            var name = Path.GetFileName(leftover);

            if (name.StartsWith(AtomicFolder.TemporaryPrefix, StringComparison.Ordinal) || name.StartsWith(Doomed, StringComparison.Ordinal) || name.EndsWith(".tmp", StringComparison.Ordinal))
                disk.Delete(leftover);
        }
    });

    void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageFailure.Explain(Folder, 0, e);
        }
    }
}
