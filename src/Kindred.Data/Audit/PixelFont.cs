using Kindred.Data.Pictures;

namespace Kindred.Data.Audit;

/// <summary>Small letters for captions in pictures: five pixels wide and seven high, capitals drawn as small ones.</summary>
static class PixelFont
{
    /// <summary>Pixels from one letter to the next, and from one line to the next.</summary>
    internal const int Advance = 6, Height = 8;

    const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz.-_/:()+×?";

    // Five columns a letter, the lowest bit at the top.
    static readonly ulong[] columns =
    [
        0x3E5149453E, 0x00427F4000, 0x4261514946, 0x2141454B31, 0x1814127F10, 0x2745454539, 0x3C4A494930, 0x0171090503, 0x3649494936, 0x064949291E,
        0x2054545478, 0x7F48444438, 0x3844444420, 0x384444487F, 0x3854545418, 0x087E090102, 0x0C5252523E, 0x7F08040478, 0x00447D4000, 0x2040443D00,
        0x7F10284400, 0x00417F4000, 0x7C04180478, 0x7C08040478, 0x3844444438, 0x7C14141408, 0x081414187C, 0x7C08040408, 0x4854545420, 0x043F444020,
        0x3C4040207C, 0x1C2040201C, 0x3C4030403C, 0x4428102844, 0x0C5050503C, 0x4464544C44, 0x0060600000, 0x0808080808, 0x4040404040, 0x2010080402,
        0x0036360000, 0x001C224100, 0x0041221C00, 0x08083E0808, 0x4428102844, 0x0201510906,
    ];

    /// <summary>As much of a text as fits: its end, where it is too long, since that is where files differ.</summary>
    internal static string Fitting(string text, int width)
    {
        var room = Math.Max(1, width / Advance);
        return text.Length <= room ? text : room <= 2 ? text[..room] : $"..{text[^(room - 2)..]}";
    }

    /// <summary>Writes a line in dark grey; what lies outside is left out.</summary>
    internal static void Write(Picture into, int left, int top, string text)
    {
        foreach (var (number, letter) in text.Index())
        {
            if (letter == ' ') continue;
            var at = Letters.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal);
            var shape = columns[at < 0 ? ^1 : at];
            for (var x = 0; x < 5; x++)
            {
                for (var y = 0; y < 7; y++)
                {
                    var (column, row) = (left + (number * Advance) + x, top + y);
                    if (((shape >> (8 * (4 - x))) & (1UL << y)) == 0 || column < 0 || column >= into.Width || row < 0 || row >= into.Height) continue;
                    into.Row(row).Slice(into.Channels * column, Math.Min(3, into.Channels)).Fill(50);
                }
            }
        }
    }
}
