using System.Globalization;

namespace Kindred;

/// <summary>The environment variables that Kindred reads, each checked here and nowhere else.</summary>
/// <remarks>One that is empty counts as not set. <c>KINDRED_LIBTORCH</c> is looked into further by who loads libtorch.</remarks>
public static class Variables
{
    /// <summary>Threads that can be asked for on any machine; on larger ones four for each processor.</summary>
    const int EveryMachine = 64, PerProcessor = 4;

    /// <summary>The most threads that this machine is asked for.</summary>
    public static int MostThreads => Math.Max(EveryMachine, PerProcessor * Environment.ProcessorCount);

    /// <summary><c>KINDRED_THREADS</c>: threads of operators, 1 to <see cref="MostThreads"/>; the number of processors unless set, shared out among the processes of one training.</summary>
    /// <exception cref="ConfigurationException">It is no such number.</exception>
    public static int Threads
    {
        get
        {
            if (Text("KINDRED_THREADS") is not { } text) return Math.Max(1, Environment.ProcessorCount / Processes.OnThisMachine);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads >= 1 && threads <= MostThreads ? threads
                : throw new ConfigurationException($"KINDRED_THREADS is '{text}'; give the number of threads, a whole number from 1 to {MostThreads}, "
                    + $"or unset it for one a processor ({Environment.ProcessorCount}).");
        }
    }

    /// <summary><c>KINDRED_ALLOCATOR</c>: whether freed memory goes back to the system at once.</summary>
    /// <exception cref="ConfigurationException">It is another word than <c>system</c> or <c>caching</c>.</exception>
    public static bool SystemAllocator => Text("KINDRED_ALLOCATOR") switch
    {
        null or "caching" => false,
        "system" => true,
        var other => throw new ConfigurationException($"KINDRED_ALLOCATOR is '{other}'; there are 'system', which gives freed memory back at once, and 'caching', which is the default."),
    };

    /// <summary><c>KINDRED_CACHE</c>, else <c>kindred</c> below <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
    /// <exception cref="EnvironmentException">The variable names a file, or there is no home folder.</exception>
    public static string Cache => Own("KINDRED_CACHE", "XDG_CACHE_HOME", ".cache");

    /// <summary><c>KINDRED_CONFIG</c>, else <c>kindred</c> below <c>XDG_CONFIG_HOME</c> or <c>~/.config</c>: what a person decided once lies there.</summary>
    /// <exception cref="EnvironmentException">The variable names a file, or there is no home folder.</exception>
    public static string Configuration => Own("KINDRED_CONFIG", "XDG_CONFIG_HOME", ".config");

    /// <summary><c>KINDRED_LIBTORCH</c>: the folder of the libtorch to take before any other; null unless set.</summary>
    public static string? Libtorch => Text("KINDRED_LIBTORCH");

    /// <summary><c>KINDRED_DEBUG</c>: whether the details of an error that is Kindred's own fault are printed.</summary>
    public static bool Debug => Text("KINDRED_DEBUG") is not null;

    /// <summary>Checks all of them, so that a wrong one is told before any work is done.</summary>
    /// <exception cref="ConfigurationException">One holds a number or word that it cannot.</exception>
    /// <exception cref="EnvironmentException">One names a folder that is none.</exception>
    public static void Check()
    {
        _ = Threads;
        _ = SystemAllocator;
        _ = Cache;
        if (Text("KINDRED_CONFIG") is { } configuration) FolderOf("KINDRED_CONFIG", configuration);
        _ = Processes.Here;
        if (Libtorch is { } libtorch) FolderOf("KINDRED_LIBTORCH", libtorch);
    }

    internal static string? Text(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    static string Own(string name, string standard, string usual)
    {
        if (Text(name) is { } own) return FolderOf(name, own);
        // By its specification a relative path counts as none.
        if (Text(standard) is { } xdg && Path.IsPathRooted(xdg)) return Path.Combine(xdg, "kindred");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        // A folder of this name where the program happens to stand may be anybody's.
        return Path.IsPathRooted(home) ? Path.Combine(home, usual, "kindred") : throw new EnvironmentException($"this user has no home folder; say by {name} which folder to take.");
    }

    static string FolderOf(string name, string path) => File.Exists(path) ? throw new EnvironmentException($"{name} names '{path}', which is a file; give a folder, or unset it.") : path;
}
