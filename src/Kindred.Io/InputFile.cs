using Microsoft.Win32.SafeHandles;

namespace Kindred.Io;

/// <summary>Opening and reading user files, with errors that name the file.</summary>
static class InputFile
{
    public static SafeFileHandle Open(string path) => RegularFile.Open(path);

    public static void ReadExactly(string path, SafeFileHandle handle, long offset, Span<byte> destination)
    {
        var done = 0;

        while (done < destination.Length)
        {
            var read = RandomAccess.Read(handle, destination[done..], offset + done);

            if (read == 0)
                throw new DataException($"{path} is cut short: bytes {offset} to {offset + destination.Length} were to be read, it ends at {offset + done}.");

            done += read;
        }
    }
}
