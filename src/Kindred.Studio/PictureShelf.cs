using Kindred.Data.Audit;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Studio;

/// <summary>Opens the pictures that vectors were made of, and draws them small.</summary>
/// <param name="data">Where all pictures are; null for where each file of vectors says.</param>
sealed class PictureShelf(string? data) : IDisposable
{
    const int MostOpen = 4;

    readonly Lock gate = new();
    readonly Dictionary<string, Shelf?> open = [];

    /// <summary>The pictures of a data URI by name; null where they are no pictures or cannot be opened.</summary>
    internal Shelf? Of(string? uri)
    {
        if ((data ?? uri) is not { } wanted) return null;
        lock (gate)
        {
            if (open.TryGetValue(wanted, out var known)) return known;
            if (open.Count >= MostOpen) Close();
            return open[wanted] = Open(wanted);
        }
    }

    static Shelf? Open(string uri)
    {
        try { return DataKinds.Of(uri) is PictureModality ? new(PictureSources.Open(uri)) : null; }
        catch (KindredException) { return null; }
    }

    void Close()
    {
        foreach (var shelf in open.Values) shelf?.Dispose();
        open.Clear();
    }

    public void Dispose() => Close();

    /// <summary>One source.</summary>
    internal sealed class Shelf : IDisposable
    {
        readonly IPictures pictures;
        readonly Dictionary<string, int> rows = [];

        internal Shelf(IPictures pictures)
        {
            this.pictures = pictures;
            for (var i = 0; i < pictures.Count; i++) rows.TryAdd(pictures.Name(i), i);
        }

        internal bool Has(string name) => rows.ContainsKey(name);

        /// <summary>A picture as PNG, at most so many pixels wide and high; null of one that is not there or cannot be read.</summary>
        internal byte[]? Thumbnail(string name, int side)
        {
            if (!rows.TryGetValue(name, out var row)) return null;
            var sheet = NeighbourSheet.Single(new(pictures, row), side);
            if (sheet is null) return null;
            using var stream = new MemoryStream();
            PngWriter.Write(stream, sheet);
            return stream.ToArray();
        }

        public void Dispose() => pictures.Dispose();
    }
}
