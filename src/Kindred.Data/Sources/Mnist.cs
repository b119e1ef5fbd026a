using System.Buffers.Binary;
using System.IO.Compression;
using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>MNIST, Fashion-MNIST and their kin: idx files of grey pictures and labels, plain or gzipped.</summary>
/// <remarks>LeCun, Cortes, Burges; the idx format is a big-endian magic number, one size a dimension, then the bytes.</remarks>
public static class Mnist
{
    const int PictureMagic = 0x803, LabelMagic = 0x801;

    static readonly string[] Fashion = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>Opens {train,t10k}-images-idx3-ubyte[.gz] and the labels beside them.</summary>
    /// <param name="path">The folder that holds them.</param>
    /// <param name="split">train or test; both if null.</param>
    /// <exception cref="DataException">A file is missing, cut or altered; the message has the offset.</exception>
    public static RawPictures Open(string path, string? split = null)
    {
        var folder = BinaryFiles.Folder(path, "train-images-idx3-ubyte and train-labels-idx1-ubyte");
        var blocks = new List<RecordBlock>();
        var labels = new List<int>();
        var info = default(PictureInfo);
        var parts = BinaryFiles.Splits(split, "MNIST", "train", "test");
        foreach (var part in parts)
        {
            var prefix = part == "train" ? "train" : "t10k";
            var (block, here) = Pictures(Find(folder, prefix, "images", 3));
            if (blocks.Count > 0 && here != info)
                throw new DataException($"{block.Path} holds pictures of {here.Width}×{here.Height}, {blocks[0].Path} of {info.Width}×{info.Height}");
            info = here;
            blocks.Add(block);
            labels.AddRange(Labels(Find(folder, prefix, "labels", 1), block.Count));
        }
        var classes = Math.Max(10, labels.Max() + 1);
        var fashion = Path.GetFullPath(folder).Contains("fashion", StringComparison.OrdinalIgnoreCase);
        string[] names = fashion && classes == 10 ? Fashion : [.. Enumerable.Range(0, classes).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return new("mnist:" + path + (split is null ? "" : "?split=" + split), [.. blocks], parts, [.. labels], names, PixelOrder.Interleaved, info);
    }

    /// <summary>Whether a folder holds idx files.</summary>
    internal static bool Recognise(string folder) => Candidates(folder, "train", "images", 3).Concat(Candidates(folder, "t10k", "images", 3)).Any(File.Exists);

    static IEnumerable<string> Candidates(string folder, string prefix, string kind, int dimensions) =>
        from dot in new[] { '-', '.' } from ending in new[] { "", ".gz" } select Path.Combine(folder, $"{prefix}-{kind}{dot}idx{dimensions}-ubyte{ending}");

    static string Find(string folder, string prefix, string kind, int dimensions) =>
        Candidates(folder, prefix, kind, dimensions).FirstOrDefault(File.Exists)
        ?? throw new DataException($"{folder} lacks {prefix}-{kind}-idx{dimensions}-ubyte (or .gz)");

    static (RecordBlock Block, PictureInfo Info) Pictures(string path)
    {
        var bytes = Content(path);
        var (count, height, width) = Header(bytes, path, PictureMagic);
        if (height is < 1 or > 4096 || width is < 1 or > 4096)
            throw new DataException($"{path} is damaged: pictures of {width}×{height} declared at byte 8");
        return (new(null, bytes, path, 16, height * width, count), new(PictureFormat.Raw, width, height, 1));
    }

    static IEnumerable<int> Labels(string path, int pictures)
    {
        var bytes = Content(path);
        var (count, _, _) = Header(bytes, path, LabelMagic);
        return count == pictures ? bytes.Skip(8).Select(label => (int)label) : throw new DataException($"{path} has {count} labels for {pictures} pictures (byte 4)");
    }

    static (int Count, int Height, int Width) Header(byte[] bytes, string path, int magic)
    {
        var dimensions = magic & 0xFF;
        var start = 4 + (4 * dimensions);
        if (bytes.Length < start)
            throw new DataException($"{path} is cut: it ends at byte {bytes.Length}, inside its {start}-byte header");
        var found = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (found != magic)
            throw new DataException($"{path} begins with 0x{found:X8} at byte 0; an idx file of {dimensions} dimensions begins with 0x{magic:X8}");
        long Size(int i) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + (4 * i)));
        var (count, height, width) = (Size(0), dimensions > 1 ? Size(1) : 1, dimensions > 2 ? Size(2) : 1);
        if (count < 1 || (UInt128)count * (UInt128)height * (UInt128)width != (UInt128)(bytes.Length - start))
        {
            throw new DataException(
                $"{path} is cut or altered: its header (byte 4) declares {count}×{height}×{width} bytes after byte {start}, but {bytes.Length - start} follow, up to byte {bytes.Length}");
        }
        return ((int)count, (int)height, (int)width);
    }

    static byte[] Content(string path)
    {
        try
        {
            if (!path.EndsWith(".gz", StringComparison.Ordinal))
                return RegularFile.ReadAllBytes(path);
            RegularFile.Require(path);
            using var packed = File.OpenRead(path);
            var checksum = new byte[4];
            packed.Seek(-4, SeekOrigin.End);
            packed.ReadExactly(checksum);
            packed.Position = 0;
            return Unpack(packed, path, BinaryPrimitives.ReadUInt32LittleEndian(checksum));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} is cut or damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Inflates a file whose trailer declares its length; .NET's stream accepts one that ends early, so the length is the test.</summary>
    static byte[] Unpack(FileStream packed, string path, uint length)
    {
        // 1,032 to 1 is the best that deflate can do.
        if (length > 1032 * packed.Length)
            throw new DataException($"{path} is cut or damaged: its last four bytes declare {length} bytes, more than {packed.Length} packed bytes can hold");
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        var bytes = new byte[length];
        var read = gzip.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length || gzip.ReadByte() >= 0)
            throw new DataException($"{path} is cut or damaged: {read} bytes could be unpacked up to packed byte {packed.Position}; its trailer declares {length}");
        return bytes;
    }
}
