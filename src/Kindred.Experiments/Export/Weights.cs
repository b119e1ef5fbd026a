using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Experiments.Export;

/// <summary>Weights wherever they lie: a run's folder (its last whole checkpoint), a checkpoint's folder, or a file of any format. For looking at them and making others of them.</summary>
public static class Weights
{
    /// <summary>All arrays.</summary>
    /// <param name="path">A run, a checkpoint or a file.</param>
    /// <exception cref="DataException">There are none, or they are damaged.</exception>
    public static IReadOnlyList<NamedArray> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
        {
            using var file = WeightFile.Open(path);
            return [.. file.Names.Select(file.Read)];
        }
        return StartWeights.Read(path);
    }

    /// <summary>Arrays under other names.</summary>
    /// <param name="arrays">The arrays.</param>
    /// <param name="under">Only those below this path, which is left out of their names: <c>state_dict.module.encoder_q</c>.</param>
    /// <param name="renamed">Pairs of a name's beginning and what stands there instead, tried in order.</param>
    /// <exception cref="DataException">None is below that path, a rule meets no name, or two names become one.</exception>
    public static IReadOnlyList<NamedArray> Renamed(IReadOnlyList<NamedArray> arrays, string? under, IReadOnlyList<(string From, string To)> renamed)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ArgumentNullException.ThrowIfNull(renamed);
        if (under is not null)
        {
            var prefix = under.TrimEnd('.') + ".";
            NamedArray[] below = [.. arrays.Where(a => a.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(a => a.Renamed(a.Name[prefix.Length..]))];
            if (below.Length == 0) throw new DataException($"--under {under}: no array is below it; there are {Suggest.Some(arrays.Select(a => a.Name))}.");
            arrays = below;
        }
        foreach (var (from, _) in renamed)
            if (!arrays.Any(a => a.Name.StartsWith(from, StringComparison.Ordinal)))
                throw new DataException($"--rename {from}=…: no name begins so; there are {Suggest.Some(arrays.Select(a => a.Name))}.");
        NamedArray[] named = [.. arrays.Select(a =>
            renamed.FirstOrDefault(r => a.Name.StartsWith(r.From, StringComparison.Ordinal)) is { From: { } from, To: { } to } ? a.Renamed(to + a.Name[from.Length..]) : a)];
        return named.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1) is { } twice ? throw new DataException($"two arrays would be called '{twice.Key}'.") : named;
    }

    /// <summary>The mean of several states of one network: fractions are averaged in double precision, whole numbers and truth values are those of the last.</summary>
    /// <param name="states">At least two, of the same names and shapes.</param>
    /// <exception cref="DataException">They are of different networks; the message says where.</exception>
    public static IReadOnlyList<NamedArray> Average(IReadOnlyList<(string Path, IReadOnlyList<NamedArray> Arrays)> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (states.Count < 2) throw new ConfigurationException($"a mean takes two states at least, and {states.Count} came.");
        var first = states[0].Arrays.ToDictionary(a => a.Name);
        foreach (var (path, arrays) in states.Skip(1))
        {
            string[] apart =
            [
                .. first.Keys.Except(arrays.Select(a => a.Name)).Select(n => $"{n} is missing"), .. arrays.Where(a => !first.ContainsKey(a.Name)).Select(a => $"{a.Name} is not in the first"),
                .. arrays.Where(a => first.TryGetValue(a.Name, out var f) && (f.Type != a.Type || !f.Shape.AsSpan().SequenceEqual(a.Shape))).Select(a => $"{a} where the first has {first[a.Name]}"),
            ];
            if (apart.Length > 0) throw new DataException($"{path} and {states[0].Path} are of different networks: {Suggest.Some(apart)}.");
        }
        var all = states.Select(s => s.Arrays.ToDictionary(a => a.Name)).ToArray();
        return [.. states[0].Arrays.Select(a => IsFraction(a.Type) ? Mean([.. all.Select(s => s[a.Name])]) : all[^1][a.Name])];
    }

    static bool IsFraction(ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16;

    static NamedArray Mean(NamedArray[] arrays)
    {
        var sum = new double[arrays[0].Count];
        foreach (var array in arrays)
        {
            var values = array.ToDoubles();
            for (var i = 0; i < sum.Length; i++) sum[i] += values[i];
        }
        for (var i = 0; i < sum.Length; i++) sum[i] /= arrays.Length;
        return Numbers(arrays[0].Name, sum, arrays[0].Shape, arrays[0].Type == ElementType.Float64 ? ElementType.Float64 : ElementType.Float32);
    }

    /// <summary>Fractions in another precision; other numbers stay.</summary>
    /// <param name="array">The array.</param>
    /// <param name="type">Float32, Float64 or Float16.</param>
    public static NamedArray In(NamedArray array, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(array);
        return array.Type == type || !IsFraction(array.Type) ? array
            : Numbers(array.Name, array.ToDoubles(), array.Shape, type);
    }

    static NamedArray Numbers(string name, double[] values, long[] shape, ElementType type) => new(name, type, shape, type switch
    {
        ElementType.Float64 => Bytes(values),
        ElementType.Float16 => Bytes(Array.ConvertAll(values, v => (Half)v)),
        _ => Bytes(Array.ConvertAll(values, v => (float)v)),
    });

    static byte[] Bytes<T>(T[] values) where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>What is wrong with weights: a damaged checkpoint or file, numbers that are none.</summary>
    /// <param name="path">A run (all its checkpoints), a checkpoint or a file.</param>
    /// <returns>What was looked at, and what is wrong with it; null where nothing is.</returns>
    /// <exception cref="DataException">There is nothing of the kind.</exception>
    public static IReadOnlyList<(string What, string? Problem)> Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path)) return [(path, Problem(() => Read(path)))];
        if (Directory.Exists(Path.Combine(path, "checkpoints")))
        {
            var store = TrainedRun.StoreOf(path);
            return store.Steps.Count == 0 ? throw new DataException($"the run '{path}' has no checkpoint.") : [.. store.Steps.Select(s => OfCheckpoint(store.PathOf(s)))];
        }
        return Directory.Exists(path) ? [OfCheckpoint(path)] : throw new DataException($"there are no weights at '{path}'; give a run folder, a checkpoint folder or a file.");
    }

    static (string, string?) OfCheckpoint(string folder) => (folder, CheckpointStore.Problem(folder) ?? Problem(() => StartWeights.Read(folder)));

    static string? Problem(Func<IReadOnlyList<NamedArray>> read)
    {
        try
        {
            string[] wild = [.. read().Where(a => IsFraction(a.Type) && a.ToDoubles().Any(v => !double.IsFinite(v))).Select(a => a.Name)];
            return wild.Length == 0 ? null : $"{wild.Length} arrays hold numbers that are none or infinite: {Suggest.Some(wild)}";
        }
        catch (DataException e) { return e.Message; }
    }
}
