using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Kindred.Torch.Native;

/// <summary>Compiles the shim for one libtorch and keeps it in the user's cache: C++ binaries do not fit any other installation.</summary>
public static class ShimBuilder
{
    /// <summary>The cache folder: <c>KINDRED_CACHE</c>, or <c>kindred</c> below <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>.</summary>
    public static string CacheFolder => Variables.Cache;

    /// <summary>The compiled shim for this libtorch; compiles it when the cache has none.</summary>
    /// <returns>The path of the shared library.</returns>
    /// <exception cref="EnvironmentException">There is no compiler, or it failed.</exception>
    public static string Build(Libtorch torch)
    {
        ArgumentNullException.ThrowIfNull(torch);
        var sources = Sources();
        var folder = Path.Combine(CacheFolder, "shim", Key(torch, sources));
        var library = Path.Combine(folder, "libkindred_torch.so");
        if (File.Exists(library)) return library;
        try { Directory.CreateDirectory(folder); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException($"the cache folder '{folder}' cannot be written ({e.Message}); set KINDRED_CACHE to a folder that can.", e);
        }
        using var held = Lock(Path.Combine(folder, "lock"));
        if (File.Exists(library)) return library;
        foreach (var (name, text) in sources)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Compile(torch, folder, [.. sources.Keys.Where(n => n.EndsWith(".cpp", StringComparison.Ordinal))], library);
        return library;
    }

    // Another process that compiles the same shim holds the file; when it is done, its result is there.
    static FileStream Lock(string path)
    {
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) { Thread.Sleep(100); }
        }
    }

    // Headers and parts alike are embedded; their order counts for the key.
    static SortedDictionary<string, string> Sources()
    {
        const string folder = "native/";
        var names = Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Select(n => n[folder.Length..]);
        return new(names.ToDictionary(n => n, Source), StringComparer.Ordinal);
    }

    static string Source(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("native/" + name)
            ?? throw new InvalidOperationException($"{name} is not embedded in this assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    static string Key(Libtorch torch, SortedDictionary<string, string> sources)
    {
        var core = new FileInfo(Path.Combine(torch.Library, "libtorch_cpu.so"));
        if (core.ResolveLinkTarget(true) is FileInfo target) core = target;
        var text = string.Join('\n', sources.Select(s => s.Key + '\n' + s.Value)) + torch + core.LastWriteTimeUtc.Ticks + core.Length;
        return $"{torch.Version}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}";
    }

    static void Compile(Libtorch torch, string folder, string[] parts, string library)
    {
        var attempt = "";
        foreach (var standard in new[] { "c++17", "c++20" })
        {
            var made = Path.Combine(folder, $"making-{Environment.ProcessId}.so");
            (var code, attempt) = Attempt(torch, folder, parts, standard, made);
            if (code == 0) { File.Move(made, library, true); return; }
            if (!attempt.Contains("C++20", StringComparison.Ordinal) && !attempt.Contains("C++ 20", StringComparison.Ordinal)) break;
        }
        var log = Path.Combine(folder, "compiler.log");
        File.WriteAllText(log, attempt);
        var first = attempt.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal)) ?? attempt.Split('\n')[0];
        throw new EnvironmentException($"g++ could not compile the shim for libtorch {torch.Version} ({torch.Source}, {torch.Include}): "
            + $"{first.Trim()}. The whole output is in {log}; a matching pair of compiler and libtorch comes with `{Libtorch.InstallCommand}`.");
    }

    // The parts side by side, then the whole.
    static (int Code, string Output) Attempt(Libtorch torch, string folder, string[] parts, string standard, string made)
    {
        var objects = Array.ConvertAll(parts, part => Path.Combine(folder, Path.ChangeExtension(part, ".o")));
        var results = new (int Code, string Output)[parts.Length];
        var failures = new EnvironmentException?[parts.Length];
        Parallel.For(0, parts.Length, i =>
        {
            try
            {
                results[i] = Run("g++",
                    $"-std={standard}", "-O2", "-fPIC", "-fvisibility=hidden", "-w", $"-D_GLIBCXX_USE_CXX11_ABI={(torch.OldAbi ? 0 : 1)}",
                    $"-I{torch.Include}", $"-I{torch.ApiInclude}", "-idirafter", folder, "-c", Path.Combine(folder, parts[i]), "-o", objects[i]);
            }
            catch (EnvironmentException e) { failures[i] = e; }
        });
        if (failures.FirstOrDefault(f => f is not null) is { } failure) throw failure;
        if (results.FirstOrDefault(r => r.Code != 0) is { Code: not 0 } failed) return failed;
        var linked = Run("g++", ["-shared", .. objects, "-o", made, $"-L{torch.Library}", "-ltorch_cpu", "-lc10", $"-Wl,-rpath,{torch.Library}"]);
        foreach (var part in objects) File.Delete(part);
        return linked;
    }

    static (int Code, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Programs.Start(new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true });
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors + output.Result);
        }
        catch (Win32Exception e)
        {
            throw new EnvironmentException($"the C++ compiler {program} is not installed; the shim over libtorch is compiled once at first use. Install it with `{Libtorch.InstallCommand}`.", e);
        }
    }
}
