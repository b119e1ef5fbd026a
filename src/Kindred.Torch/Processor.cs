using System.Security.Cryptography;
using System.Text;

namespace Kindred.Torch;

/// <summary>What the processor can do that libtorch's defaults should know.</summary>
public static class Processor
{
    static readonly Lazy<Dictionary<string, string>> facts = new(ReadFacts);

    static readonly Lazy<HashSet<string>> flags = new(() => [.. Fact("flags", "Features").Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>Whether bf16 products have instructions of their own (AVX512-BF16 or AMX); without them bf16 is slower than single precision.</summary>
    public static bool HasBFloat16 => flags.Value.Contains("avx512_bf16") || flags.Value.Contains("amx_bf16") || flags.Value.Contains("bf16");

    /// <summary>Tells this kind of processor from others: its name, family, model and a hash of its abilities; measurements hold for one kind.</summary>
    /// <remarks>Names alone will not do: virtual machines call different processors alike.</remarks>
    public static string Kind
    {
        get
        {
            var abilities = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', flags.Value.Order(StringComparer.Ordinal)))))[..8];
            return $"{Fact("model name", "Model")}, family {Fact("cpu family", "CPU implementer")}, model {Fact("model", "CPU part")}, {abilities}";
        }
    }

    static string Fact(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (facts.Value.TryGetValue(name, out var value)) return value;
        return "?";
    }

    // .NET has no query for AVX512-BF16; the kernel lists it. The first processor speaks for all.
    static Dictionary<string, string> ReadFacts()
    {
        const string path = "/proc/cpuinfo";
        var found = new Dictionary<string, string>();
        if (!File.Exists(path)) return found;
        foreach (var line in File.ReadLines(path))
            if (line.Split(':', 2) is [var name, var value]) found.TryAdd(name.Trim(), value.Trim());
        return found;
    }
}
