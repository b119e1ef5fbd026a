using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>Translates the names of torchvision's ResNet checkpoints to state paths and back.</summary>
public static class TorchvisionNames
{
    private static readonly (string Theirs, string Ours)[] Endings = [(".running_mean", ".runningMean"), (".running_var", ".runningVar")];

    /// <summary>The state path of a torchvision name; null for what has no place here (classifier, batch counters).</summary>
    /// <param name="name">For example <c>layer1.0.bn1.running_mean</c>; the prefixes <c>module.</c> and <c>encoder_q.</c> of MoCo's files are dropped.</param>
    public static string? ToPath(string name)
    {
        foreach (var prefix in new[] { "module.", "encoder_q.", "backbone." })
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        if (name.StartsWith("fc.", StringComparison.Ordinal) || name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
            return null;
        foreach (var (theirs, ours) in Endings)
            if (name.EndsWith(theirs, StringComparison.Ordinal))
                return name[..^theirs.Length] + ours;
        return name;
    }

    /// <summary>The torchvision name of a state path.</summary>
    public static string FromPath(string path)
    {
        foreach (var (theirs, ours) in Endings)
            if (path.EndsWith(ours, StringComparison.Ordinal))
                return path[..^ours.Length] + theirs;
        return path;
    }

    /// <summary>Renames a checkpoint so that <see cref="Nn.Module.Load"/> takes it.</summary>
    public static Dictionary<string, Tensor> ToState(IReadOnlyDictionary<string, Tensor> checkpoint)
        => checkpoint.Where(entry => ToPath(entry.Key) is not null).ToDictionary(entry => ToPath(entry.Key)!, entry => entry.Value);
}
