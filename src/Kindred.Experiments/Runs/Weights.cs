using Kindred.Io;
using Kindred.Nn;
using Kindred.Torch;
using Kindred.Experiments.Training;

namespace Kindred.Experiments.Runs;

/// <summary>Weights of another run, for a start from them or for looking at them.</summary>
public static class Weights
{
    /// <summary>Fills a module from a run folder, a checkpoint folder or a safetensors file.</summary>
    /// <exception cref="DataException">There is nothing of the kind, or it is of another model.</exception>
    public static void Load(Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = Scope.Open();
        module.Load(Read(path).ToDictionary(a => a.Name, TensorArrays.ToTensor));
    }

    static IReadOnlyList<NamedArray> Read(string path)
    {
        if (File.Exists(path)) return SafeTensors.Read(path);
        if (Directory.Exists(Path.Combine(path, "checkpoints")))
            return new CheckpointStore(Path.Combine(path, "checkpoints")).LoadLast(out _) is { } last ? last.Parts[TrainingState.Model]
                : throw new DataException($"the run '{path}' has no whole checkpoint.");
        return Directory.Exists(path) ? CheckpointStore.Load(path).Parts[TrainingState.Model]
            : throw new DataException($"there are no weights at '{path}'; give a run folder, a checkpoint folder or a .safetensors file.");
    }
}
