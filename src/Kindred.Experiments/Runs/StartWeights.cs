using Kindred.Data.Text;
using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Io;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>Weights of another run or of another project, for a start from them or for looking at them.</summary>
public static class StartWeights
{
    /// <summary>Fills a module from a run folder, a checkpoint folder, a file of any format of <see cref="WeightFile"/>, or by the name <c>minilm</c>.</summary>
    /// <remarks>A file of another project fills the module's encoders (<see cref="PublishedWeights"/>), a momentum copy like its original; heads stay as they were drawn.</remarks>
    /// <returns>What a person should know: what was taken of a foreign file and what was left out; null where everything was taken.</returns>
    /// <exception cref="DataException">There is nothing of the kind, or it is of another model.</exception>
    public static string? Load(Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = Scope.Open();
        if (path == MiniLm.Name && !Path.Exists(path)) path = MiniLm.Weights;
        if (!File.Exists(path) || RunPlace.Of(path).Mark is not null)
        {
            Fill(module, path, Read(path).ToDictionary(a => a.Name, TensorArrays.ToTensor));
            return null;
        }
        using var file = WeightFile.Open(path);
        var arrays = file.Names.ToDictionary(name => name, name => (Func<Tensor>)(() => TensorArrays.ToTensor(file.Read(name))));
        if (!IsForeign(module, arrays.Keys))
        {
            Fill(module, path, arrays.ToDictionary(a => a.Key, a => a.Value()));
            return null;
        }
        Encoder[] encoders = [.. module.Modules().OfType<Encoder>()];
        if (encoders.Length == 0) throw new DataException($"{path} is a file of another project, and {module.GetType().Name} has no encoder that it could fill.");
        try
        {
            // All are found before the first is filled.
            PublishedWeights[] places = [.. encoders.Select(e => PublishedWeights.Find(e, arrays.Keys))];
            foreach (var (encoder, place) in encoders.Zip(places)) encoder.Load(place.Names.ToDictionary(n => n.Key, n => arrays[n.Value]()));
            return $"{path}: {places[0].Describe()}";
        }
        catch (DataException e) { throw new DataException($"{path}: {e.Message}", e); }
    }

    static void Fill(Module module, string path, IReadOnlyDictionary<string, Tensor> weights)
    {
        try { module.Load(weights); }
        catch (DataException e) { throw new DataException($"{path}: {e.Message}", e); }
    }

    // A file of ours shares paths with the module and has none of the names that only PyTorch's modules give.
    static bool IsForeign(Module module, IReadOnlyCollection<string> names) =>
        names.Any(name => name.EndsWith(".running_mean", StringComparison.Ordinal) || name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)
            || name.EndsWith("cls_token", StringComparison.Ordinal))
        || !module.State().Any(s => names.Contains(s.Path));

    internal static IReadOnlyList<NamedArray> ModelOf(Checkpoint checkpoint) => checkpoint.Parts.TryGetValue(TrainingState.Model, out var model) ? model
        : throw new DataException($"the checkpoint of step {checkpoint.Step} has no file '{TrainingState.Model}' of weights; it was not written by a training.");

    internal static IReadOnlyList<NamedArray> Read(string path)
    {
        if (Directory.Exists(Path.Combine(path, "checkpoints")) || RunPlace.Of(path).Mark is not null) return ModelOf(RunPlace.Of(path).Read());
        return Directory.Exists(path) ? ModelOf(CheckpointStore.Load(path))
            : throw new DataException($"there are no weights at '{path}'; give a run folder, a checkpoint folder, a .safetensors file or one that torch.save wrote.");
    }
}
