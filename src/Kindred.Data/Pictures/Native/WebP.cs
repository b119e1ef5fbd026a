using System.Runtime.InteropServices;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures.Native;

/// <summary>The libwebp calls that are used (webp/decode.h, ABI 0x0209).</summary>
static unsafe partial class WebP
{
    internal const int Abi = 0x0209;

    /// <summary>WebPBitstreamFeatures.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Features
    {
        internal int Width, Height, HasAlpha, HasAnimation, Format;
        readonly uint pad0, pad1, pad2, pad3, pad4;
    }

    [LibraryImport(PictureLibrary.WebP)]
    internal static partial int WebPGetFeaturesInternal(byte* bytes, nuint size, Features* features, int abi);

    [LibraryImport(PictureLibrary.WebP)]
    internal static partial byte* WebPDecodeRGBInto(byte* bytes, nuint size, byte* destination, nuint capacity, int stride);

    [LibraryImport(PictureLibrary.WebP)]
    internal static partial byte* WebPDecodeRGBAInto(byte* bytes, nuint size, byte* destination, nuint capacity, int stride);
}
