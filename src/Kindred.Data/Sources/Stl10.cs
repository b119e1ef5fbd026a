using Kindred.Data.Pictures;
using Kindred.Io;

namespace Kindred.Data.Sources;

/// <summary>STL-10 in its binary version: 96×96 colour pictures, 5,000 labelled for training, 8,000 for testing, 100,000 without labels.</summary>
/// <remarks>Coates, Ng, Lee, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning", AISTATS 2011. Planes are stored column by column.</remarks>
public static class Stl10
{
    const int Side = 96, Pixels = 3 * Side * Side;

    static readonly string[] Names = ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];

    /// <summary>Opens train_X.bin, test_X.bin and unlabeled_X.bin with their labels.</summary>
    /// <param name="path">The folder that holds them, or its parent.</param>
    /// <param name="split">train, test or unlabeled; all that are there if null.</param>
    /// <exception cref="DataException">A file is missing or cut, or pictures and labels do not match.</exception>
    public static RawPictures Open(string path, string? split = null)
    {
        var folder = BinaryFiles.Folder(path, "train_X.bin and train_y.bin");
        if (Directory.Exists(Path.Combine(folder, "stl10_binary")))
            folder = Path.Combine(folder, "stl10_binary");
        var parts = BinaryFiles.Splits(split, "STL-10", "train", "test", "unlabeled");
        if (split is null)
            parts = [.. parts.Where(part => File.Exists(Path.Combine(folder, part + "_X.bin")))];
        if (parts.Length == 0)
            throw new DataException($"{folder} lacks train_X.bin, test_X.bin and unlabeled_X.bin");
        var blocks = new List<RecordBlock>();
        var labels = new List<int>();
        foreach (var part in parts)
        {
            var pixels = BinaryFiles.Require(folder, [part + "_X.bin"])[0];
            var file = BinaryFiles.Open(pixels);
            var count = BinaryFiles.Records(file, pixels, Pixels);
            blocks.Add(new(file, null, pixels, 0, Pixels, count));
            labels.AddRange(part == "unlabeled" ? Enumerable.Repeat(-1, count) : Labels(BinaryFiles.Require(folder, [part + "_y.bin"])[0], count));
        }
        return new("stl10:" + path + (split is null ? "" : "?split=" + split), [.. blocks], parts, [.. labels], Names, PixelOrder.PlanesOfColumns, new(PictureFormat.Raw, Side, Side, 3));
    }

    static IEnumerable<int> Labels(string path, int count)
    {
        var bytes = RegularFile.ReadAllBytes(path);
        if (bytes.Length != count)
            throw new DataException($"{path} has {bytes.Length} labels for {count} pictures");
        var wrong = bytes.AsSpan().IndexOfAnyExceptInRange((byte)1, (byte)10);
        return wrong < 0 ? bytes.Select(label => label - 1) : throw new DataException($"{path} is damaged: label {bytes[wrong]} at byte {wrong}; labels are 1 to 10");
    }
}
