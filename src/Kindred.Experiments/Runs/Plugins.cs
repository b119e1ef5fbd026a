using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text.Json;
using Kindred.Experiments.Recipes;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>An assembly of somebody else whose parts recipes can name.</summary>
/// <param name="Name">The assembly's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Path">Where it was found.</param>
/// <param name="Sha256">Its file's hash: another build may compute something else.</param>
public sealed record Plugin(string Name, string Version, string Path, string Sha256);

/// <summary>Loads plug-ins, and keeps with each run which ones it was trained with.</summary>
/// <example><code>
/// Plugins.Load("bin/MyMethods.dll");
/// using var experiment = Experiment.Build(Recipe.Load("my-method.yaml", binder: Parts.Binder).First);
/// </code></example>
public static class Plugins
{
    const string FileName = "plugins.json";

    static readonly Lock gate = new();
    static readonly List<Plugin> loaded = [];
    static readonly JsonSerializerOptions style = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The plug-ins of this process, in the order in which they came.</summary>
    public static IReadOnlyList<Plugin> Loaded
    {
        get { lock (gate) return [.. loaded]; }
    }

    /// <summary>Loads an assembly and adds every part in it that carries an attribute such as <see cref="MethodAttribute"/>. One that is loaded already is left as it is.</summary>
    /// <remarks>Kindred itself and what it stands on come from this program, everything else from beside the file. A plug-in is code: it may do whatever the person may who runs it.</remarks>
    /// <param name="path">The <c>.dll</c>.</param>
    /// <exception cref="ConfigurationException">There is no such file, it is no .NET assembly, was built against another version, holds no part, or a name in it is taken.</exception>
    public static Plugin Load(string path)
    {
        if (!File.Exists(path))
            throw new ConfigurationException($"there is no plug-in '{path}'; build it (dotnet build) and give the path of its .dll.");
        try { RegularFile.Require(path); }
        catch (DataException e) { throw new ConfigurationException($"--plugin: {e.Message}", e); }
        var full = Path.GetFullPath(path);
        lock (gate)
        {
            var hash = Hash(full);
            var name = NameOf(full);
            if (loaded.Find(p => p.Name == name.Name) is { } before)
                return before.Sha256 == hash ? before
                    : throw new ConfigurationException($"the plug-in '{name.Name}' is loaded already, from {before.Path}; a process holds one of a name, so leave out {full}.");
            Add(full, new Context(full).LoadFromAssemblyPath(full));
            var plugin = new Plugin(name.Name!, name.Version?.ToString() ?? "0.0.0.0", full, hash);
            loaded.Add(plugin);
            return plugin;
        }
    }

    /// <summary>Keeps in a run's folder which plug-ins are loaded.</summary>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    internal static void Record(string run)
    {
        var file = Path.Combine(run, FileName);
        if (Loaded is { Count: > 0 } all) AtomicFile.WriteText(file, $"{JsonSerializer.Serialize(all, style)}\n");
        else File.Delete(file);
    }

    /// <summary>Loads the plug-ins that a run was trained with, from where they were then; those of the same name that are loaded already will do.</summary>
    /// <param name="run">The run's folder; without one, or without a record in it, nothing happens.</param>
    /// <param name="warn">Told of a plug-in whose file has changed since.</param>
    /// <exception cref="ConfigurationException">One is no longer there, or cannot be loaded.</exception>
    /// <exception cref="DataException">The record cannot be read.</exception>
    public static void Recall(string run, Action<string>? warn = null)
    {
        foreach (var wanted in Read(Path.Combine(run, FileName)))
        {
            var found = Loaded.FirstOrDefault(p => p.Name == wanted.Name);
            if (found is null && !File.Exists(wanted.Path))
                throw new ConfigurationException($"the run '{run}' was trained with the plug-in {wanted.Name} {wanted.Version}, and {wanted.Path} is "
                    + $"no longer there; say where it is now: --plugin PATH.");
            found ??= Load(wanted.Path);
            if (found.Sha256 != wanted.Sha256) warn?.Invoke($"the plug-in {wanted.Name} is another build than the one that the run '{run}' was begun with; its numbers may differ.");
        }
    }

    static Plugin[] Read(string file)
    {
        if (!File.Exists(file)) return [];
        try { return JsonSerializer.Deserialize<Plugin[]>(RegularFile.ReadAllText(file), style) ?? []; }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{file} does not say which plug-ins the run was trained with: {e.Message} Delete it and name them by --plugin.", e);
        }
    }

    static string Hash(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    static AssemblyName NameOf(string file)
    {
        try { return AssemblyName.GetAssemblyName(file); }
        catch (BadImageFormatException e) { throw new ConfigurationException($"{file} is no .NET assembly; a plug-in is the .dll that dotnet build makes.", e); }
    }

    static void Add(string file, Assembly assembly)
    {
        Type[] types;
        try { types = assembly.GetExportedTypes(); }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or TypeLoadException or ReflectionTypeLoadException or BadImageFormatException)
        {
            throw new ConfigurationException($"{file} was built against another version of Kindred, or something that it needs is not beside it: {e.Message} Build it again.", e);
        }
        if (!types.Any(t => t.IsDefined(typeof(PartAttribute), inherit: false)))
            throw new ConfigurationException($"{file} holds no part that a recipe could name: no public class in it carries [Method], [Encoder] or another such attribute.");
        Catalogues.AddPlugin(assembly);
    }

    // Whatever this program has is the plug-in's too, so that types are the same on both sides; the rest lies beside the plug-in.
    sealed class Context : AssemblyLoadContext
    {
        readonly AssemblyDependencyResolver resolver;

        public Context(string file) : base(Path.GetFileNameWithoutExtension(file))
        {
            resolver = new(file);
            Resolving += (context, name) => resolver.ResolveAssemblyToPath(name) is { } path ? context.LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
