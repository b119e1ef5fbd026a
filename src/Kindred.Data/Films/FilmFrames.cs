using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;

namespace Kindred.Data.Films;

/// <summary>Films as pixels: frames side by side in one picture, pictures in a folder, or a video that ffmpeg decodes.</summary>
/// <remarks>Every frame becomes <c>size</c> × <c>size</c> pixels of three colours from −1 to 1 (16 unless said otherwise).</remarks>
static class FilmFrames
{
    const int Size = 16, MostSize = 1024, Frames = 64;
    const double MostSeconds = 3600;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    static readonly string[] pictureEndings = [".jpg", ".jpeg", ".png", ".webp"], videoEndings = [".mp4", ".webm", ".mkv", ".mov", ".avi", ".gif"];

    /// <summary>The pictures of a film, first to last; numbers in their names need no zeros before them.</summary>
    internal static IReadOnlyList<string> FolderOf(FilmMembers members, string id)
    {
        var folder = $"frames/{id}/";
        return [.. members.Names.Where(n => n.StartsWith(folder, StringComparison.Ordinal) && n.IndexOf('/', folder.Length) < 0 && pictureEndings.Contains(Path.GetExtension(n).ToLowerInvariant()))
            .OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal)];
    }

    /// <summary>The video of a film; null where there is none.</summary>
    internal static string? VideoOf(FilmMembers members, string id) => videoEndings.Select(e => $"videos/{id}{e}").FirstOrDefault(members.Names.Contains);

    /// <summary>Reads a folder of pictures: at most <c>frames</c> of them (64), evenly spread.</summary>
    /// <exception cref="DataException">A picture cannot be read, or is too small.</exception>
    internal static Film Folder(DataUri uri, FilmMembers members, IReadOnlyList<string> pictures, string id, string? part, IReadOnlyList<string> captions)
    {
        var (size, most) = (FilmSet.Whole(uri, "size", 1, MostSize) ?? Size, FilmSet.Whole(uri, "frames", 1, FilmFiles.MostFrames) ?? Frames);
        var count = Math.Min(most, pictures.Count);
        var values = new float[count * size * size * 3];
        using var decoder = new PictureDecoder();
        var picture = new Picture();
        for (var f = 0; f < count; f++)
        {
            var name = pictures[(int)((f + 0.5) * pictures.Count / count)];
            try { decoder.Decode(members.Read(name), picture); }
            catch (PictureException e) { throw new DataException($"{members.Path}/{name}: {e.Message}", e); }
            if (picture.Width < size || picture.Height < size)
                throw new DataException($"{members.Path}/{name}: a frame has {picture.Width} × {picture.Height} pixels, fewer than size={size}.");
            Shrink(picture, 0, picture.Width, size, values.AsSpan(f * size * size * 3, size * size * 3));
        }
        return new(id, values, count, captions, part);
    }

    /// <summary>Decodes a video by ffmpeg: <c>fps</c> frames a second (1), at most <c>frames</c> of them (64) and of its first hour.</summary>
    /// <exception cref="DataException">ffmpeg cannot decode it, or the films lie in an archive.</exception>
    /// <exception cref="EnvironmentException">There is no ffmpeg, or it takes too long.</exception>
    internal static Film Video(DataUri uri, FilmMembers members, string video, string id, string? part, IReadOnlyList<string> captions)
    {
        var (size, most) = (FilmSet.Whole(uri, "size", 1, MostSize) ?? Size, FilmSet.Whole(uri, "frames", 1, FilmFiles.MostFrames) ?? Frames);
        var fps = uri.Number("fps") ?? 1;
        if (fps is not (>= 0.001 and <= 240)) throw new ConfigurationException($"{uri}: fps={uri["fps"]}; expected are 0.001 to 240 frames a second.");
        if (!Directory.Exists(members.Path)) throw new DataException($"{members.Path}/{video}: a video within an archive; unpack it, or pack frames/{id}/ or features/{id}.npy instead.");
        var file = Path.Combine(members.Path, video);
        var bytes = new byte[checked(most * size * size * 3)];
        // A list of arguments passes through no shell, and file: keeps a name from being another protocol.
        var read = Run(file, [
            "-nostdin", "-v", "error", "-threads", "1", "-protocol_whitelist", "file", "-t", MostSeconds.ToString(CultureInfo.InvariantCulture), "-i", $"file:{Path.GetFullPath(file)}",
            "-map", "0:v:0", "-vf", string.Create(CultureInfo.InvariantCulture, $"fps={fps},scale={size}:{size}:flags=area"), "-frames:v", most.ToString(CultureInfo.InvariantCulture),
            "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"], bytes);
        var count = read / (size * size * 3);
        if (count == 0 || read % (size * size * 3) != 0)
            throw new DataException($"{file}: ffmpeg gave {read} bytes, and a frame has {size * size * 3}; is the video cut, or shorter than a frame at fps={fps}?");
        return new(id, [.. bytes.Take(read).Select(b => (b / 127.5f) - 1)], count, captions, part);
    }

    static int Run(string file, string[] arguments, byte[] into)
    {
        var start = new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        try
        {
            using var process = Programs.Start(start);
            using var late = new Timer(_ => process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var read = 0;
            // What passes the frames that were asked for is not waited for.
            while (read < into.Length && process.StandardOutput.BaseStream.Read(into, read, into.Length - read) is > 0 and var more) read += more;
            var full = read == into.Length;
            if (full && !process.WaitForExit(TimeSpan.FromSeconds(5))) process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return full || process.ExitCode == 0 ? read
                : throw new DataException($"{file}: ffmpeg cannot decode it (exit code {process.ExitCode}): {errors.Result.Trim().Split('\n')[^1]}");
        }
        catch (Win32Exception e)
        {
            throw new EnvironmentException($"{file}: videos are decoded by ffmpeg, which is not on the PATH; install it, or give the frames as pictures in frames/ID/.", e);
        }
    }

    internal static Film Strip(DataUri uri, FilmMembers members, string id, string? part, IReadOnlyList<string> captions)
    {
        var name = $"clips/{id}.jpg";
        using var decoder = new PictureDecoder();
        var strip = new Picture();
        try { decoder.Decode(members.Read(name), strip); }
        catch (PictureException e) { throw new DataException($"{members.Path}/{name}: {e.Message}", e); }
        var frames = FilmSet.Whole(uri, "frames", 1, FilmFiles.MostFrames) ?? Math.Max(1, strip.Width / strip.Height);
        var size = FilmSet.Whole(uri, "size", 1, MostSize) ?? Size;
        if (strip.Width % frames != 0) throw new DataException($"{members.Path}/{name}: {strip.Width} pixels are no {frames} frames side by side; say how many by frames=.");
        var side = strip.Width / frames;
        if (side < size || strip.Height < size) throw new DataException($"{members.Path}/{name}: a frame has {side} × {strip.Height} pixels, fewer than size={size}.");
        var values = new float[frames * size * size * 3];
        for (var f = 0; f < frames; f++) Shrink(strip, f * side, side, size, values.AsSpan(f * size * size * 3, size * size * 3));
        return new(id, values, frames, captions, part);
    }

    // The mean over what a pixel of the small frame covers, from −1 to 1.
    static void Shrink(Picture strip, int left, int side, int size, Span<float> into)
    {
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                int top = y * strip.Height / size, bottom = (y + 1) * strip.Height / size, first = left + (x * side / size), last = left + ((x + 1) * side / size);
                for (var c = 0; c < 3; c++)
                {
                    long sum = 0;
                    for (var row = top; row < bottom; row++)
                        for (var column = first; column < last; column++) sum += strip.Row(row)[(column * strip.Channels) + (strip.Channels < 3 ? 0 : c)];
                    into[(((y * size) + x) * 3) + c] = (float)((sum / (127.5 * (bottom - top) * (last - first))) - 1);
                }
            }
        }
    }
}
