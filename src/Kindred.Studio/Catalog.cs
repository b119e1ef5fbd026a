using System.Security.Cryptography;
using System.Text;
using Kindred.Experiments.Embeddings;
using Kindred.Experiments.Reports;
using Kindred.Index;

namespace Kindred.Studio;

/// <summary>Something that can be looked at.</summary>
/// <param name="Id">What the page calls it; the same as long as it lies where it lies.</param>
/// <param name="Name">Where it lies below the folder that is served.</param>
/// <param name="Path">Where it lies on this machine; no request says it.</param>
sealed record Place(string Id, string Name, string Path);

/// <summary>What was found.</summary>
sealed record Holdings(IReadOnlyDictionary<string, Place> Runs, IReadOnlyDictionary<string, Place> Studies, IReadOnlyDictionary<string, Place> Embeddings);

/// <summary>Runs, studies and files of embeddings below some folders. A page asks by id, and only what was found has one: no path ever comes from outside.</summary>
/// <remarks>Links are not followed. What is further down than some levels, or beyond some thousand folders, is left out.</remarks>
sealed class Catalog(IReadOnlyList<string> roots, TimeProvider clock)
{
    const int Deepest = 8, MostFolders = 20_000;
    static readonly TimeSpan fresh = TimeSpan.FromSeconds(2);

    readonly Lock gate = new();
    Holdings found = new(new Dictionary<string, Place>(), new Dictionary<string, Place>(), new Dictionary<string, Place>());
    DateTimeOffset looked = DateTimeOffset.MinValue;

    /// <summary>What there is, as of the last seconds.</summary>
    internal Holdings Now
    {
        get
        {
            lock (gate)
            {
                if (clock.GetUtcNow() - looked < fresh) return found;
                found = new Search(roots).All();
                looked = clock.GetUtcNow();
                return found;
            }
        }
    }

    internal static string IdOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];

    sealed class Search(IReadOnlyList<string> roots)
    {
        readonly Dictionary<string, Place> runs = [], studies = [], embeddings = [];
        int folders;

        internal Holdings All()
        {
            foreach (var root in roots.Distinct())
            {
                var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
                if (Directory.Exists(full)) Look(full, roots.Count > 1 ? Path.GetFileName(full) : "", 0);
            }
            return new(runs, studies, embeddings);
        }

        void Look(string folder, string name, int depth)
        {
            if (depth > Deepest || ++folders > MostFolders) return;
            var called = name.Length > 0 ? name : Path.GetFileName(folder);
            var run = RunRecord.IsRun(folder);
            if (run) Put(runs, called, folder);
            else if (File.Exists(Path.Combine(folder, "study.json")) || Directory.Exists(Path.Combine(folder, "cells"))) Put(studies, called, folder);
            try
            {
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    if (entry.LinkTarget is not null) continue;
                    var inside = name.Length > 0 ? $"{name}/{entry.Name}" : entry.Name;
                    if (entry is FileInfo file) Take(file, inside);
                    else if (!entry.Name.StartsWith('.') && (!run || entry.Name == "embeddings")) Look(entry.FullName, inside, depth + 1);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone in the meantime, or not for us.
            }
        }

        void Take(FileInfo file, string name)
        {
            var vectors = file.Extension is ".npy" or ".safetensors";
            if (vectors ? File.Exists(EmbeddingManifest.FileOf(file.FullName)) : file.Extension == ".index" && VectorIndex.Recognises(file.FullName))
                Put(embeddings, name, file.FullName);
        }

        static void Put(Dictionary<string, Place> into, string name, string path) => into.TryAdd(IdOf(name), new(IdOf(name), name, path));
    }
}
