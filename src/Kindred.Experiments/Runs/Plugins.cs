using System.Reflection;
using System.Runtime.Loader;
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
    /// <remarks>
    /// Kindred itself and what it stands on come from this program, everything else from beside the file. A plug-in is code: it may do whatever the person may who runs it.
    /// To load one says yes to it: from then on runs that were trained with it may be opened without naming it (<see cref="Recall"/>).
    /// </remarks>
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
            var hash = KnownPlugins.HashOf(full) ?? throw new ConfigurationException($"the plug-in '{path}' may not be read; give the path of a .dll that may.");
            var name = NameOf(full);
            if (loaded.Find(p => p.Name == name.Name) is { } before)
            {
                if (before.Sha256 == hash) return before;
                throw new ConfigurationException($"the plug-in '{name.Name}' is loaded already, from {before.Path}; a process holds one of a name, so leave out {full}.");
            }
            Add(full, new Context(full).LoadFromAssemblyPath(full));
            var plugin = new Plugin(name.Name!, name.Version?.ToString() ?? "0.0.0.0", full, hash);
            loaded.Add(plugin);
            KnownPlugins.Add(full, hash);
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

    /// <summary>Loads the plug-ins that a run was trained with; those of the same name that are loaded already will do.</summary>
    /// <remarks>
    /// A run's folder may come from anybody, and a plug-in is code. So only files are loaded that this person has loaded by <see cref="Load"/> before: on this machine, from the same place,
    /// and not changed since. Which these are is kept in <c>plugins.json</c> in <see cref="Variables.Configuration"/>.
    /// </remarks>
    /// <param name="run">The run's folder; without one, or without a record in it, nothing happens.</param>
    /// <param name="warn">Told of a plug-in that is another build than the run's.</param>
    /// <exception cref="ConfigurationException">One is no longer there, was never named by this person, or cannot be loaded.</exception>
    /// <exception cref="DataException">The record cannot be read.</exception>
    public static void Recall(string run, Action<string>? warn = null)
    {
        foreach (var wanted in Read(Path.Combine(run, FileName)))
        {
            var found = Loaded.FirstOrDefault(p => p.Name == wanted.Name) ?? Load(Known(run, wanted));
            if (found.Sha256 != wanted.Sha256) warn?.Invoke($"the plug-in {wanted.Name} is another build than the one that the run '{run}' was begun with; its numbers may differ.");
        }
    }

    // Where the person keeps it: what lies where the run says, if that is known, or the same file elsewhere.
    static string Known(string run, Plugin wanted)
    {
        var place = Path.GetFullPath(wanted.Path);
        if (KnownPlugins.HashOf(place) is { } hash && KnownPlugins.Knows(place, hash)) return place;
        if (KnownPlugins.PlaceOf(wanted.Sha256) is { } elsewhere) return elsewhere;
        var trained = $"the run '{run}' was trained with the plug-in {wanted.Name} {wanted.Version}";
        if (!File.Exists(place)) throw new ConfigurationException($"{trained}, and {place} is no longer there; say where it is now: --plugin PATH.");
        throw new ConfigurationException(KnownPlugins.KnowsPlace(place) ? $"{trained}, and {place} has changed since you last named it. If the change is yours, say so once: --plugin {place}."
            : $"{trained} ({place}), which you have not named on this machine before. A plug-in is code that may do whatever you may, so a run's folder alone does not start it. "
                + $"If you trust the file, say so once: --plugin {place}.");
    }

    static Plugin[] Read(string file)
    {
        if (!File.Exists(file)) return [];
        try
        {
            var all = JsonText.ReadFile<Plugin[]>(file, style);
            return all.All(p => p.Path.Length > 0) ? all : throw new DataException($"{file}: a plug-in has no path.");
        }
        catch (DataException e)
        {
            throw new DataException($"{e.Message} It is to say which plug-ins the run was trained with. Delete it and name them by --plugin.", e);
        }
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
