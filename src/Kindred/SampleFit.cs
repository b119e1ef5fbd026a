using System.Collections.Concurrent;
using System.Reflection;

namespace Kindred;

/// <summary>Asks whether samples are of a kind that a part takes.</summary>
public static class SampleFit
{
    static readonly ConcurrentDictionary<Type, SampleKinds> taken = new();

    /// <summary>What a part says it takes (<see cref="MethodAttribute.Takes"/>, <see cref="EncoderAttribute.Takes"/>); what stands on no class says nothing, and takes everything.</summary>
    /// <param name="part">The class of a method or an encoder.</param>
    public static SampleKinds TakenBy(Type part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return taken.GetOrAdd(part, type => type.GetCustomAttributes<PartAttribute>().Aggregate(SampleKinds.None, (all, a) => all | Said(a)) is var said and not SampleKinds.None
            ? said : SampleKinds.Any);
    }

    static SampleKinds Said(PartAttribute attribute) => attribute switch { MethodAttribute method => method.Takes, EncoderAttribute encoder => encoder.Takes, _ => SampleKinds.None };

    /// <summary>The kinds in words: <c>points, sound or pictures</c>.</summary>
    /// <param name="kinds">Flags.</param>
    public static string Words(SampleKinds kinds)
    {
        string[] words = [.. Enum.GetValues<SampleKinds>().Where(k => System.Numerics.BitOperations.IsPow2((int)k) && kinds.HasFlag(k)).Select(k => k.ToString().ToLowerInvariant())];
        return words.Length < 2 ? string.Concat(words) : $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }

    /// <summary>Refuses what is of another kind.</summary>
    /// <param name="who">Whose step it is, such as <c>mine-gan</c> or <c>encoder: wave</c>.</param>
    /// <param name="takes">What it takes.</param>
    /// <param name="given">What there is; nothing is known where it is <see cref="SampleKinds.None"/>.</param>
    /// <param name="instead">What could be done besides giving other data.</param>
    /// <exception cref="ConfigurationException">None of the kinds is taken.</exception>
    public static void Check(string who, SampleKinds takes, SampleKinds given, string? instead = null)
    {
        if (given == SampleKinds.None || (takes & given) != SampleKinds.None) return;
        throw new ConfigurationException($"{who} takes {Words(takes)}, and these data are {Words(given)}; give it other data, for example by --data {Example(takes)} (kindred list datasets)"
            + $"{instead}.");
    }

    static string Example(SampleKinds takes) => takes switch
    {
        _ when takes.HasFlag(SampleKinds.Pictures) => "folder:PATH",
        _ when takes.HasFlag(SampleKinds.Sentences) => "text:PATH or concepts:PATH",
        _ when takes.HasFlag(SampleKinds.Graphs) => "tu:PATH",
        _ when takes.HasFlag(SampleKinds.Sound) => "audio:PATH",
        _ when takes.HasFlag(SampleKinds.Points) => "points:25-gaussians or columns:gaussian",
        _ => "video-text:PATH",
    };
}
