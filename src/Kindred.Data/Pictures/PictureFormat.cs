using System.Text;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>How a picture is encoded, told by its first bytes and never by its name.</summary>
public enum PictureFormat
{
    /// <summary>Nothing that is read here.</summary>
    Unknown,

    /// <summary>JPEG, baseline or progressive, 8 bits a sample.</summary>
    Jpeg,

    /// <summary>PNG, any bit depth and colour type.</summary>
    Png,

    /// <summary>WebP, lossy or lossless; of an animation the first frame.</summary>
    WebP,

    /// <summary>Pixels that need no decoding: CIFAR, STL-10, idx, a packed cache.</summary>
    Raw,
}

/// <summary>Tells formats apart and says what a refused file looks like.</summary>
public static class PictureFormats
{
    /// <summary>The longest beginning of a file that <see cref="Sniff"/> looks at.</summary>
    public const int SniffLength = 16;

    /// <summary>The format by the first bytes.</summary>
    /// <param name="bytes">The file, or at least its first <see cref="SniffLength"/> bytes.</param>
    public static PictureFormat Sniff(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => PictureFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] => PictureFormat.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => PictureFormat.WebP,
        _ => PictureFormat.Unknown,
    };

    /// <summary>Why a file of unknown format is refused, in words that help to find the mistake.</summary>
    /// <param name="bytes">The beginning of the file.</param>
    internal static string Refusal(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "the file is empty";
        var known = bytes switch
        {
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "a GIF",
            [(byte)'B', (byte)'M', ..] => "a BMP",
            [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "a TIFF",
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "an AVIF, HEIF or video file",
            [0xFF, 0x0A, ..] => "a JPEG XL",
            [0x1F, 0x8B, ..] => "gzip data",
            [(byte)'P', (byte)'K', ..] => "a zip archive",
            _ => null,
        };
        if (known is not null)
            return $"{known}; read here are JPEG, PNG and WebP: convert it";
        return $"neither JPEG, PNG nor WebP; the file begins with {Quote(bytes[..Math.Min(12, bytes.Length)])}";
    }

    static string Quote(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is not ((>= 32 and < 127) or 9 or 10 or 13))
                return "the bytes " + Convert.ToHexString(bytes);
        }
        return $"the text \"{Encoding.ASCII.GetString(bytes).ReplaceLineEndings(" ")}\"";
    }
}
