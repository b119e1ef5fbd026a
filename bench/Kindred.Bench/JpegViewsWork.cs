using Kindred.Data.Pictures;
using Kindred.Data.Views;

namespace Kindred.Bench;

/// <summary>Two views of each of some JPEG files in memory: both are drawn first, then the file is decoded once, no further than both need.</summary>
sealed class JpegViewsWork : ViewsWork
{
    readonly PictureDecoder decoder = new();
    readonly Picture picture = new();
    readonly byte[][] files;
    readonly bool decodeOnly;

    public JpegViewsWork(bool blur, int images, ulong seed, bool decodeOnly) : base(224, blur, images, seed)
    {
        this.decodeOnly = decodeOnly;
        files = [.. Pictures.Select(p => JpegWriter.Encode(p))];
    }

    public override int? MeanBytes => (int)files.Average(f => f.Length);

    protected override void Make(int index)
    {
        if (decodeOnly)
        {
            decoder.Decode(files[index], picture);
            return;
        }
        DrawnView first = Draw(index, 0), second = Draw(index, 1);
        var region = Region(first.Region).Union(Region(second.Region));
        decoder.Decode(files[index], decoder.Measure(files[index]), region, Math.Min(first.DecodeScale, second.DecodeScale), picture);
        Show(index, 0, picture, first);
        Show(index, 1, picture, second);
    }

    static Region Region(PixelBox box) => new(box.X, box.Y, box.Width, box.Height);

    protected override void Dispose(bool disposing) => decoder.Dispose();
}
