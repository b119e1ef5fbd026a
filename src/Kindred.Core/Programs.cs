using System.ComponentModel;
using System.Diagnostics;

namespace Kindred;

/// <summary>Starts other programs, such as <c>ffmpeg</c>, from the folders of <c>PATH</c> and from nowhere else.</summary>
/// <remarks>.NET itself looks into the current folder before it looks along <c>PATH</c>; whoever stands in a folder of somebody else would run what lies there under such a name.</remarks>
public static class Programs
{
    const int NoSuchFile = 2;

    /// <summary>Starts a program.</summary>
    /// <param name="start">Its name and words; a name without a slash is looked up.</param>
    /// <exception cref="Win32Exception">There is none of the name, or it cannot be started.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (Path.GetFileName(start.FileName) == start.FileName)
            start.FileName = Find(start.FileName) ?? throw new Win32Exception(NoSuchFile, $"there is no program {start.FileName} on the PATH");
        start.UseShellExecute = false;
        return Process.Start(start)!;
    }

    /// <summary>Where a program lies; null where no folder of <c>PATH</c> has it.</summary>
    /// <param name="name">Its name.</param>
    public static string? Find(string name) => (Variables.Text("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)
        .SelectMany(folder => OperatingSystem.IsWindows() ? new[] { Path.Combine(folder, $"{name}.exe"), Path.Combine(folder, name) } : [Path.Combine(folder, name)]).FirstOrDefault(IsProgram);

    static bool IsProgram(string file) => File.Exists(file)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
