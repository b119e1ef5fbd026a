using System.Runtime.InteropServices;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures.Native;

/// <summary>The libspng calls that are used (spng.h 0.7).</summary>
static unsafe partial class Spng
{
    internal const int Rgba8 = 1, Rgb8 = 4;

    /// <summary>SPNG_DECODE_TRNS: a colour declared transparent becomes alpha 0.</summary>
    internal const int ApplyTransparency = 1;

    /// <summary>SPNG_DECODE_PROGRESSIVE: rows are asked for one by one.</summary>
    internal const int Progressive = 256;

    /// <summary>SPNG_EOI: the last row has been decoded.</summary>
    internal const int EndOfImage = 75;

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial nint spng_ctx_new(int flags);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial void spng_ctx_free(nint context);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial int spng_set_image_limits(nint context, uint width, uint height);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial int spng_set_chunk_limits(nint context, nuint chunk, nuint cache);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial int spng_set_png_buffer(nint context, byte* bytes, nuint size);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial int spng_decode_image(nint context, byte* destination, nuint size, int format, int flags);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial int spng_decode_row(nint context, byte* destination, nuint size);

    [LibraryImport(PictureLibrary.Spng)]
    internal static partial byte* spng_strerror(int error);
}
