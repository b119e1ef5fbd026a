using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Everything that the next step depends on: weights, buffers, optimizer slots, random state and where training stands.</summary>
/// <remarks>
/// Views and the order of samples need no state: they are drawn from (seed, epoch, sample, view). Restoring a state and going on
/// gives the same numbers as never having stopped.
/// </remarks>
public sealed class TrainingState
{
    readonly Method method;
    readonly IReadOnlyDictionary<string, Optimizer> optimizers;
    readonly ulong seed;
    readonly HashSet<string> unset;

    /// <summary>The file of a checkpoint that holds the method's parameters and buffers.</summary>
    public const string Model = "model";
    /// <summary>The file that holds the optimizers' slots.</summary>
    public const string Slots = "optimizer";
    /// <summary>The file that holds random state and counters.</summary>
    public const string Rest = "method";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Files { get; } = [Model, Slots, Rest];

    /// <summary>The state of a method that nothing was loaded into yet: what is not finite now, stands for "not set" and may stay so.</summary>
    /// <param name="method">What learns.</param>
    /// <param name="optimizers">One for each player.</param>
    /// <param name="seed">What everything random follows from.</param>
    public TrainingState(Method method, IReadOnlyDictionary<string, Optimizer> optimizers, ulong seed)
    {
        (this.method, this.optimizers, this.seed) = (method, optimizers, seed);
        unset = [.. NotFinite()];
    }

    /// <summary>Where training stands.</summary>
    public Position Position { get; set; } = new(default, null, null, 0);

    /// <summary>Who looks at losses over many steps, if anybody: what it remembers belongs to the state.</summary>
    public Guard? Guard { get; set; }

    /// <summary>The first weight, running statistic, memory or optimizer slot that is no longer finite; null when all are.</summary>
    public string? Broken => NotFinite().FirstOrDefault(name => !unset.Contains(name));

    /// <summary>Calls <paramref name="use"/> with the named tensors of each file, in a fixed order; the tensors die afterwards.</summary>
    public void Visit(Action<string, IReadOnlyList<(string Name, Tensor Value)>> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        use(Model, [.. method.State().Select(s => (s.Path, s.State.Value)).OrderBy(s => s.Path, StringComparer.Ordinal)]);
        use(Slots, [.. optimizers.OrderBy(o => o.Key, StringComparer.Ordinal)
            .SelectMany(o => o.Value.State().Select(s => ($"{o.Key}/{s.Path}", s.Value)).OrderBy(s => s.Item1, StringComparer.Ordinal))]);
        use(Rest, [("generator", Tensor.From<byte>(Generator.Default.State)), ("seed", Tensor.From<long>([(long)seed])), .. PositionTensors.Write(Position), .. Guard?.Write() ?? []]);
    }

    /// <summary>SHA-256 over every tensor's name, type, shape and bytes: two runs that ended alike have the same.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Visit((file, tensors) =>
        {
            foreach (var (name, value) in tensors)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file}/{name} {value.Dtype} [{string.Join(',', value.Shape)}]\n")));
                hash.AppendData(Bytes(value));
            }
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Copies of all tensors as arrays, by file.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> Capture()
    {
        var files = new Dictionary<string, IReadOnlyList<NamedArray>>();
        Visit((file, tensors) => files[file] = [.. tensors.Select(t => TensorArrays.ToArray(t.Name, t.Value))]);
        return files;
    }

    /// <summary>Puts everything back.</summary>
    /// <param name="files">What <see cref="Capture"/> gave.</param>
    /// <exception cref="DataException">Tensors are missing or of another shape: the checkpoint is of another model or recipe.</exception>
    public void Restore(IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        Dictionary<string, Tensor> Read(string file) => files.TryGetValue(file, out var arrays)
            ? arrays.ToDictionary(a => a.Name, TensorArrays.ToTensor)
            : throw new DataException($"the checkpoint has no file '{file}'; it was not written by this version.");

        Dictionary<string, Tensor> model = Read(Model), slots = Read(Slots), rest = Read(Rest);
        foreach (var name in new[] { "generator", "progress", "seed" })
            if (!rest.ContainsKey(name)) throw new DataException($"the checkpoint's file '{Rest}' has no '{name}'; it was not written by this version.");
        if (rest["seed"].ItemLong() is var other && other != (long)seed)
            throw new DataException($"the checkpoint was written with the seed {(ulong)other}, this training has {seed}: it is of another run.");
        Put(new Dictionary<string, IReadOnlyDictionary<string, Tensor>> { [Model] = model, [Slots] = slots, [Rest] = rest });
        Position = PositionTensors.Read(rest, method);
    }

    /// <summary>Puts weights, memories, slots and random state back; <see cref="Position"/> stays.</summary>
    internal void Put(IReadOnlyDictionary<string, IReadOnlyDictionary<string, Tensor>> files)
    {
        using var scope = Scope.Open();
        using var _ = NoGradient.Begin();
        method.Load(files[Model]);
        foreach (var (player, optimizer) in optimizers)
            optimizer.Load(files[Slots].Where(s => s.Key.StartsWith(player + "/", StringComparison.Ordinal)).ToDictionary(s => s.Key[(player.Length + 1)..], s => s.Value));
        Generator.Default.State = files[Rest]["generator"].ToArray<byte>();
        Guard?.Read(files[Rest]);
    }

    List<string> NotFinite()
    {
        var found = new List<string>();
        Visit((file, tensors) =>
        {
            if (file == Rest) return;
            foreach (var (name, value) in tensors)
                if (value.Dtype.IsFloatingPoint && value.Isfinite().All().Item() == 0) found.Add(name);
        });
        return found;
    }

    static ReadOnlySpan<byte> Bytes(Tensor value) => TensorArrays.ToArray("", value).Bytes.Span;
}
