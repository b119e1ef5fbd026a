using Kindred.Data.Files;
using Kindred.Data.Pictures;

namespace Kindred.Data.Sources;

/// <summary>A set of pictures: numbered, named, perhaps labelled; read through one <see cref="PictureReader"/> a thread.</summary>
/// <remarks>Everything here is fixed once the source is open and safe to call from any thread; order and labels are the same in every run over the same files.</remarks>
public interface IPictures : IDisposable
{
    /// <summary>What was opened, for messages: a data URI where there is one.</summary>
    string Description { get; }

    /// <summary>How many pictures there are.</summary>
    int Count { get; }

    /// <summary>The names of the classes, in the order of their labels; empty without labels.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>A picture's name, unique in its source. Bytes that are no UTF-8 are kept as lone surrogates (<see cref="FileNames"/>).</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    string Name(int index);

    /// <summary>A picture's class, or −1 if it has none.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    int Label(int index);

    /// <summary>Further things that are known of each picture beside its class: who drew it, which camera took it.</summary>
    IReadOnlyList<string> Columns => [];

    /// <summary>What is known of a picture; null where nothing is.</summary>
    /// <param name="column">One of <see cref="Columns"/>.</param>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    string? Value(string column, int index) => null;

    /// <summary>Size and time of what holds the picture now, to notice changes between stop and resume.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    FileStamp Stamp(int index);

    /// <summary>Opens a reader for one thread.</summary>
    PictureReader Open();
}

/// <summary>Pictures of which several show the same thing, so that a held-out part takes all of them or none.</summary>
public interface IGroupedPictures : IPictures
{
    /// <summary>The thing that a picture shows.</summary>
    /// <param name="index">0 to <see cref="IPictures.Count"/> − 1.</param>
    int Group(int index);
}

/// <summary>Reads pictures of one source on one thread, in two steps: measure, then decode what is needed.</summary>
public abstract class PictureReader : IDisposable
{
    /// <summary>Fetches a picture's bytes and reads its header.</summary>
    /// <param name="index">Which picture.</param>
    /// <returns>Its upright size and channels.</returns>
    /// <exception cref="PictureException">Broken, vanished, unsupported or too large.</exception>
    public abstract PictureInfo Measure(int index);

    /// <summary>Decodes at least a region of the picture measured last.</summary>
    /// <param name="region">The pixels needed; more may come, and the picture's placement says what came.</param>
    /// <param name="scale">How far the picture may be reduced: 1, 2, 4 or 8.</param>
    /// <param name="into">Receives the pixels.</param>
    /// <exception cref="PictureException">Broken in the part that was decoded.</exception>
    public abstract void Decode(Region region, int scale, Picture into);

    /// <summary>Reads a whole picture at full size.</summary>
    /// <param name="index">Which picture.</param>
    /// <param name="into">Receives the pixels.</param>
    /// <exception cref="PictureException">Broken, vanished, unsupported or too large.</exception>
    public void Read(int index, Picture into)
    {
        var info = Measure(index);
        Decode(new(0, 0, info.Width, info.Height), 1, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the reader holds.</summary>
    /// <param name="disposing">Always true; readers own no memory of their own beyond disposable parts.</param>
    protected virtual void Dispose(bool disposing) { }
}
