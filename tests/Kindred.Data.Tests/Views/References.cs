using System.Runtime.InteropServices;
using System.Text.Json;
using Kindred.Data.Pictures;
using Kindred.Data.Views;

namespace Kindred.Data.Tests.Views;

/// <summary>Pictures and what torchvision and PIL made of them (References/views.py).</summary>
static class References
{
    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "References");
    static readonly JsonElement Index = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "views.json"))).RootElement;
    static readonly byte[] Blob = File.ReadAllBytes(Path.Combine(Folder, "views.bin"));

    public static IEnumerable<string> Names => Index.GetProperty("cases").EnumerateObject().Select(c => c.Name);

    public static (Picture Picture, float[] Expected, ViewShape Shape) Case(string name)
    {
        var entry = Index.GetProperty("cases").GetProperty(name);
        var size = entry.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()).ToArray();
        var shape = new ViewShape(size[0], size[1], size[2]);
        var bytes = Blob.AsSpan(entry.GetProperty("offset").GetInt32());
        var values = entry.GetProperty("type").GetString() == "u8"
            ? bytes[..shape.Length].ToArray().Select(b => b / 255f).ToArray()
            : MemoryMarshal.Cast<byte, float>(bytes[..(4 * shape.Length)]).ToArray();
        return (Picture(entry.GetProperty("picture").GetString()!), values, shape);
    }

    static Picture Picture(string name)
    {
        var entry = Index.GetProperty("pictures").GetProperty(name);
        var picture = new Picture(entry.GetProperty("width").GetInt32(), entry.GetProperty("height").GetInt32(), 3);
        Blob.AsSpan(entry.GetProperty("offset").GetInt32(), picture.Span.Length).CopyTo(picture.Span);
        return picture;
    }
}
