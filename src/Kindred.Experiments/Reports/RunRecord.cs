using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Io;

namespace Kindred.Experiments.Reports;

/// <summary>What a run's folder says, read without touching anything; what cannot be read is left out.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Name">What to call it: its place below the folder that was searched, or the folder's name.</param>
/// <param name="Condition">How it stands.</param>
public sealed record RunRecord(string Folder, string Name, RunCondition Condition)
{
    /// <summary>A process that works on a run writes a heartbeat every ten seconds; one that is this late is dead or cut off.</summary>
    static readonly TimeSpan silence = TimeSpan.FromSeconds(60);

    const int LongestLine = 1 << 16;

    /// <summary>The methods of its phases: <c>simclr-v2 → finetune</c>.</summary>
    public string? Method { get; init; }

    /// <summary>The recipe as it ran.</summary>
    public RecipeMap? Recipe { get; init; }

    /// <summary>The epochs that the recipe asks for, in its last phase.</summary>
    public long? Epochs { get; init; }

    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>The numbers of the last line of <c>metrics.jsonl</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What evaluations gave: <c>knn.accuracy</c>, and <c>knn.pixels.accuracy</c> of a baseline.</summary>
    public IReadOnlyDictionary<string, double> Evaluations { get; init; } = new Dictionary<string, double>();

    /// <summary>What <c>run.json</c> says.</summary>
    public RunInfo? Info { get; init; }

    /// <summary>What the machine was.</summary>
    public JsonObject? Environment { get; init; }

    /// <summary>Bytes of its files; links are not followed.</summary>
    public long Bytes { get; init; }

    /// <summary>The last loss that was logged.</summary>
    public double? Loss => Metrics.TryGetValue("loss", out var loss) ? loss : null;

    /// <summary>The epoch that it is in, or ended in.</summary>
    public double? Epoch => Metrics.TryGetValue("epoch", out var epoch) ? epoch : null;

    /// <summary>When it began.</summary>
    public DateTimeOffset? Created => Info?.Created;

    /// <summary>The first number of each of the run's own evaluations, as a table shows them.</summary>
    public IEnumerable<KeyValuePair<string, double>> Headlines => Evaluations.Where(e => e.Key.Count(c => c == '.') == 1).DistinctBy(e => e.Key[..e.Key.IndexOf('.', StringComparison.Ordinal)]);

    /// <summary>Whether a folder holds a run: it says so in <c>run.json</c>, or there is a recipe beside what only a training leaves.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsRun(string folder) => InfoOf(folder) is not null
        || (File.Exists(Path.Combine(folder, "config.yaml")) && (File.Exists(Path.Combine(folder, "metrics.jsonl")) || Directory.Exists(Path.Combine(folder, "checkpoints"))));

    /// <summary>The runs in and below a folder, nearest first; links are not followed, and there are none within runs.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    /// <exception cref="DataException">There is no such folder.</exception>
    public static IReadOnlyList<RunRecord> Below(string folder, TimeProvider? clock = null)
    {
        if (!Directory.Exists(folder)) throw new DataException($"there is no folder '{folder}'; name one that holds runs. Runs go to runs/ unless --out says otherwise.");
        return [.. Folders(folder, 0).Select(f => Read(f, NameOf(folder, f), clock))];
    }

    /// <summary>One run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">What to call it; the folder's name unless given.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    /// <exception cref="DataException">There is no run.</exception>
    public static RunRecord Read(string folder, string? name = null, TimeProvider? clock = null)
    {
        if (!Directory.Exists(folder)) throw new DataException($"there is no folder '{folder}'; name a run's folder, such as those that `kindred runs ls` lists.");
        if (!IsRun(folder)) throw new DataException($"'{folder}' is no run folder: it has no run.json of a run, and no config.yaml beside metrics or checkpoints.");
        var info = InfoOf(folder);
        var recipe = Quietly(() => RecipeReader.ReadFile(Path.Combine(folder, "config.yaml")));
        var last = Numbers(LastLine(Path.Combine(folder, "metrics.jsonl")));
        return new(folder, name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), ConditionOf(info, (clock ?? TimeProvider.System).GetUtcNow()))
        {
            Method = recipe is null ? null : MethodOf(recipe),
            Recipe = recipe,
            Epochs = recipe is null ? null : EpochsOf(recipe),
            Step = Math.Max(info?.Step ?? 0, (long)last.GetValueOrDefault("step")),
            Metrics = last.Where(m => m.Key != "step").ToDictionary(),
            Evaluations = EvaluationsOf(folder),
            Info = info,
            Environment = Quietly(() => JsonNode.Parse(RegularFile.ReadAllText(Path.Combine(folder, "env.json"))) as JsonObject),
            Bytes = SizeOf(folder),
        };
    }

    /// <summary>The lines of one of the run's logs as numbers by name, <c>step</c> among them; what is no such line is left out.</summary>
    /// <param name="file"><c>metrics.jsonl</c> or <c>evaluations.jsonl</c>.</param>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Lines(string file) =>
        Quietly(() => RegularFile.ReadAllLines(Path.Combine(Folder, file)).Select(Numbers).Where(l => l.ContainsKey("step")).ToArray()) ?? [];

    static RunInfo? InfoOf(string folder) => RunInfo.TryRead(Path.Combine(folder, "run.json")) is { Host: not null } info && info.Created != default ? info : null;

    /// <summary>How a run stands.</summary>
    /// <param name="info">What its <c>run.json</c> says; null where there is none.</param>
    /// <param name="now">The time.</param>
    public static RunCondition ConditionOf(RunInfo? info, DateTimeOffset now) => info?.State switch
    {
        null => RunCondition.Unknown,
        RunState.Finished => RunCondition.Finished,
        RunState.Preempted => RunCondition.Stopped,
        RunState.Failed => RunCondition.Failed,
        _ => Lives(info, now) ? RunCondition.Running : RunCondition.Lost,
    };

    static bool Lives(RunInfo info, DateTimeOffset now)
    {
        if ((now - info.Heartbeat).Duration() > silence) return false;
        if (info.Host != System.Environment.MachineName) return true;
        try
        {
            using var process = Process.GetProcessById(info.Pid);
            return true;
        }
        catch (ArgumentException) { return false; }
    }

    static string NameOf(string root, string folder) => Path.GetRelativePath(root, folder) is var name && name == "."
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) : name;

    const int Deepest = 8;

    static IEnumerable<string> Folders(string folder, int depth)
    {
        if (IsRun(folder)) return [folder];
        if (depth == Deepest) return [];
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateDirectories().Where(d => d.LinkTarget is null && !d.Name.StartsWith('.')).OrderBy(d => d.Name, StringComparer.Ordinal)
                .SelectMany(d => Folders(Path.Combine(folder, d.Name), depth + 1))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return []; }    // gone in the meantime, or not for us
    }

    static RecipeMap[] Phases(RecipeMap recipe) => (recipe ?? throw new ArgumentNullException(nameof(recipe)))["phases"] is RecipeList { Items.Count: > 0 } list
        ? [.. list.Items.OfType<RecipeMap>().Select(p => RecipeMerge.Over(recipe.With("phases", null), p))] : [recipe];

    /// <summary>The epochs that a recipe asks for, in its last phase; null where it does not say.</summary>
    /// <param name="recipe">As it ran.</param>
    public static long? EpochsOf(RecipeMap recipe) =>
        Phases(recipe)[^1].TryGet("train.epochs", out var epochs) && long.TryParse((epochs as RecipeScalar)?.Text, out var count) ? count : null;

    /// <summary>The methods of a recipe's phases: <c>simclr-v2 → finetune</c>; null where it names none.</summary>
    /// <param name="recipe">As it ran.</param>
    public static string? MethodOf(RecipeMap recipe) =>
        string.Join(" → ", Phases(recipe).Select(p => (p["method"] as RecipeScalar)?.Text).OfType<string>().Distinct()) is { Length: > 0 } methods ? methods : null;

    static Dictionary<string, double> EvaluationsOf(string folder)
    {
        var found = new Dictionary<string, double>();
        var place = new DirectoryInfo(Path.Combine(folder, "eval"));
        if (!place.Exists || place.LinkTarget is not null) return found;
        foreach (var file in place.EnumerateFiles("*.json").Where(f => f.LinkTarget is null).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var metrics = Quietly(() => JsonNode.Parse(RegularFile.ReadAllText(file.FullName))?["metrics"] as JsonObject);
            foreach (var (name, value) in metrics ?? [])
                if (value is JsonValue number && number.TryGetValue<double>(out var one)) found[$"{Path.GetFileNameWithoutExtension(file.Name)}.{name}"] = one;
        }
        return found;
    }

    static string? LastLine(string path) => Quietly(() =>
    {
        if (!File.Exists(path)) return null;
        RegularFile.Require(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(stream.Length, LongestLine), SeekOrigin.End);
        // What is being written may end in half a line.
        return new StreamReader(stream).ReadToEnd().Split('\n').LastOrDefault(l => l.StartsWith('{') && l.EndsWith('}'));
    });

    static Dictionary<string, double> Numbers(string? line)
    {
        var found = new Dictionary<string, double>();
        foreach (var (name, value) in (line is null ? null : Quietly(() => JsonNode.Parse(line) as JsonObject)) ?? [])
            if (value is JsonValue number && number.TryGetValue<double>(out var one)) found[name] = one;
        return found;
    }

    static long SizeOf(string folder) => Quietly(() => (long?)new DirectoryInfo(folder)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true }).Sum(f => f.Length)) ?? 0;

    // A run may be half written, of another version, or vanish while it is looked at: it is shown with what there is.
    static T? Quietly<T>(Func<T?> read)
    {
        try { return read(); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KindredException or JsonException or InvalidOperationException) { return default; }
    }
}
