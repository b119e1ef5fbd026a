using System.Runtime.InteropServices;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures.Native;

/// <summary>The TurboJPEG calls that are used (libjpeg-turbo 2.x, turbojpeg.h).</summary>
static unsafe partial class TurboJpeg
{
    internal const int Rgb = 0, Grey = 6, Cmyk = 11;

    /// <summary>TJFLAG_LIMITSCANS: a progressive file with more than 500 scans is refused.</summary>
    internal const int LimitScans = 32768;

    /// <summary>TJERR_WARNING: the file is damaged but pixels came out.</summary>
    internal const int Warning = 0;

    [LibraryImport(PictureLibrary.TurboJpeg)]
    internal static partial nint tjInitDecompress();

    [LibraryImport(PictureLibrary.TurboJpeg)]
    internal static partial int tjDestroy(nint handle);

    [LibraryImport(PictureLibrary.TurboJpeg)]
    internal static partial int tjDecompress2(
        nint handle, byte* jpeg, CULong size, byte* destination, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(PictureLibrary.TurboJpeg)]
    internal static partial byte* tjGetErrorStr2(nint handle);

    [LibraryImport(PictureLibrary.TurboJpeg)]
    internal static partial int tjGetErrorCode(nint handle);
}
