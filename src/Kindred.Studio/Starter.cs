using System.Diagnostics;

namespace Kindred.Studio;

/// <summary>A run that the page started.</summary>
/// <param name="Name">Its folder below the first that is served.</param>
/// <param name="Recipe">The recipe's name.</param>
/// <param name="Changes">What was changed.</param>
/// <param name="Going">Whether its process lives.</param>
/// <param name="Code">How its process ended.</param>
/// <param name="Words">The last that it said.</param>
sealed record Started(string Name, string Recipe, IReadOnlyList<string> Changes, bool Going, int? Code, string Words);

/// <summary>Starts runs and asks them to stop: each a process of its own, that saves and ends when its standard input does, so that none outlives the server.</summary>
sealed class Starter(StudioOptions options) : IDisposable
{
    /// <summary>Runs that may go on at once.</summary>
    internal const int MostAtOnce = 2;

    const int MostKept = 50, MostWords = 12;

    readonly Lock gate = new();
    readonly List<Child> children = [];

    /// <summary>Whether runs may be started.</summary>
    internal bool Allowed => options.Launch is not null;

    /// <summary>What was started, the latest first.</summary>
    internal IReadOnlyList<Started> All
    {
        get { lock (gate) return [.. children.Select(c => c.Told()).Reverse()]; }
    }

    /// <summary>Starts a run.</summary>
    /// <param name="recipe">One of the names that are offered.</param>
    /// <param name="changes">Checked by <see cref="Change"/>, and by the recipe itself.</param>
    /// <param name="name">Its folder; must not exist.</param>
    /// <exception cref="ConfigurationException">A name, a change or the number of runs is wrong.</exception>
    internal Started Start(string recipe, IReadOnlyList<string> changes, string name)
    {
        if (!options.RecipeNames.Contains(recipe)) throw new ConfigurationException("There is no such recipe.");
        Change.Check(changes);
        Change.CheckName(name);
        options.Resolve!(recipe, changes);
        var folder = Path.Combine(Path.GetFullPath(options.Folders[0]), name);
        lock (gate)
        {
            if (Path.Exists(folder) || children.Any(c => c.Folder == folder && c.Going)) throw new ConfigurationException($"There is a '{name}' already; choose another name.");
            if (children.Count(c => c.Going) >= MostAtOnce) throw new ConfigurationException($"{MostAtOnce} runs go on already; wait, or stop one.");
            string[] words = ["train", recipe, .. changes, .. options.Data is { } data ? new[] { "--data", data } : [], "--out", folder];
            var start = options.Launch!(words);
            (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, true, false);
            var child = new Child(Process.Start(start) ?? throw new EnvironmentException("The run's process could not be started."), name, folder, recipe, changes);
            children.Add(child);
            if (children.Count > MostKept && children.Find(c => !c.Going) is { } old)
            {
                children.Remove(old);
                old.Dispose();
            }
            return child.Told();
        }
    }

    /// <summary>Whether a run was started here and goes on.</summary>
    internal bool Stoppable(string folder)
    {
        lock (gate) return children.Exists(c => c.Folder == folder && c.Going);
    }

    /// <summary>Asks a run to save and stop; false of one that was not started here, or is over.</summary>
    internal bool Stop(string folder)
    {
        lock (gate)
        {
            if (children.Find(c => c.Folder == folder && c.Going) is not { } child) return false;
            child.Stop();
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var child in children) child.Stop();
        foreach (var child in children) child.Dispose();
    }

    sealed class Child : IDisposable
    {
        static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

        readonly Process process;
        readonly Queue<string> words = [];
        readonly string name, recipe;
        readonly IReadOnlyList<string> changes;

        internal Child(Process process, string name, string folder, string recipe, IReadOnlyList<string> changes)
        {
            (this.process, this.name, Folder, this.recipe, this.changes) = (process, name, folder, recipe, changes);
            process.OutputDataReceived += (_, line) => Hear(line.Data);
            process.ErrorDataReceived += (_, line) => Hear(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        internal string Folder { get; }

        internal bool Going => !process.HasExited;

        internal Started Told()
        {
            lock (words) return new(name, recipe, changes, Going, Going ? null : process.ExitCode, string.Join('\n', words));
        }

        internal void Stop()
        {
            try { process.StandardInput.Close(); }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                // It is over already.
            }
        }

        void Hear(string? line)
        {
            if (string.IsNullOrWhiteSpace(line)) return;
            lock (words)
            {
                words.Enqueue(line.Length > 400 ? line[..400] : line);
                if (words.Count > MostWords) words.Dequeue();
            }
        }

        public void Dispose()
        {
            if (!process.WaitForExit(patience)) process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }
}
