using System.Buffers.Binary;
using System.IO.Compression;
using Kindred.Data.Loading;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Tests.Sources;

/// <summary>CIFAR, STL-10 and MNIST as they come, and scenario R14: cut or altered.</summary>
public sealed class ClassicSetTests
{
    [Fact]
    public void CIFAR_10_planes_become_pixels_and_splits_are_files()
    {
        using var scratch = new Scratch();
        WriteCifar(scratch);
        using var train = PictureSources.Open($"cifar10:{scratch.Path}?split=train");
        using var all = PictureSources.Open(scratch.Path);
        Assert.Equal((50, 60), (train.Count, all.Count));
        Assert.Equal(("airplane", "data_batch_2/00003"), (all.Classes[0], all.Name(13)));
        Assert.Equal(3, all.Label(13));
        using var reader = all.Open();
        var picture = new Picture();
        reader.Read(13, picture);
        Assert.Equal([Plane(13, 0, 65), Plane(13, 1, 65), Plane(13, 2, 65)], picture.Span.Slice(3 * 65, 3).ToArray());
    }

    [Fact]
    public void CIFAR_100_has_fine_and_coarse_labels()
    {
        using var scratch = new Scratch();
        byte[] record = [7, 93, .. new byte[3072]];
        scratch.Write("train.bin", [.. record, .. record]);
        scratch.Write("test.bin", record);
        using var fine = PictureSources.Open($"cifar100:{scratch.Path}");
        using var coarse = PictureSources.Open($"cifar100:{scratch.Path}?labels=coarse&split=test");
        Assert.Equal((3, 93, 100), (fine.Count, fine.Label(2), fine.Classes.Count));
        Assert.Equal((1, 7, 20), (coarse.Count, coarse.Label(0), coarse.Classes.Count));
    }

    [Fact]
    public void STL_10_columns_become_rows()
    {
        using var scratch = new Scratch();
        var record = new byte[3 * 96 * 96];
        record[(2 * 96 * 96) + (5 * 96) + 7] = 200; // blue, column 5, row 7
        scratch.Write("train_X.bin", record);
        scratch.Write("train_y.bin", [10]);
        scratch.Write("unlabeled_X.bin", record);
        using var pictures = PictureSources.Open(scratch.Path);
        Assert.Equal([9, -1], FolderTests.Labels(pictures));
        using var reader = pictures.Open();
        var picture = new Picture();
        reader.Read(0, picture);
        Assert.Equal(200, picture.Row(7)[(3 * 5) + 2]);
        Assert.Equal(200, picture.Span.ToArray().Sum(b => b));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void MNIST_reads_plain_and_gzipped(bool gzip)
    {
        using var scratch = new Scratch();
        WriteMnist(scratch, gzip);
        using var pictures = PictureSources.Open(scratch.Path);
        Assert.Equal((30, 10), (pictures.Count, pictures.Classes.Count));
        Assert.Equal(4, pictures.Label(24));
        using var reader = pictures.Open();
        var picture = new Picture();
        reader.Read(24, picture);
        Assert.Equal((5, 6, 1), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal(104, picture.Span[0]);
    }

    /// <summary>R14: every file cut at 50 random places; a cut on a record's border is the one that cannot show.</summary>
    [Fact]
    public void A_cut_file_is_refused_with_its_name_and_offset()
    {
        var random = new Random(1);
        Cuts(random, WriteCifar, "data_batch_3.bin", 3073);
        Cuts(random, scratch => WriteMnist(scratch, false), "train-images-idx3-ubyte", 0);
        Cuts(random, scratch => WriteMnist(scratch, false), "t10k-labels-idx1-ubyte", 0);
        Cuts(random, scratch => WriteMnist(scratch, true), "train-images-idx3-ubyte.gz", 0);
        Cuts(random, scratch => Packing.Write(Small(scratch), scratch["set.packed"]), "set.packed", 0);
        Cuts(random, scratch => WriteTar(scratch), "set.tar", 0);
    }

    /// <summary>S5: any bytes of an idx file changed; 10⁵ times with KINDRED_LARGE=1.</summary>
    [Theory, InlineData("train-images-idx3-ubyte"), InlineData("t10k-labels-idx1-ubyte")]
    public void A_mutated_file_is_read_or_refused(string name)
    {
        using var scratch = new Scratch();
        WriteMnist(scratch, false);
        Mutations.Run(new Random(3), File.ReadAllBytes(scratch[name]), Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? 100_000 : 500, bytes =>
        {
            File.WriteAllBytes(scratch[name], bytes);
            PictureSources.Open(scratch.Path).Dispose();
        });
    }

    [Fact]
    public void An_altered_header_or_label_is_refused_with_its_offset()
    {
        using var scratch = new Scratch();
        WriteMnist(scratch, false);
        Altered(scratch, "train-images-idx3-ubyte", 2, 0x0D, "byte 0");
        Altered(scratch, "train-images-idx3-ubyte", 7, 99, "byte 4");
        Altered(scratch, "t10k-labels-idx1-ubyte", 7, 9, "byte 4");
        using var cifar = new Scratch();
        WriteCifar(cifar);
        Altered(cifar, "data_batch_2.bin", 3073 * 4, 10, $"byte {3073 * 4}");
        using var tar = new Scratch();
        WriteTar(tar);
        Altered(tar, "set.tar", 3, (byte)'?', "byte 0");
    }

    static void Cuts(Random random, Action<Scratch> write, string name, int border)
    {
        using var scratch = new Scratch();
        write(scratch);
        var path = scratch[name];
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < 50; i++)
        {
            var length = random.Next(0, whole.Length - 1);
            if (border > 0 && length % border == 0 && length > 0)
                length++;
            File.WriteAllBytes(path, whole.AsSpan(0, length));
            var target = name.EndsWith(".tar", StringComparison.Ordinal) ? "tar:" + path : name.EndsWith(".packed", StringComparison.Ordinal) ? "packed:" + path : scratch.Path;
            var failure = Record.Exception(() => PictureSources.Open(target).Dispose());
            Assert.True(failure is DataException, $"{name} cut at {length}: {failure?.ToString() ?? "opened"}");
            Assert.Contains(Path.GetFileName(path), failure!.Message, StringComparison.Ordinal);
        }
    }

    static void Altered(Scratch scratch, string name, int at, byte value, string words)
    {
        var bytes = File.ReadAllBytes(scratch[name]);
        var old = bytes[at];
        bytes[at] = value;
        File.WriteAllBytes(scratch[name], bytes);
        var target = name.EndsWith(".tar", StringComparison.Ordinal) ? "tar:" + scratch[name] : scratch.Path;
        var message = Assert.Throws<DataException>(() => PictureSources.Open(target)).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
        bytes[at] = old;
        File.WriteAllBytes(scratch[name], bytes);
    }

    static byte Plane(int index, int channel, int pixel) => (byte)((index * 7) + (channel * 50) + pixel);

    internal static void WriteCifar(Scratch scratch)
    {
        for (var batch = 0; batch < 6; batch++)
        {
            var bytes = new List<byte>();
            for (var i = batch * 10; i < (batch * 10) + 10; i++)
            {
                bytes.Add((byte)(i % 10));
                for (var c = 0; c < 3; c++)
                    bytes.AddRange(Enumerable.Range(0, 1024).Select(pixel => Plane(i, c, pixel)));
            }
            scratch.Write(batch < 5 ? $"data_batch_{batch + 1}.bin" : "test_batch.bin", bytes.ToArray());
        }
    }

    static void WriteMnist(Scratch scratch, bool gzip)
    {
        foreach (var (prefix, count) in new[] { ("train", 20), ("t10k", 10) })
        {
            Save($"{prefix}-images-idx3-ubyte", [.. Header(0x803, count, 6, 5), .. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat((byte)(100 + i), 30))]);
            Save($"{prefix}-labels-idx1-ubyte", [.. Header(0x801, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);
        }

        void Save(string name, byte[] bytes)
        {
            if (!gzip)
            {
                scratch.Write(name, bytes);
                return;
            }
            using var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
                stream.Write(bytes);
            scratch.Write(name + ".gz", packed.ToArray());
        }
    }

    static byte[] Header(params int[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }

    static IPictures Small(Scratch scratch)
    {
        for (var i = 0; i < 6; i++)
            scratch.Write($"{(i % 2 == 0 ? "cat" : "dog")}/{i}.jpg", Encoded.Jpeg(Encoded.Photo(20 + i, 16, i)));
        return FilePictures.OpenFolder(scratch.Path);
    }

    static void WriteTar(Scratch scratch)
    {
        using var pictures = Small(scratch);
        TarTests.Pack(scratch["set.tar"], pictures.Count, i => (pictures.Name(i), File.ReadAllBytes(scratch[pictures.Name(i)])));
    }
}
