namespace Kindred.Encoders;

/// <summary>Translates the names that torchvision's ResNets and timm's vision transformers carry in files to state paths and back.</summary>
public static class TorchvisionNames
{
    static readonly (string Theirs, string Ours)[] endings = [(".running_mean", ".runningMean"), (".running_var", ".runningVar")];
    static readonly (string Theirs, string Ours)[] whole = [("patch_embed.proj.weight", "patchWeight"), ("patch_embed.proj.bias", "patchBias"), ("cls_token", "clsToken"), ("pos_embed", "posEmbed")];

    /// <summary>The state path of a name; null for what has no place here (classifier, batch counters).</summary>
    /// <param name="name">For example <c>layer1.0.bn1.running_mean</c>, without what stands before the encoder (<see cref="PublishedWeights"/>).</param>
    public static string? ToPath(string name)
    {
        if (name.StartsWith("fc.", StringComparison.Ordinal) || IsCounter(name))
            return null;
        foreach (var (theirs, ours) in whole)
            if (name == theirs)
                return ours;
        foreach (var (theirs, ours) in endings)
            if (name.EndsWith(theirs, StringComparison.Ordinal))
                return name[..^theirs.Length] + ours;
        return name.StartsWith("blocks.", StringComparison.Ordinal) ? name.Replace(".mlp.fc", ".fc", StringComparison.Ordinal) : name;
    }

    /// <summary>The name in a file of a state path.</summary>
    public static string FromPath(string path)
    {
        foreach (var (theirs, ours) in whole)
            if (path == ours)
                return theirs;
        foreach (var (theirs, ours) in endings)
            if (path.EndsWith(ours, StringComparison.Ordinal))
                return path[..^ours.Length] + theirs;
        return path.StartsWith("blocks.", StringComparison.Ordinal) ? path.Replace(".fc", ".mlp.fc", StringComparison.Ordinal) : path;
    }

    internal static bool IsCounter(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);
}
