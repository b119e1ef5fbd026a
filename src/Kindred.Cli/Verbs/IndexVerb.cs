using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Kindred.Experiments.Embeddings;
using Kindred.Index;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred index build|search|add|info</c>: one file that finds the nearest of many vectors.</summary>
static class IndexVerb
{
    static readonly Option<bool> json = new("--json") { Description = "JSON on stdout." };

    internal static Command Create() => new("index", "Builds and searches an index of vectors: one mapped file, exact or by a graph.") { Build(), Search(),
        Add(), Info() };

    static Argument<string> Vectors() => new("vectors") { Description = "A file that `kindred embed` wrote: .npy or .safetensors." };

    static Argument<string> Index() => new("index") { Description = "The index." };

    static Option<int> Threads() => new("--threads") { Description = "Threads; one a processor if left out. The file is the same." };

    static Command Build()
    {
        var (vectors, threads) = (Vectors(), Threads());
        var file = new Option<string>("--out") { Description = "The index, replaced if it is there.", Required = true };
        var metric = new Option<string>("--metric") { Description = "cosine, dot or euclidean.", DefaultValueFactory = _ => "cosine" };
        var kind = new Option<string>("--kind") { Description = "exact looks at all vectors, graph at few and misses some; auto takes a graph from 50,000 on.", DefaultValueFactory = _ => "auto" };
        var links = new Option<int>("--links") { Description = "Edges of a node of the graph.", DefaultValueFactory = _ => 16 };
        var construction = new Option<int>("--construction") { Description = "Candidates that are looked at for each new node.", DefaultValueFactory = _ => 128 };
        var seed = new Option<ulong>("--seed") { Description = "What the graph's levels are drawn from." };
        var command = new Command("build", "Builds an index of vectors.") { vectors, file, metric, kind, links, construction, seed, threads, json };
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            var options = new IndexOptions(MetricNames.Find(r.GetValue(metric)!), KindOf(r.GetValue(kind)!), r.GetValue(links), r.GetValue(construction),
                r.GetValue(seed));
            using var collection = Collection.Open(r.GetValue(vectors)!);
            Launcher.HoldSignals();
            using var shown = new Percent(collection.Vectors.Count);
            var watch = Stopwatch.StartNew();
            VectorIndex.Build(r.GetValue(file)!, collection.Content, options, r.GetValue(threads), shown, cancel);
            shown.Dispose();
            return Describe(r.GetValue(file)!, r.GetValue(json), watch.Elapsed.TotalSeconds);
        }));
        return command;
    }

    static IndexKind KindOf(string name) => name switch
    {
        "auto" => IndexKind.Auto,
        "exact" => IndexKind.Exact,
        "graph" or "hnsw" => IndexKind.Graph,
        _ => throw new ConfigurationException($"--kind {name}: there are auto, exact and graph."),
    };

    static Command Add()
    {
        var (index, vectors, threads) = (Index(), Vectors(), Threads());
        var file = new Option<string?>("--out") { Description = "Another index; left out, the vectors come into this one." };
        var command = new Command("add", "Puts further vectors into an index.") { index, vectors, file, threads, json };
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            var target = r.GetValue(file) ?? r.GetValue(index)!;
            using (var old = VectorIndex.Open(r.GetValue(index)!))
            using (var collection = Collection.Open(r.GetValue(vectors)!))
            {
                Refuse(old, collection, r.GetValue(vectors)!);
                Launcher.HoldSignals();
                using var shown = new Percent(old.Count + collection.Vectors.Count);
                old.Add(target, collection.Content, r.GetValue(threads), shown, cancel);
            }
            return Describe(target, r.GetValue(json), null);
        }));
        return command;
    }

    // Vectors of other weights or of another layer lie elsewhere, though they be as long.
    static void Refuse(VectorIndex old, Collection more, string file)
    {
        if (old.Source is not { } source || more.Manifest is not { } manifest) return;
        var before = EmbeddingManifest.Parse(source, old.Path);
        if (before.CheckpointSha256 != manifest.CheckpointSha256 || before.Layer != manifest.Layer)
            throw new DataException($"{file} was made by {manifest.Run} (layer {manifest.Layer}), {old.Path} by {before.Run} (layer {before.Layer}) with other weights or of another layer: "
                + "their vectors cannot be compared. Embed all with one run.");
    }

    static Command Search()
    {
        var index = Index();
        var query = new Option<string[]>("--query") { Description = "A .npy or .safetensors of vectors, or the name of a vector in the index; may be given several times.",
            Required = true, Arity = ArgumentArity.OneOrMore };
        var words = new SearchWords();
        var command = new Command("search", "Finds the nearest of vectors, without a run: `kindred search` takes pictures and words.") { index, query, json };
        words.AddTo(command);
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            using var among = Collection.Open(r.GetValue(index)!);
            var options = words.Options(r, among, cancel);
            SearchVerb.Print([.. r.GetValue(query)!.SelectMany(q => Nearest(among, q, r.GetValue(words.K), options, r.GetValue(words.Exact)))], r.GetValue(json));
            return 0;
        }));
        return command;
    }

    static IEnumerable<Answer> Nearest(Collection among, string query, int k, SearchOptions options, bool exact)
    {
        using var given = File.Exists(query) ? Collection.Open(query) : null;
        using var own = given is not null ? null : Kindred.Index.Vectors.Of(among.Vectors[among.Find(query)
            ?? throw new DataException($"'{query}' is no file and no name of the {among.Names.Count} vectors of {among.Path}, such as '{among.Names[0]}'.")]
                .ToArray(), among.Vectors.Dimension);
        var found = among.Search(given?.Vectors ?? own!, k, options, exact);
        return [.. found.Select((all, i) => new Answer(given?.Names[i] ?? query,
            [.. all.Select((n, rank) => new Found(rank + 1, among.Names[n.Row], n.Score, among.Labels?[n.Row], n.Row))]))];
    }

    static Command Info()
    {
        var index = Index();
        var verify = new Option<bool>("--verify") { Description = "Reads every byte and compares it with the hash that was kept." };
        var command = new Command("info", "Says what an index holds.") { index, verify, json };
        command.SetAction(r =>
        {
            if (r.GetValue(verify))
            {
                using var open = VectorIndex.Open(r.GetValue(index)!);
                open.Verify();
            }
            return Describe(r.GetValue(index)!, r.GetValue(json), null);
        });
        return command;
    }

    static int Describe(string file, bool asJson, double? seconds)
    {
        using var index = VectorIndex.Open(file);
        var manifest = index.Source is { } source ? EmbeddingManifest.Parse(source, file) : null;
        var kind = index.Options.Kind == IndexKind.Graph ? "graph" : "exact";
        var bytes = new FileInfo(file).Length;
        var classes = index.Labels?.OfType<string>().Distinct().Count() ?? 0;
        if (asJson)
        {
            Output.Json(new
            {
                File = file, index.Count, index.Dimension, Metric = index.Metric.Name(), Kind = kind, Links = kind == "graph" ? index.Options.Links : (int?)null,
                Construction = kind == "graph" ? index.Options.Construction : (int?)null, index.Options.Seed, Bytes = bytes, Classes = classes, manifest?.Run,
                    manifest?.Layer, manifest?.Data, Seconds = seconds,
            });
            return 0;
        }
        Output.Table(["", ""],
        [
            ["index", file], ["vectors", $"{index.Count} of {index.Dimension} numbers"], ["nearest by", index.Metric.Name()],
            ["kind", kind == "exact" ? "exact: every search looks at all"
                : $"graph: {index.Options.Links} links, {index.Options.Construction} candidates, seed {index.Options.Seed}"],
            ["bytes", bytes.ToString(CultureInfo.InvariantCulture)], ["labels", index.Labels is null ? "none" : $"{classes} different ones"],
            .. manifest is null ? Array.Empty<string[]>() : [["run", $"{manifest.Run} ({manifest.Method}, layer {manifest.Layer})"], ["data", manifest.Data]],
            .. seconds is { } s ? [["seconds", s.ToString("0.0", CultureInfo.InvariantCulture)]] : Array.Empty<string[]>(),
        ]);
        return 0;
    }
}
