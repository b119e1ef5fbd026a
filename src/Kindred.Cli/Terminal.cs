using System.Globalization;

namespace Kindred.Cli;

/// <summary>How wide the place is where people read.</summary>
static class Terminal
{
    const int Narrowest = 40;

    /// <summary>Columns of the terminal that results are shown on; without bounds where they go to a file or another program. <c>COLUMNS</c> in the environment decides before that.</summary>
    internal static int Width
    {
        get
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0) return Math.Max(Narrowest, columns);
            if (Console.IsOutputRedirected) return int.MaxValue;
            try { return Console.WindowWidth > 0 ? Math.Max(Narrowest, Console.WindowWidth) : int.MaxValue; }
            catch (IOException) { return int.MaxValue; }
        }
    }

    /// <summary>Breaks a text into lines between words, and words that are too long where they must.</summary>
    internal static IReadOnlyList<string> Wrap(string text, int width)
    {
        if (text.Length <= width) return [text];
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length > width) { lines.Add(line); line = ""; }
            while (rest.Length > width) { lines.Add(rest[..width]); rest = rest[width..]; }
            line = line.Length == 0 ? rest : $"{line} {rest}";
        }
        if (line.Length > 0) lines.Add(line);
        return lines;
    }
}
