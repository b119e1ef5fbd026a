using System.Security.Cryptography;
using System.Text;
using Kindred.Data.Sources;

namespace Kindred.Experiments.Recipes;

/// <summary>The recipes and studies that come with Kindred, found by name wherever the program runs.</summary>
/// <remarks>
/// They lie beside the command as files, where a person may read them. A program that took the library as a package has no such folders: it gets them out of the assembly, laid down once in the
/// cache under a name that follows from their content.
/// </remarks>
public static class Shipped
{
    const string Prefix = "shipped/";

    static readonly Lazy<string> unpacked = new(Unpack);

    /// <summary>The folder of recipes.</summary>
    public static string Recipes => Folder("recipes");

    /// <summary>The folder of studies.</summary>
    public static string Studies => Folder("studies");

    /// <summary>Loads a recipe that comes with Kindred.</summary>
    /// <param name="name">Its name, such as <c>simclr.cifar10</c>; <c>kindred list recipes</c> shows all.</param>
    /// <param name="overrides">Values by dotted path, such as <c>train.epochs=10</c>.</param>
    /// <exception cref="ConfigurationException">There is none of that name, or an override is wrong.</exception>
    /// <example><code>using var experiment = Experiment.Build(Shipped.Load("simclr", ["data=folder:/pictures"]).First);</code></example>
    public static Recipe Load(string name, IReadOnlyList<string>? overrides = null)
    {
        var known = Recipe.Names(Recipes);
        return known.Contains(name) ? Recipe.Load(Path.Combine(Recipes, $"{name}.yaml"), overrides, Recipes, Parts.Binder)
            : throw new ConfigurationException($"no recipe '{name}' comes with Kindred{Suggest.Nearest(name, known)}; give the path of a file to Recipe.Load for one of your own.");
    }

    static string Folder(string what) => Path.Combine(AppContext.BaseDirectory, what) is var beside && Directory.Exists(beside) ? beside : Path.Combine(unpacked.Value, what);

    /// <summary>Lays them down in the cache.</summary>
    /// <returns>The folder that holds <c>recipes</c> and <c>studies</c>.</returns>
    internal static string Unpack()
    {
        var assembly = typeof(Shipped).Assembly;
        var files = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(n => (Name: n[Prefix.Length..], Bytes: Read(n))).ToArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
        }
        return SampleCache.Get($"shipped-{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}", folder =>
        {
            foreach (var (name, bytes) in files)
            {
                var file = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, bytes);
            }
        });

        byte[] Read(string name)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }
}
