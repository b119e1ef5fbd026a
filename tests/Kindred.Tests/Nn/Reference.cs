using System.Text.Json;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Nn;

/// <summary>What PyTorch computed (references.json, written by make_references.py) and the hash by which both sides fill tensors.</summary>
static class Reference
{
    static readonly JsonElement Root = Open();

    public static JsonElement Get(string name) => Root.GetProperty(name);

    public static double[] Noise(long count, uint seed)
    {
        var values = new double[count];
        for (uint i = 0; i < count; i++)
        {
            uint h = i * 2654435761 + seed * 2246822519 + 374761393;
            h ^= h >> 15;
            h *= 2246822519;
            h ^= h >> 13;
            h *= 3266489917;
            h ^= h >> 16;
            values[i] = h / 4294967296.0 - 0.5;
        }
        return values;
    }

    public static Tensor Tensor(uint seed, params long[] shape) => Torch.Tensor.From<double>(Noise(shape.Aggregate(1L, (a, b) => a * b), seed), shape);

    /// <summary>Fills the state in float64, the k-th tensor by sorted PyTorch name from seed k.</summary>
    public static void Fill(Module module, Func<string, string?> nameOf)
    {
        module.To(dtype: Dtype.Float64);
        uint seed = 0;
        foreach (var (name, state) in module.State().Select(s => (Name: nameOf(s.Path), s.State)).Where(s => s.Name is not null).OrderBy(s => s.Name, StringComparer.Ordinal))
            state.Set(Filled(name!, state.Value.Shape, seed++));
    }

    /// <summary>Compares outputs and gradients of Σ forward(x) · probe with the named reference.</summary>
    public static void Check(string name, Module module, Func<Tensor, Tensor> forward, Tensor x, Func<string, string?> nameOf)
    {
        var expected = Get(name);
        x.RequiresGrad_();
        var y = forward(x);
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()), y.Shape);
        (y * Tensor(777, y.Shape)).Sum().Backward();
        Near(expected.GetProperty("y"), y, "y");
        Near(expected.GetProperty("x"), x.Grad!, "gradient of x");
        var gradients = module.NamedParameters().Where(p => p.Parameter.Gradient is not null).ToDictionary(p => nameOf(p.Path)!, p => p.Parameter.Gradient!);
        var wanted = expected.GetProperty("gradients").EnumerateObject().ToArray();
        Assert.Equal(wanted.Select(p => p.Name), gradients.Keys.Order(StringComparer.Ordinal));
        foreach (var gradient in wanted)
            Near(gradient.Value, gradients[gradient.Name], gradient.Name);
    }

    /// <summary>Compares sum, sum of squares, first and last element.</summary>
    public static void Near(JsonElement expected, Tensor actual, string what)
    {
        var values = actual.Detach().ToArray<double>();
        double[] digest = [values.Sum(), values.Sum(v => v * v), values[0], values[^1]];
        double scale = Math.Max(1e-3, Math.Sqrt(expected[1].GetDouble()));
        for (int i = 0; i < 4; i++)
            Assert.True(Math.Abs(expected[i].GetDouble() - digest[i]) <= 1e-9 * Math.Max(scale, Math.Abs(expected[i].GetDouble())),
                $"{what}, digest {i}: expected {expected[i].GetDouble():R}, got {digest[i]:R}");
    }

    /// <summary>runningMean → running_mean.</summary>
    public static string Snake(string path)
        => string.Concat(path.Select(c => char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));

    static Tensor Filled(string name, long[] shape, uint seed)
    {
        var x = Tensor(seed, shape);
        if (name.EndsWith("running_var", StringComparison.Ordinal))
            return x * 0.2 + 1;
        if (shape.Length <= 1)
            return x * 0.2 + (name.Contains("weight", StringComparison.Ordinal) ? 1.0 : 0.0);
        return x * Math.Sqrt(24 / ((double)x.Numel / shape[0]));
    }

    static JsonElement Open()
    {
        using var stream = System.Reflection.Assembly.GetExecutingAssembly().GetManifestResourceStream("references.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
