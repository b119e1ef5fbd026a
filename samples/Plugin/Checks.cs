using System.Globalization;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Samples;

/// <summary>A place of one's own that pictures come from: <c>checks:60</c> are 60 drawn boards. Any recipe of pictures can learn from it.</summary>
[PictureSource("checks", "N", "drawn boards, as many as the URI says")]
public sealed class Checks : PictureSource
{
    /// <inheritdoc/>
    public override IPictures Open(DataUri uri, PictureLimits? limits) => int.TryParse(uri.Path, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 1_000_000
        ? new Boards(count)
        : throw new ConfigurationException($"{uri}: expected is a number of boards between 1 and 999999, such as checks:60.");
}

/// <summary>The boards, drawn when they are asked for: fine ones and coarse ones.</summary>
/// <param name="count">How many.</param>
sealed class Boards(int count) : IPictures
{
    const int Side = 24;

    /// <inheritdoc/>
    public string Description => $"checks:{count}";

    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => ["fine", "coarse"];

    /// <inheritdoc/>
    public string Name(int index) => $"board {index}";

    /// <inheritdoc/>
    public int Label(int index) => index % 2;

    /// <summary>They never change.</summary>
    public FileStamp Stamp(int index) => new(Side, 0);

    /// <inheritdoc/>
    public PictureReader Open() => new Drawn();

    /// <inheritdoc/>
    public void Dispose() { }

    sealed class Drawn : PictureReader
    {
        int current;

        public override PictureInfo Measure(int index)
        {
            current = index;
            return new(PictureFormat.Raw, Side, Side, 3);
        }

        public override void Decode(Region region, int scale, Picture into)
        {
            into.Reset(Side, Side, 3);
            var size = current % 2 == 0 ? 3 : 8;
            for (var y = 0; y < Side; y++)
                for (var x = 0; x < Side; x++)
                    into.Row(y).Slice(3 * x, 3).Fill((byte)(((x / size) + (y / size) + (current / 2)) % 2 == 0 ? 40 + (current % 100) : 220));
        }
    }
}
