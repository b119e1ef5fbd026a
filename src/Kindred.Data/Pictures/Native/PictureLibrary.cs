using System.Reflection;
using System.Runtime.InteropServices;
using Kindred.Data.Views;

namespace Kindred.Data.Pictures.Native;

/// <summary>Finds the system's picture libraries, and says how to install one that is missing.</summary>
static class PictureLibrary
{
    internal const string TurboJpeg = "turbojpeg", Spng = "spng", WebP = "webp", LibC = "libc";

    static readonly Dictionary<string, (string[] Files, string Package)> Known = new()
    {
        [TurboJpeg] = (["libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib", "turbojpeg.dll"], "libturbojpeg0"),
        [Spng] = (["libspng.so.0", "libspng.so", "libspng.dylib", "spng.dll"], "libspng0"),
        [WebP] = (["libwebp.so.7", "libwebp.so", "libwebp.dylib", "libwebp.dll"], "libwebp7"),
    };

    static PictureLibrary() => NativeLibrary.SetDllImportResolver(typeof(PictureLibrary).Assembly, Resolve);

    /// <summary>Makes sure that a library can be called.</summary>
    /// <param name="name">One of the names above.</param>
    /// <exception cref="EnvironmentException">It is not installed; the message has the command that installs it.</exception>
    internal static void Require(string name) => Require(Known[name].Files, Known[name].Package);

    internal static nint Require(string[] files, string package)
    {
        foreach (var file in files)
        {
            if (NativeLibrary.TryLoad(file, out var library))
                return library;
        }
        throw new EnvironmentException($"{files[0]} is not installed; pictures are decoded with it. Install it with: apt-get install -y {package}");
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        Known.TryGetValue(name, out var library) ? Require(library.Files, library.Package) : 0;
}
