using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Studio;

/// <summary>Finds what is like a picture that was sent, or a sentence: by the run that made the vectors. The last one stays open.</summary>
/// <remarks>Called from <see cref="Work"/> alone, one at a time. What is sent never names a file: a picture is its bytes, and a sentence is made to look like no path.</remarks>
sealed class Likeness : IDisposable
{
    (string Key, Finder Finder)? open;

    /// <summary>What can be asked for: <c>picture</c>, <c>text</c>, or null for nothing.</summary>
    internal static string? KindOf(Collection file)
    {
        if (file.Manifest is not { } manifest || !Directory.Exists(manifest.Run)) return null;
        try
        {
            return DataKinds.Of(manifest.Data) switch { PictureModality => "picture", TextModality => "text", _ => null };
        }
        catch (KindredException) { return null; }
    }

    /// <summary>The nearest of a picture.</summary>
    internal IReadOnlyList<Found> OfPicture(Place file, byte[] picture, int k)
    {
        var folder = Directory.CreateTempSubdirectory("kindred-sent-");
        try
        {
            var path = Path.Combine(folder.FullName, "sent.png");                // the bytes say what it is
            File.WriteAllBytes(path, picture);
            return Open(file).Find(path, k) is [var answer, ..] ? answer.Neighbours : throw new DataException("This is no picture that can be read.");
        }
        finally { folder.Delete(recursive: true); }
    }

    /// <summary>The nearest of a sentence. Line feeds around it go away before it is looked at, and no file, address or table is called so.</summary>
    internal IReadOnlyList<Found> OfText(Place file, string text, int k) => Open(file).Find($"\n{text}\n", k) is [var answer, ..] ? answer.Neighbours : [];

    Finder Open(Place file)
    {
        var key = $"{file.Path} {File.GetLastWriteTimeUtc(file.Path).Ticks}";
        if (open is { } known && known.Key == key) return known.Finder;
        open?.Finder.Dispose();
        open = null;
        var finder = Finder.Open(file.Path);
        open = (key, finder);
        return finder;
    }

    public void Dispose() => open?.Finder.Dispose();
}
