using System.Text;

namespace Kindred.Io.Tests;

/// <summary>Writes pickles by hand, good and evil ones.</summary>
sealed class PickleBuilder
{
    readonly MemoryStream bytes = new();

    public PickleBuilder() => Raw(0x80, 2);

    public PickleBuilder Raw(params byte[] raw)
    {
        bytes.Write(raw);
        return this;
    }

    public PickleBuilder Op(string ascii) => Raw(Encoding.Latin1.GetBytes(ascii));

    public PickleBuilder Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleBuilder Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Op("X").Raw(BitConverter.GetBytes(utf8.Length)).Raw(utf8);
    }

    public PickleBuilder Int(int value) => Op("J").Raw(BitConverter.GetBytes(value));

    /// <summary>A tensor over the storage "0" of so many floats.</summary>
    public PickleBuilder Tensor(int count, int offset, int[] shape, int[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op("((").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(count).Op("tQ").Int(offset).Op("(");
        foreach (var size in shape)
            Int(size);
        Op("t(");
        foreach (var stride in strides)
            Int(stride);
        return Op("t").Raw(0x89).Op("NtR");
    }

    public byte[] ToArray() => [.. bytes.ToArray(), (byte)'.'];

    /// <summary>The pickle in a file as torch.save makes it.</summary>
    public byte[] ToFile(params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        var zip = new ZipWriter(stream);
        zip.Add("archive/data.pkl", ToArray());
        foreach (var (name, content) in entries)
            zip.Add(name, content);
        zip.Finish();
        return stream.ToArray();
    }
}
