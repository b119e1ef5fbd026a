using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Cli;

/// <summary>Standard output or standard error as a writer that never fails: what cannot be written is lost, and <see cref="Failure"/> says so.</summary>
/// <remarks>
/// A full disk, a closed pipe or no stream at all must stop neither a training nor the report of an error. A lost word for people is no matter; a lost result is
/// an error in the end, so the one on standard output is asked for its <see cref="Failure"/>; a reader that
/// <see cref="Left"/> has lost nothing that it wanted. The system's own call is used because .NET's console hides a closed
/// pipe, and its files do not share their place with other writers.
/// </remarks>
sealed unsafe partial class StandardStream : TextWriter
{
    const int GetDescriptorFlags = 1, CloseOnExec = 1, ReadWrite = 2, Interrupted = 4, TryAgain = 11, BrokenPipe = 32;
    const int MostTries = 3000;

    readonly int descriptor;
    readonly Lock gate = new();
    readonly System.Text.Encoder encoder = new UTF8Encoding(false).GetEncoder();

    readonly string? closed;

    StandardStream(int descriptor, string? closed) => (this.descriptor, this.closed) = (descriptor, closed);

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Why something was lost; null when all was written, or when its reader <see cref="Left"/>.</summary>
    internal string? Failure { get; private set; }

    /// <summary>Whether the other end of the pipe was closed before all was written: <c>| head</c> has read what it wanted.</summary>
    internal bool Left { get; private set; }

    /// <summary>Takes over the console's writers, and makes sure that the numbers 0 to 2 belong to nothing else.</summary>
    /// <returns>Standard output.</returns>
    internal static StandardStream Install()
    {
        Open(0);
        var output = new StandardStream(1, Open(1));
        Console.SetOut(output);
        Console.SetError(new StandardStream(2, Open(2)));
        return output;
    }

    // A number that the caller closed would be given to the next file that is opened, say a checkpoint, and words for people would be written into it.
    // Inherited streams stay open in children; what the runtime has opened itself does not, and is nothing to write words into.
    static string? Open(int descriptor)
    {
        const string closed = "it is closed";
        var flags = fcntl(descriptor, GetDescriptorFlags);
        if (flags >= 0) return (flags & CloseOnExec) != 0 ? closed : null;
        var nothing = open("/dev/null", ReadWrite);
        if (nothing >= 0 && nothing != descriptor)
        {
            _ = dup2(nothing, descriptor);
            _ = close(nothing);
        }
        return closed;
    }

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write($"{value}\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.IsEmpty) return;
        lock (gate)
        {
            var bytes = new byte[Encoding.GetMaxByteCount(buffer.Length)];
            Send(bytes.AsSpan(0, encoder.GetBytes(buffer, bytes, flush: false)));
        }
    }

    void Send(ReadOnlySpan<byte> bytes)
    {
        if (closed is not null)
        {
            Failure ??= closed;
            return;
        }
        for (var tries = 0; !bytes.IsEmpty && !Left;)
        {
            nint written;
            fixed (byte* start = bytes) written = write(descriptor, start, bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted) continue;
            // Somebody made the stream one that does not wait; its reader gets half a minute.
            if (error == TryAgain && tries++ < MostTries)
            {
                Thread.Sleep(10);
                continue;
            }
            if (error == BrokenPipe)
            {
                Left = true;
                return;
            }
            Failure ??= Marshal.GetPInvokeErrorMessage(error);
            return;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
