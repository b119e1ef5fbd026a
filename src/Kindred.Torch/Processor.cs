namespace Kindred.Torch;

/// <summary>What the processor can do that libtorch's defaults should know.</summary>
public static class Processor
{
    static readonly Lazy<HashSet<string>> flags = new(ReadFlags);

    /// <summary>Whether bf16 products have instructions of their own (AVX512-BF16 or AMX); without them bf16 is slower than single precision.</summary>
    public static bool HasBFloat16 => flags.Value.Contains("avx512_bf16") || flags.Value.Contains("amx_bf16") || flags.Value.Contains("bf16");

    // .NET has no query for AVX512-BF16; the kernel lists it.
    static HashSet<string> ReadFlags()
    {
        const string path = "/proc/cpuinfo";
        if (!File.Exists(path)) return [];
        var line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal) || l.StartsWith("Features", StringComparison.Ordinal));
        return line is null ? [] : [.. line.Split(':')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }
}
