using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>What a source held at one moment: names, labels, sizes and times. Two moments compare in a line each.</summary>
public sealed class Manifest
{
    readonly List<(string Name, int Label, FileStamp Stamp)> rows;

    Manifest(List<(string, int, FileStamp)> rows) => this.rows = rows;

    /// <summary>How many pictures there were.</summary>
    public int Count => rows.Count;

    /// <summary>Hexadecimal SHA-256 over everything: two equal digests are the same pictures in the same order.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Takes down a source as it is on disk now.</summary>
    /// <param name="source">The source.</param>
    public static Manifest Of(IPictures source) => Of(Enumerable.Range(0, source.Count).Select(i => (source.Name(i), source.Label(i), source.Stamp(i))));

    /// <summary>Takes down samples of any kind.</summary>
    /// <param name="rows">Name, label and stamp of each, in order.</param>
    public static Manifest Of(IEnumerable<(string Name, int Label, FileStamp Stamp)> rows) => Finish([.. rows]);

    /// <summary>Reads one that was written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">A line is wrong, or the file was altered.</exception>
    public static Manifest Read(string path)
    {
        var rows = new List<(string, int, FileStamp)>();
        var lines = RegularFile.ReadAllLines(path);
        for (var i = 1; i < lines.Length; i++)
        {
            var cells = lines[i].Split('\t');
            if (cells.Length != 4 || !long.TryParse(cells[0], out var bytes) || !long.TryParse(cells[1], out var modified) || !int.TryParse(cells[2], out var label))
                throw new DataException($"{path}, line {i + 1}: not a manifest's line");
            rows.Add((NameOf(cells[3], path, i + 1), label, new(bytes, modified)));
        }
        var manifest = Finish(rows);
        return lines.Length > 0 && lines[0] == Header(manifest) ? manifest : throw new DataException($"{path} was altered or cut: its first line does not fit the rest");
    }

    /// <summary>Writes it: a line a picture, names in base64 since they may hold anything.</summary>
    /// <param name="path">The file, replaced in one act.</param>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header(this));
        foreach (var (name, label, stamp) in rows)
            writer.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stamp.Bytes}\t{stamp.Modified}\t{label}\t{Convert.ToBase64String(FileNames.Encode(name))}"));
    });

    /// <summary>What happened between an earlier moment and this one.</summary>
    /// <param name="earlier">The earlier one.</param>
    public ManifestChanges Since(Manifest earlier)
    {
        var before = new Dictionary<string, (int Label, FileStamp Stamp)>(earlier.Count, StringComparer.Ordinal);
        foreach (var row in earlier.rows)
            before[row.Name] = (row.Label, row.Stamp);
        var (added, changed, relabelled) = (new List<string>(), new List<string>(), new List<string>());
        var deleted = new List<string>();
        var touched = 0;
        foreach (var row in rows)
        {
            if (!before.Remove(row.Name, out var old))
                added.Add(row.Name);
            else if (row.Stamp.Bytes < 0)
                deleted.Add(row.Name);
            else if (old.Stamp != row.Stamp)
            {
                changed.Add(row.Name);
                if (old.Stamp.Bytes == row.Stamp.Bytes)
                    touched++;
            }
            else if (old.Label != row.Label)
                relabelled.Add(row.Name);
        }
        deleted.AddRange(earlier.rows.Select(row => row.Name).Where(before.ContainsKey));
        return new(added, deleted, changed, relabelled, Digest == earlier.Digest) { Touched = touched };
    }

    /// <summary>Refuses to go on with other data than a run began with.</summary>
    /// <param name="earlier">The data it began with.</param>
    /// <param name="source">What the data is called, for the message.</param>
    /// <exception cref="DataException">Something changed; the message counts what.</exception>
    public void Require(Manifest earlier, string source)
    {
        if (Digest == earlier.Digest)
            return;
        throw new DataException(
            $"{source} is not what this run began with: {Since(earlier)}. It would not go on as it began; restore the data, or accept that with --data-changed accept.");
    }

    static Manifest Finish(List<(string Name, int Label, FileStamp Stamp)> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[24];
        foreach (var (name, label, stamp) in rows)
        {
            var bytes = FileNames.Encode(name);
            BinaryPrimitives.WriteInt32LittleEndian(numbers, bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], label);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], stamp.Bytes);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], stamp.Modified);
            hash.AppendData(numbers);
            hash.AppendData(bytes);
        }
        return new(rows) { Digest = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }

    static string NameOf(string cell, string path, int line)
    {
        try
        {
            return FileNames.Decode(Convert.FromBase64String(cell));
        }
        catch (FormatException e)
        {
            throw new DataException($"{path}, line {line}: not a manifest's line", e);
        }
    }

    static string Header(Manifest manifest) => $"kindred-manifest 1 {manifest.Count} {manifest.Digest}";
}

/// <summary>The difference between two manifests.</summary>
/// <param name="Added">Names that are new.</param>
/// <param name="Deleted">Names that are gone.</param>
/// <param name="Changed">Names whose file has another size or time.</param>
/// <param name="Relabelled">Names whose label is another.</param>
/// <param name="Same">Whether nothing changed, the order included.</param>
public sealed record ManifestChanges(
    IReadOnlyList<string> Added, IReadOnlyList<string> Deleted, IReadOnlyList<string> Changed, IReadOnlyList<string> Relabelled, bool Same)
{
    const int Shown = 3;

    /// <summary>How many of the changed have another time but the same size.</summary>
    public int Touched { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var parts = new[] { ("added", Added), ("deleted", Deleted), ("changed", Changed), ("relabelled", Relabelled) }
            .Where(part => part.Item2.Count > 0).Select(part => $"{part.Item2.Count} {part.Item1} (first: {string.Join(", ", part.Item2.Take(Shown).Select(FileNames.Printable))})");
        var text = string.Join(", ", parts) + (Touched > 0 ? $"; {Touched} of the changed have their old size and another time, as after a copy" : "");
        return text.Length > 0 ? text : Same ? "no change" : "another order";
    }
}
