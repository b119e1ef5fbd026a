using Kindred.Nn;

namespace Kindred.Encoders;

/// <summary>Where an encoder's weights lie in a file of another training: a plain backbone, or one of several networks beside heads, queues and optimizers.</summary>
/// <remarks>
/// Nothing is listed by project: any place that holds all of the encoder's names counts, be it <c>module.encoder_q.</c> (MoCo), <c>module.base_encoder.</c> (MoCo v3),
/// <c>module.encoder.</c> (SimSiam), <c>module.</c> (SwAV), <c>online_encoder.net.</c> (BYOL) or <c>teacher.backbone.</c> (DINO). Of several, the network that is
/// trained by gradient is taken, not its momentum copy; of a teacher and its student the teacher, whose features DINO reports.
/// </remarks>
/// <param name="Prefix">What stands before the encoder's names, for example <c>module.encoder_q.</c>; empty for a plain backbone.</param>
/// <param name="Names">Name in the file of each state path of the encoder.</param>
/// <param name="LeftOut">What else the file holds, each with its number of tensors: the classifier, heads, other networks, queues.</param>
public sealed record PublishedWeights(string Prefix, IReadOnlyDictionary<string, string> Names, IReadOnlyList<(string What, int Tensors)> LeftOut)
{
    static readonly string[] wrappers = ["state_dict", "model", "module"];
    static readonly string[] taken = ["encoder_q", "query", "online", "base_encoder", "teacher"];
    static readonly string[] passed = ["encoder_k", "key", "target", "momentum", "ema", "student"];

    /// <summary>Finds an encoder among the names of a file.</summary>
    /// <param name="encoder">The encoder that is to be filled.</param>
    /// <param name="names">The names of all tensors of the file.</param>
    /// <exception cref="DataException">No place holds all of it; the message names the best one and what it lacks.</exception>
    public static PublishedWeights Find(Module encoder, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(names);
        string[] all = [.. names];
        var wanted = encoder.State().ToDictionary(s => s.Path, s => NameOf(encoder, s.Path), StringComparer.Ordinal);
        var present = all.ToHashSet(StringComparer.Ordinal);
        // Each name that ends in one of ours proposes the place before it.
        var ends = wanted.Values.ToHashSet(StringComparer.Ordinal);
        var places = from name in all from end in Tails(name) where ends.Contains(end) group name by name[..^end.Length] into place select (Prefix: place.Key, Count: place.Distinct().Count());
        var ranked = places.OrderByDescending(p => p.Count).ThenBy(p => Rank(p.Prefix)).ThenBy(p => p.Prefix.Length).ThenBy(p => p.Prefix, StringComparer.Ordinal).ToArray();
        if (ranked.Length == 0)
            throw new DataException($"none of {all.Length} tensors has a name of {encoder.GetType().Name}'s: the file holds "
                + $"{Suggest.Some(Groups(all, "").Select(Text))}. Build the encoder that the file was trained with.");
        var prefix = ranked[0].Prefix;
        var missing = wanted.Values.Where(name => !present.Contains(prefix + name)).ToArray();
        if (missing.Length > 0)
            throw new DataException($"the file holds no whole {encoder.GetType().Name} as this recipe builds it: at '{prefix}', its best place, "
                + $"{missing.Length} of {wanted.Count} tensors are missing, "
                + $"{Suggest.Some(missing)}. Build the encoder that the file was trained with (depth, stem, width).");
        var used = wanted.Values.Select(name => prefix + name).ToHashSet(StringComparer.Ordinal);
        return new(prefix, wanted.ToDictionary(w => w.Key, w => prefix + w.Value, StringComparer.Ordinal),
            [.. Groups(all.Where(name => !used.Contains(name) && !TorchvisionNames.IsCounter(name)), prefix)]);
    }

    /// <summary>The name in a published file of an encoder's state path.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="path">For example <c>layer1.0.bn1.runningMean</c>.</param>
    public static string NameOf(Module encoder, string path) => (encoder as INamedInFiles)?.NameInFile(path) ?? TorchvisionNames.FromPath(path);

    /// <summary>What was found and what was left, in words: for a person who starts from the file.</summary>
    public string Describe() =>
        $"took the encoder's {Names.Count} tensors {(Prefix.Length == 0 ? "of the file" : $"below '{Prefix.TrimEnd('.')}'")}; "
            + $"{(LeftOut.Count == 0 ? "nothing else was in it" : $"left out {string.Join(", ", LeftOut.Select(Text))}")}.";

    static string Text((string What, int Tensors) group) => group.Tensors == 1 ? group.What : $"{group.What} ({group.Tensors} tensors)";

    static IEnumerable<string> Tails(string name)
    {
        yield return name;
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            yield return name[(dot + 1)..];
    }

    static int Rank(string prefix) =>
        taken.Any(word => prefix.Contains(word, StringComparison.OrdinalIgnoreCase)) ? 0 : passed.Any(word => prefix.Contains(word, StringComparison.OrdinalIgnoreCase)) ? 2 : 1;

    // Named by the first part that tells something: beside the encoder as from there, elsewhere without the wrappers.
    static IEnumerable<(string What, int Tensors)> Groups(IEnumerable<string> names, string prefix) =>
        names.GroupBy(name => Label(name, prefix)).Select(g => (g.Key, g.Count()));

    static string Label(string name, string prefix)
    {
        if (prefix.Length > 0 && name.StartsWith(prefix, StringComparison.Ordinal))
            return name[prefix.Length..].Split('.')[0];
        var parts = name.Split('.');
        return parts.FirstOrDefault(part => !wrappers.Contains(part)) ?? name;
    }
}
