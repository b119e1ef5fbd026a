using System.Globalization;

namespace Kindred.Torch;

/// <summary>Where a tensor lives.</summary>
/// <param name="Type">0 for the processor, 1 for CUDA, as libtorch numbers them.</param>
/// <param name="Index">Which one, or −1 for the current one.</param>
public readonly record struct Device(int Type, int Index = -1)
{
    /// <summary>The processor.</summary>
    public static Device Cpu => new(0);

    /// <summary>A CUDA device.</summary>
    public static Device Cuda(int index = 0) => new(1, index);

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    public static Device Parse(string name) => name switch
    {
        "cpu" => Cpu,
        "cuda" => Cuda(),
        _ when name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => Cuda(index),
        _ => throw new ArgumentException($"'{name}' is no device; use cpu, cuda or cuda:0, cuda:1, …", nameof(name)),
    };

    /// <summary>Whether this is a CUDA device.</summary>
    public bool IsCuda => Type == 1;

    internal long Code => ((long)Type << 8) | (byte)(sbyte)Index;

    internal static Device FromCode(int code) => new(code >> 8, (sbyte)(code & 0xff));

    /// <inheritdoc/>
    public override string ToString() => Type switch { 0 => "cpu", 1 => Index < 0 ? "cuda" : $"cuda:{Index}", _ => $"device {Type}:{Index}" };
}
