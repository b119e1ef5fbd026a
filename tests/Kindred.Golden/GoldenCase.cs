using System.Text.Json;

namespace Kindred.Golden;

/// <summary>One golden case: named inputs as tensors, parameters as typed values.</summary>
/// <remarks>
/// Inputs of dtype float64 come as leaves that require a gradient, so that a gradient which should have been stopped is noticed;
/// int64 and bool come as they are. State that the library changes in place, and probes that only weigh an output, are taken with
/// <see cref="Constant"/>.
/// </remarks>
public sealed class GoldenCase
{
    readonly JsonElement root;
    readonly Dictionary<string, Tensor> leaves = [];
    readonly HashSet<string> read = new(StringComparer.Ordinal) { "tolerance" };

    GoldenCase(JsonElement root)
    {
        this.root = root;
        Name = root.GetProperty("case").GetString()!;
        foreach (var input in root.GetProperty("inputs").EnumerateObject())
        {
            var tensor = GoldenValue.Read(input.Value).ToTensor();
            if (tensor.Dtype == Dtype.Float64)
                tensor.RequiresGrad_();
            leaves[input.Name] = tensor;
        }
    }

    /// <summary>Reads a case; call inside a <see cref="Scope"/>.</summary>
    public static GoldenCase Load(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new GoldenCase(document.RootElement.Clone());
    }

    /// <summary><c>objective/variant</c>.</summary>
    public string Name { get; }

    /// <summary>The first part of <see cref="Name"/>.</summary>
    public string Objective => Name.Split('/')[0];

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyCollection<string> Inputs => leaves.Keys;

    /// <summary>The input of that name: float64 requiring a gradient, int64, or bool; the same tensor at every call.</summary>
    public Tensor this[string input] => leaves.TryGetValue(input, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"case {Name} has no input '{input}'; it has {string.Join(", ", leaves.Keys)}");

    /// <summary>The input, or null where the case leaves it out.</summary>
    public Tensor? Optional(string input) => leaves.GetValueOrDefault(input);

    /// <summary>Whether the case has that input.</summary>
    public bool Has(string input) => leaves.ContainsKey(input);

    /// <summary>A fresh copy of the input without gradient, free to be changed in place.</summary>
    public Tensor Constant(string input) => this[input].Detach().Clone();

    /// <summary>An int64 input as an array.</summary>
    public long[] Integers(string input) => this[input].ToArray<long>();

    /// <summary>A float64 input as an array.</summary>
    public double[] Doubles(string input) => this[input].Detach().ToArray<double>();

    /// <summary>The parameter as raw JSON, or null where it is absent or null.</summary>
    public JsonElement? Param(string name)
    {
        read.Add(name);
        return root.GetProperty("params").TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Says of a parameter that it only describes the case: whatever its value, the formula is the same.</summary>
    public void Describes(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            read.Add(name);
    }

    /// <summary>Says of a parameter that an input's shape says it too, and checks that both agree.</summary>
    public void Implied(string name, long value)
    {
        if (Param(name) is { } given && given.GetDouble() != value)
            throw new InvalidDataException($"case {Name} says {name} = {given}, its inputs say {value}");
    }

    /// <summary>The parameters that nobody asked for. An adapter that drops one replays another formula than the case is about.</summary>
    internal IEnumerable<string> Unread => root.GetProperty("params").EnumerateObject().Select(p => p.Name).Where(name => !read.Contains(name));

    JsonElement Required(string name) => Param(name)
        ?? throw new KeyNotFoundException($"case {Name} has no parameter '{name}'");

    /// <summary>A number that must be there.</summary>
    public double Number(string name) => Required(name).GetDouble();

    /// <summary>A number, or the fallback where it is absent or null.</summary>
    public double Number(string name, double fallback) => Param(name)?.GetDouble() ?? fallback;

    /// <summary>A number, or null where it is absent or null.</summary>
    public double? NumberOrNull(string name) => Param(name)?.GetDouble();

    /// <summary>A whole number that must be there (3 and 3.0 alike).</summary>
    public int Integer(string name) => checked((int)Required(name).GetDouble());

    /// <summary>A whole number, or the fallback.</summary>
    public int Integer(string name, int fallback) => Param(name) is { } value ? checked((int)value.GetDouble()) : fallback;

    /// <summary>A string that must be there.</summary>
    public string Text(string name) => Required(name).GetString()!;

    /// <summary>A string, or the fallback.</summary>
    public string Text(string name, string fallback) => Param(name)?.GetString() ?? fallback;

    /// <summary>A boolean (true/false or a number that is not zero), or the fallback.</summary>
    public bool Flag(string name, bool fallback = false) => Param(name) is { } value
        ? value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => value.GetDouble() != 0,
        }
        : fallback;

    /// <summary>A list of numbers; a single number is a list of one; absent or null is empty.</summary>
    public double[] Numbers(string name) => Param(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(e => e.GetDouble())]
        : [value.GetDouble()];

    /// <summary>A list of strings; a single string is a list of one; absent or null is empty.</summary>
    public string[] Texts(string name) => Param(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(e => e.GetString()!)]
        : [value.GetString()!];

    internal IEnumerable<(string Name, GoldenValue Value)> ExpectedOutputs => Values("outputs");

    internal IEnumerable<(string Name, GoldenValue Value)> ExpectedGradients => Values("gradients");

    internal IEnumerable<(string Name, Tensor Leaf)> Differentiable =>
        leaves.Where(leaf => leaf.Value.RequiresGrad).Select(leaf => (leaf.Key, leaf.Value));

    /// <summary>The case's own relative tolerance, else 1e-9.</summary>
    internal double Tolerance =>
        root.TryGetProperty("tolerance", out var own) && own.ValueKind == JsonValueKind.Number ? own.GetDouble() : Number("tolerance", 1e-9);

    IEnumerable<(string Name, GoldenValue Value)> Values(string section) =>
        root.TryGetProperty(section, out var values) && values.ValueKind == JsonValueKind.Object
            ? values.EnumerateObject().Select(value => (value.Name, GoldenValue.Read(value.Value)))
            : [];
}
