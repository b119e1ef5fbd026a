using Kindred.Data.Pictures;

namespace Kindred.Data.Sources;

/// <summary>Registers a place that pictures come from: the word in front of the colon of its data URIs.</summary>
/// <param name="name">The word, such as <c>zip</c>.</param>
/// <param name="path">What stands behind the colon, such as <c>FILE</c>; empty for nothing.</param>
/// <param name="title">What it is, in a few words.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PictureSourceAttribute(string name, string path, string title) : PartAttribute(name)
{
    /// <summary>What stands behind the colon.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override string Title { get; init; } = title;
}

/// <summary>A kind of place that pictures come from, for plug-ins: every recipe of pictures can then name it.</summary>
/// <remarks>Needs a public constructor without parameters. <c>?hold=</c>, <c>?n=</c> and the other keys that choose a part work on what it opens, without its doing.</remarks>
public abstract class PictureSource
{
    /// <summary>The keys that its URIs may have behind the question mark, beside those of every source.</summary>
    public virtual IReadOnlyList<string> Keys => ["split"];

    /// <summary>Whether <c>?split=train</c> and <c>?split=test</c> are there; where not, evaluations hold out a share.</summary>
    public virtual bool Divided => false;

    /// <summary>Opens it.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="limits">What a file may claim to be.</param>
    /// <returns>The pictures; whoever asked disposes them.</returns>
    /// <exception cref="DataException">Missing or broken.</exception>
    public abstract IPictures Open(DataUri uri, PictureLimits? limits);
}
