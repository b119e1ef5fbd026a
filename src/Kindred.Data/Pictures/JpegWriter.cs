using System.Runtime.InteropServices;
using Kindred.Data.Pictures.Native;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>Writes JPEG through libjpeg-turbo: pictures for measurements and tests.</summary>
public static unsafe partial class JpegWriter
{
    const int HalvedChroma = 2;

    /// <summary>Encodes a picture.</summary>
    /// <param name="picture">RGB, or grey.</param>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="EnvironmentException">libturbojpeg is not installed.</exception>
    /// <exception cref="DataException">The picture has 2 or 4 channels, or the encoder refused it.</exception>
    public static byte[] Encode(Picture picture, int quality = 90)
    {
        if (picture.Channels is not (1 or 3))
            throw new DataException($"A JPEG has 1 or 3 channels; the picture has {picture.Channels}.");
        PictureLibrary.Require(PictureLibrary.TurboJpeg);
        var handle = tjInitCompress();
        byte* memory = null;
        try
        {
            CULong size = default;
            fixed (byte* pixels = picture.Pixels)
            {
                var format = picture.Channels == 1 ? TurboJpeg.Grey : TurboJpeg.Rgb;
                var sampling = picture.Channels == 1 ? 3 : HalvedChroma;
                if (tjCompress2(handle, pixels, picture.Width, picture.Stride, picture.Height, format, &memory, &size, sampling, quality, 0) != 0)
                    throw new DataException($"The picture could not be encoded: {Marshal.PtrToStringUTF8((nint)TurboJpeg.tjGetErrorStr2(handle))}.");
            }
            return new ReadOnlySpan<byte>(memory, (int)size.Value).ToArray();
        }
        finally
        {
            tjFree(memory);
            _ = TurboJpeg.tjDestroy(handle);
        }
    }

    [LibraryImport(PictureLibrary.TurboJpeg)]
    private static partial nint tjInitCompress();

    [LibraryImport(PictureLibrary.TurboJpeg)]
    private static partial int tjCompress2(
        nint handle, byte* pixels, int width, int pitch, int height, int format, byte** jpeg, CULong* size, int sampling, int quality, int flags);

    [LibraryImport(PictureLibrary.TurboJpeg)]
    private static partial void tjFree(byte* memory);
}
