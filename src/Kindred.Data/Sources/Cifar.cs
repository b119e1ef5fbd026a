using Kindred.Data.Pictures;
using Kindred.Data.Pictures.Native;
using Microsoft.Win32.SafeHandles;

namespace Kindred.Data.Sources;

/// <summary>CIFAR-10 and CIFAR-100 in their binary versions: one or two label bytes and three planes of 32×32 a record.</summary>
/// <remarks>Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; cs.toronto.edu/~kriz/cifar.html.</remarks>
public static class Cifar
{
    const int Side = 32, Pixels = 3 * Side * Side;

    static readonly string[] Ten = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Opens data_batch_1.bin … data_batch_5.bin (train) and test_batch.bin (test).</summary>
    /// <param name="path">The folder that holds them, or its parent.</param>
    /// <param name="split">train or test; both if null.</param>
    /// <exception cref="DataException">A file is missing, cut, or holds a label above 9.</exception>
    public static RawPictures Open10(string path, string? split = null)
    {
        var folder = Below(path, "cifar-10-batches-bin", "data_batch_1.bin", "test_batch.bin");
        var names = BinaryFiles.Splits(split, "CIFAR-10", "train", "test")
            .SelectMany(part => part == "train" ? Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin") : ["test_batch.bin"]);
        var classes = BinaryFiles.ClassNames(Path.Combine(folder, "batches.meta.txt"), 10);
        return Open("cifar10:" + path + Suffix(split), BinaryFiles.Require(folder, names), 1, classes.Length > 0 ? classes : Ten);
    }

    /// <summary>Opens train.bin and test.bin, with the hundred fine labels or the twenty coarse ones.</summary>
    /// <param name="path">The folder that holds them, or its parent.</param>
    /// <param name="split">train or test; both if null.</param>
    /// <param name="coarse">Whether the labels are the 20 super-classes.</param>
    /// <exception cref="DataException">A file is missing, cut, or holds a label out of range.</exception>
    public static RawPictures Open100(string path, string? split = null, bool coarse = false)
    {
        var folder = Below(path, "cifar-100-binary", "train.bin", "test.bin");
        var paths = BinaryFiles.Require(folder, BinaryFiles.Splits(split, "CIFAR-100", "train", "test").Select(part => part + ".bin"));
        var count = coarse ? 20 : 100;
        var classes = BinaryFiles.ClassNames(Path.Combine(folder, coarse ? "coarse_label_names.txt" : "fine_label_names.txt"), count);
        if (classes.Length == 0)
            classes = [.. Enumerable.Range(0, count).Select(i => $"class{i:D2}")];
        return Open("cifar100:" + path + Suffix(split), paths, 2, classes, coarse ? 0 : 1);
    }

    /// <summary>Whether a folder looks like a binary CIFAR: 10, 100, or 0 for neither.</summary>
    internal static int Recognise(string folder)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        if (Has("data_batch_1.bin") || Has("test_batch.bin") || Directory.Exists(Path.Combine(folder, "cifar-10-batches-bin")))
            return 10;
        return (Has("train.bin") && Has("fine_label_names.txt")) || Directory.Exists(Path.Combine(folder, "cifar-100-binary")) ? 100 : 0;
    }

    static RawPictures Open(string description, string[] paths, int labelBytes, IReadOnlyList<string> classes, int labelAt = 0)
    {
        var blocks = new List<RecordBlock>();
        var labels = new List<int>();
        try
        {
            foreach (var path in paths)
            {
                var file = BinaryFiles.Open(path);
                var count = BinaryFiles.Records(file, path, labelBytes + Pixels);
                blocks.Add(new(file, null, path, labelBytes, labelBytes + Pixels, count));
                ReadLabels(file, path, count, labelBytes, labelAt, classes.Count, labels);
            }
        }
        catch
        {
            blocks.ForEach(block => block.File?.Dispose());
            throw;
        }
        var names = paths.Select(path => Path.GetFileNameWithoutExtension(path)).ToArray();
        return new(description, [.. blocks], names, [.. labels], classes, PixelOrder.Planes, new(PictureFormat.Raw, Side, Side, 3));
    }

    static void ReadLabels(SafeFileHandle file, string path, int count, int labelBytes, int labelAt, int classes, List<int> labels)
    {
        var stride = labelBytes + Pixels;
        var chunk = new byte[stride * 512];
        for (var first = 0; first < count; first += 512)
        {
            RandomAccess.Read(file, chunk, (long)first * stride);
            for (var i = 0; i < Math.Min(512, count - first); i++)
            {
                int label = chunk[(i * stride) + labelAt];
                if (label >= classes)
                    throw new DataException($"{path} is damaged or another format: label {label} at byte {((long)(first + i) * stride) + labelAt}; there are {classes} classes");
                labels.Add(label);
            }
        }
    }

    static string Below(string path, string usual, params string[] marks)
    {
        var folder = BinaryFiles.Folder(path, string.Join(" and ", marks));
        if (marks.Any(mark => File.Exists(Path.Combine(folder, mark))))
            return folder;
        var inner = Path.Combine(folder, usual);
        if (Directory.Exists(inner))
            return inner;
        var python = File.Exists(Path.Combine(folder, "data_batch_1")) || Directory.Exists(Path.Combine(folder, "cifar-10-batches-py")) || File.Exists(Path.Combine(folder, "meta"));
        throw new DataException($"{folder} lacks {string.Join(" and ", marks)}" + (python ? "; these are the Python pickles, which are not read: get the binary version" : ""));
    }

    static string Suffix(string? split) => split is null ? "" : "?split=" + split;
}
