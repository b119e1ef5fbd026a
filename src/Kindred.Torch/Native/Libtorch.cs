using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Kindred.Torch.Native;

/// <summary>One installation of libtorch: where its headers and libraries lie.</summary>
/// <param name="Source">How it was found: a setting, Python, the system.</param>
/// <param name="Include">The folder that holds <c>ATen/ATen.h</c>.</param>
/// <param name="Library">The folder that holds <c>libtorch_cpu.so</c>.</param>
/// <param name="Version">As its <c>torch/version.h</c> says.</param>
/// <param name="OldAbi">Whether it was built with the pre-C++11 string ABI.</param>
public sealed partial record Libtorch(string Source, string Include, string Library, string Version, bool OldAbi = false)
{
    /// <summary>The environment variable that names a libtorch folder (with <c>include/</c> and <c>lib/</c>; <c>/usr</c> for a distribution's).</summary>
    public const string Variable = "KINDRED_LIBTORCH";

    /// <summary>What a person runs when there is none.</summary>
    public const string InstallCommand = "apt-get install -y g++ libtorch-dev libopenblas0-pthread";

    /// <summary>A folder chosen by the program, looked at before the environment variable.</summary>
    public static string? Setting { get; set; }

    /// <summary>The API headers' folder inside <see cref="Include"/>.</summary>
    public string ApiInclude => Path.Combine(Include, "torch/csrc/api/include");

    /// <summary>Whether CUDA libraries lie beside it.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Library, "libtorch_cuda.so"));

    /// <summary>Looks for libtorch: explicit setting, environment variable, the active Python's torch, the system's.</summary>
    /// <param name="refused">Why each place before the one taken was refused.</param>
    /// <returns>The installation, or null when there is none.</returns>
    public static Libtorch? Find(out IReadOnlyList<string> refused)
    {
        var reasons = new List<string>();
        refused = reasons;
        if (Setting is { } setting) return FromFolder("setting", setting, reasons) ?? throw Unusable("the setting", setting, reasons);
        if (Variables.Libtorch is { } folder)
            return FromFolder(Variable, folder, reasons) ?? throw Unusable($"the variable {Variable}", folder, reasons);
        return FromPython(reasons) ?? FromSystem(reasons);
    }

    static EnvironmentException Unusable(string what, string folder, List<string> reasons) =>
        new($"{what} names '{folder}' as libtorch, but {reasons[^1]}. Point it at a folder with include/ and lib/, or unset it to use Python's or the "
            + $"system's libtorch (`{InstallCommand}` installs the latter).");

    static Libtorch? FromFolder(string source, string folder, List<string> reasons)
    {
        string include = Path.Combine(folder, "include"), library = Path.Combine(folder, "lib"), multiarch = Path.Combine(library, Triplet);
        return Check(source, include, File.Exists(Path.Combine(multiarch, "libtorch_cpu.so")) ? multiarch : library, false, reasons);
    }

    static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    static Libtorch? Check(string source, string include, string library, bool oldAbi, List<string> reasons)
    {
        var header = Path.Combine(include, "torch/csrc/api/include/torch/version.h");
        if (!File.Exists(header)) { reasons.Add($"{source}: {header} is missing"); return null; }
        if (!File.Exists(Path.Combine(library, "libtorch_cpu.so"))) { reasons.Add($"{source}: {library}/libtorch_cpu.so is missing"); return null; }
        return new Libtorch(source, include, library, ReadVersion(include), oldAbi);
    }

    // The version header only forwards in the newest releases, so both places are read.
    static string ReadVersion(string include)
    {
        foreach (var name in new[] { "torch/csrc/api/include/torch/version.h", "torch/headeronly/version.h" })
        {
            var path = Path.Combine(include, name);
            if (!File.Exists(path)) continue;
            var match = VersionLine().Match(File.ReadAllText(path));
            if (match.Success) return match.Groups[1].Value;
        }
        return "unknown";
    }

    [GeneratedRegex("#define TORCH_VERSION\\s+\\\\?\\s*\"([^\"]+)\"")]
    private static partial Regex VersionLine();

    static Libtorch? FromPython(List<string> reasons)
    {
        // What lies where the program happens to stand is no part of Python: -c would look there first. From 2.7 on every build has the new string ABI;
        // torch is not imported for it, which takes seconds.
        const string script = """
            import sys, os, re
            sys.path = [p for p in sys.path if p]
            from importlib.util import find_spec
            spec = find_spec('torch')
            if spec is None or spec.origin is None: sys.exit("No module named 'torch'")
            folder = os.path.dirname(spec.origin)
            said = os.path.join(folder, 'version.py')
            version = os.path.exists(said) and re.search(r"version__ = '(\d+)\.(\d+)", open(said).read())
            print(folder)
            if version and (int(version[1]), int(version[2])) >= (2, 7): print(1)
            else:
                import torch
                print(int(torch._C._GLIBCXX_USE_CXX11_ABI))
            """;
        try
        {
            using var process = Programs.Start(new("python3", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var errors = process.StandardError.ReadToEndAsync();
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode != 0 || lines.Length < 2) { reasons.Add($"Python: {errors.Result.Trim().Split('\n')[^1]}"); return null; }
            return Check("Python", Path.Combine(lines[0], "include"), Path.Combine(lines[0], "lib"), lines[1] == "0", reasons);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            reasons.Add("Python: python3 is not installed");
            return null;
        }
    }

    static Libtorch? FromSystem(List<string> reasons)
    {
        foreach (var library in new[] { $"/usr/lib/{Triplet}", "/usr/lib", "/usr/local/lib", "/usr/lib64" })
        {
            var include = library.StartsWith("/usr/local", StringComparison.Ordinal) ? "/usr/local/include" : "/usr/include";
            if (File.Exists(Path.Combine(library, "libtorch_cpu.so")) && Check("system", include, library, false, reasons) is { } found) return found;
        }
        reasons.Add("system: no libtorch_cpu.so in the default library folders");
        return null;
    }

    /// <summary>What to tell a person who has no usable libtorch.</summary>
    public static EnvironmentException Missing(IReadOnlyList<string> refused) =>
        new($"no libtorch was found ({string.Join("; ", refused)}). Install it with `{InstallCommand}`, or set {Variable} to the folder of a libtorch download.");
}
