using System.Diagnostics;
using System.Runtime.InteropServices;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

public sealed partial class FolderTests
{
    static readonly byte[] Picture = Encoded.Jpeg(Encoded.Photo(16, 16));

    [Fact]
    public void A_class_is_the_folder_and_a_split_an_outer_folder()
    {
        using var scratch = new Scratch();
        foreach (var name in new[] { "train/cat/1.jpg", "train/dog/2.JPEG", "test/cat/3.jpg", "val/bird/4.png", "train/dog/notes.txt", "train/cat/.hidden.jpg" })
            scratch.Write(name, Picture);
        using var all = FilePictures.OpenFolder(scratch.Path);
        Assert.Equal(["bird", "cat", "dog"], all.Classes);
        Assert.Equal(["test/cat/3.jpg", "train/cat/1.jpg", "train/dog/2.JPEG", "val/bird/4.png"], Names(all));
        Assert.Equal(1, all.Ignored[".txt"]);
        using var train = FilePictures.OpenFolder(scratch.Path, "train");
        Assert.Equal(all.Classes, train.Classes);
        Assert.Equal([1, 2], Labels(train));
        Assert.Contains("test, train, val", Assert.Throws<DataException>(() => FilePictures.OpenFolder(scratch.Path, "dev")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_folder_names_in_different_places_stay_different_classes()
    {
        using var scratch = new Scratch();
        foreach (var name in new[] { "greek/c1/a.png", "latin/c1/a.png", "latin/c2/a.png" })
            scratch.Write(name, Picture);
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        Assert.Equal(["greek/c1", "latin/c1", "c2"], pictures.Classes);
        Assert.Equal([0, 1, 2], Labels(pictures));
    }

    [Fact]
    public void Pictures_beside_each_other_have_no_class()
    {
        using var scratch = new Scratch();
        scratch.Write("a.jpg", Picture);
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        Assert.Empty(pictures.Classes);
        Assert.Equal([-1], Labels(pictures));
    }

    [Fact]
    public void A_missing_or_empty_folder_is_told()
    {
        using var scratch = new Scratch();
        Assert.Contains("no folder", Assert.Throws<DataException>(() => FilePictures.OpenFolder(scratch["none"])).Message, StringComparison.Ordinal);
        scratch.Write("x/movie.gif", Picture);
        Assert.Contains("1 .gif", Assert.Throws<DataException>(() => FilePictures.OpenFolder(scratch.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("is a file", Assert.Throws<DataException>(() => FilePictures.OpenFolder(scratch["x/movie.gif"])).Message, StringComparison.Ordinal);
    }

    /// <summary>R16: links in a circle, out of the tree, twice to the same place, to nowhere.</summary>
    [Fact]
    public void Every_file_is_listed_once_however_folders_are_linked()
    {
        using var scratch = new Scratch();
        using var outside = new Scratch();
        outside.Write("far/z.jpg", Picture);
        scratch.Write("a/b/1.jpg", Picture);
        Directory.CreateSymbolicLink(scratch["a/b/up"], scratch.Path);
        Directory.CreateSymbolicLink(scratch["a/b/self"], "../b");
        Directory.CreateSymbolicLink(scratch["first"], outside.Path);
        Directory.CreateSymbolicLink(scratch["second"], outside.Path);
        Directory.CreateSymbolicLink(outside["back"], scratch.Path);
        File.CreateSymbolicLink(scratch["nowhere.jpg"], scratch["gone"]);
        File.CreateSymbolicLink(scratch["a/linked.jpg"], scratch["a/b/1.jpg"]);
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        Assert.Equal(["a/linked.jpg", "a/b/1.jpg", "first/far/z.jpg"], Names(pictures));
        using var reader = pictures.Open();
        for (var i = 0; i < 3; i++)
            Assert.Equal(16, reader.Measure(i).Width);
    }

    /// <summary>R16: newline, quotes, right-to-left, emoji, bytes that are no UTF-8, 250-byte names.</summary>
    [Fact]
    public void A_hundred_odd_names_are_listed_read_and_come_back_the_same()
    {
        using var scratch = new Scratch();
        var random = new Random(3);
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        byte[][] odd = ["new\nline"u8.ToArray(), "quote\"'"u8.ToArray(), "עברית"u8.ToArray(), "🦊"u8.ToArray(), [0xFF, 0xFE, 0x80], "back\\slash"u8.ToArray(),
            " lead"u8.ToArray(), "-rf"u8.ToArray(), "a%20b?split=x"u8.ToArray(), new string('n', 240).Select(c => (byte)c).ToArray()];
        for (var i = 0; i < 100; i++)
        {
            var name = i < odd.Length
                ? odd[i] : [.. Enumerable.Range(0, 30).Select(_ => (byte)random.Next(1, 256)).Where(b => b is not (byte)'/' and not (byte)'.'),
                (byte)('A' + (i % 26)), (byte)('A' + (i / 26))];
            byte[] full = [.. name, .. ".jpg"u8];
            Create(scratch.Path, full);
            wanted.Add(FileNames.Decode(full));
        }
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        Assert.Equal(wanted, new SortedSet<string>(Names(pictures), StringComparer.Ordinal));
        using var reader = pictures.Open();
        for (var i = 0; i < pictures.Count; i++)
        {
            Assert.Equal(16, reader.Measure(i).Width);
            Assert.Equal(pictures.Name(i), FileNames.Decode(FileNames.Encode(pictures.Name(i))));
            Assert.DoesNotContain('\n', FileNames.Printable(pictures.Name(i)));
        }
    }

    /// <summary>R16: 10⁶ files, 20 levels deep. Half a minute of making files; set KINDRED_LARGE=1 for the full size, else a twenty-fifth.</summary>
    [Fact]
    public void A_million_files_are_indexed_in_seconds_with_flat_memory()
    {
        using var scratch = new Scratch();
        var count = Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? 1_000_000 : 40_000;
        MakeTree(scratch.Path, count);
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        var resident = Process.GetCurrentProcess().WorkingSet64;
        var watch = Stopwatch.StartNew();
        using var pictures = FilePictures.OpenFolder(scratch.Path);
        var seconds = watch.Elapsed.TotalSeconds;
        var grown = (Process.GetCurrentProcess().WorkingSet64 - resident) >> 20;
        var kept = (GC.GetTotalMemory(true) - before) >> 20;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} files: {seconds:F2} s, resident +{grown} MB, kept {kept} MB");
        Assert.Equal(count, pictures.Count);
        Assert.True(seconds < 10, $"{seconds:F1} s");
        Assert.True(kept < 300 && grown < 300, $"{kept} MB kept, {grown} MB resident");
        using var again = FilePictures.OpenFolder(scratch.Path);
        for (var i = 0; i < count; i += 977)
            Assert.Equal(pictures.Name(i), again.Name(i));
    }

    static unsafe void MakeTree(string root, int count)
    {
        var folder = root;
        var made = 0;
        for (var level = 0; level < 20; level++)
        {
            folder = Path.Combine(folder, "level" + level);
            Directory.CreateDirectory(folder);
            var upto = (int)((long)count * (level + 1) / 20);
            for (; made < upto; made++)
            {
                fixed (byte* path = System.Text.Encoding.UTF8.GetBytes($"{folder}/{made:D7}.jpg\0"))
                    _ = mknod(path, 0x81A4, 0);
            }
        }
    }

    static unsafe void Create(string folder, byte[] name)
    {
        fixed (byte* path = (byte[])[.. System.Text.Encoding.UTF8.GetBytes(folder + "/"), .. name, 0])
        fixed (byte* bytes = Picture)
        {
            var file = open(path, 0x41 | 1, 0x1A4);
            Assert.True(file >= 0);
            _ = write(file, bytes, Picture.Length);
            _ = close(file);
        }
    }

    internal static string[] Names(IPictures pictures) => [.. Enumerable.Range(0, pictures.Count).Select(pictures.Name)];

    internal static int[] Labels(IPictures pictures) => [.. Enumerable.Range(0, pictures.Count).Select(pictures.Label)];

    [LibraryImport("libc")]
    private static unsafe partial int mknod(byte* path, uint mode, ulong device);

    [LibraryImport("libc")]
    private static unsafe partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc")]
    private static unsafe partial nint write(int file, byte* bytes, nint count);

    [LibraryImport("libc")]
    private static partial int close(int file);
}
