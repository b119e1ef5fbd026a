using System.Globalization;
using Kindred.Data.Audit;
using Kindred.Data.Graphs;
using Kindred.Data.Loading;
using Kindred.Data.Sources;
using Kindred.Graphs;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>Graphs: files in the layout of TUDataset, molecules, and drawn ones.</summary>
[Modality("graphs", "graphs in TUDataset's layout; molecules in SMILES; drawn trees with a house or a ring in them", "tu", "smiles", "motifs")]
public sealed class GraphModality : Modality
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, SampleKinds> Kinds => Alike(SampleKinds.Graphs);

    /// <inheritdoc/>
    public override Type Operation => typeof(GraphOperation);

    /// <inheritdoc/>
    public override void Check(IReadOnlyList<ViewRequest> views, ViewRequest? plain)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.FirstOrDefault(v => v.Size is not null || v.DrawnAs is not null) is { } wrong)
            throw new ConfigurationException($"views: the group '{wrong.Name}' has a size or drawnAs, which graphs have not; leave it out.");
    }

    /// <inheritdoc/>
    public override IData Open(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Views, request.Plain);
        return new GraphData(Read(request.Uri), request.Views, request.Plain, request.Batch, request.Seed);
    }

    static GraphSet Read(string text)
    {
        var uri = DataUri.Parse(text);
        if (uri.Kind == "tu") return TuFiles.Open(uri);
        if (uri.Kind == "smiles") return SmilesFiles.Open(uri);
        uri.Allow("split");
        return uri.Path.Length == 0 || int.TryParse(uri.Path, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? Motifs.Make(uri.Path.Length == 0 ? 400 : Many(uri), uri.Text).Split(uri["split"])
            : throw new ConfigurationException($"{uri}: expected is a number of graphs, such as motifs:400.");
    }

    static int Many(DataUri uri) => int.TryParse(uri.Path, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 2 and <= 1_000_000 ? count
        : throw new ConfigurationException($"{uri}: expected are 2 to 1000000 graphs.");

    /// <summary>Nodes, undirected edges, and the sum of each feature over the nodes.</summary>
    protected override string Line(IData data, View view, int row)
    {
        if (view is not GraphView graphs) return base.Line(data, view, row);
        var one = (GraphView)graphs.Part(row, 1);
        var features = one.X.Sum([0]).ToArray<float>().Index().Where(f => f.Item != 0).Take(8).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Index}: {f.Item:0.##}"));
        return string.Create(CultureInfo.InvariantCulture, $"{one.X.Size(0)} nodes, {one.Edges.Size(1) / 2} edges; features {string.Join(", ", features)}");
    }

    /// <inheritdoc/>
    public override DataReport Audit(string uri, Look look, CancellationToken cancel = default, Action<int, int>? progress = null)
    {
        IReadOnlyList<(string Place, string Reason)> bad = [];
        var parsed = DataUri.Parse(uri);
        // What training would refuse is listed here, all of it.
        var set = parsed.Kind == "smiles" ? SmilesFiles.Open(look == Look.Scan ? parsed : parsed.With("bad", "skip"), out bad) : Read(uri);
        int[] sizes = [.. set.Graphs.Select(g => g.Nodes).Order()];
        return new DataReport
        {
            Source = uri,
            Samples = set.Graphs.Count + bad.Count,
            Classes = set.Classes.Select((name, i) => (name, set.Labels!.Count(l => l == i))).ToDictionary(c => c.name, c => c.Item2),
            Unlabelled = set.Labels is null ? set.Graphs.Count : 0,
            Bad = [.. bad.Select((b, i) => new BadSample(i, b.Place, b.Reason))],
            // An undirected edge stands in the list twice.
            Formats = new Dictionary<string, int>
            {
                ["nodes"] = sizes.Sum(), ["edges"] = set.Graphs.Sum(g => g.Edges.Count(e => e.Source <= e.Target)), ["features"] = set.Width,
                ["nodes of the smallest"] = sizes.FirstOrDefault(), ["of the median"] = sizes.Length == 0 ? 0 : sizes[sizes.Length / 2], ["of the largest"] = sizes.LastOrDefault(),
                ["without edges"] = set.Graphs.Count(g => g.Edges.Length == 0),
                ["that occur again"] = set.Graphs.Count - set.Graphs.Select(g => $"{string.Join(',', g.Features)};{string.Join(',', g.Edges)}").Distinct().Count(),
            },
            Sizes = null,
        };
    }
}

/// <summary>Graphs as a method sees them.</summary>
sealed class GraphData(GraphSet set, IReadOnlyList<ViewRequest> views, ViewRequest? plain, int batch, ulong seed) : MemoryData(set.Graphs.Count, set.Classes, set.Labels, batch, seed)
{
    public override IReadOnlyDictionary<string, long> Inputs => new Dictionary<string, long> { ["features"] = set.Width };

    /// <summary>The groups of views, or two plain ones where the recipe names none; without chance one.</summary>
    protected override View[] Make(IReadOnlyList<Wanted> samples)
    {
        if (samples.Count == 0 || samples[0].Key is null) return [Laid(samples, plain?.Operations ?? [], 0, "plain")];
        if (views.Count == 0) return [Laid(samples, [], 0, "graph.0"), Laid(samples, [], 1, "graph.1")];
        var made = new List<View>();
        foreach (var group in views)
            for (var i = 0; i < group.Count; i++) made.Add(Laid(samples, group.Operations, made.Count, $"{group.Name}.{i}"));
        return [.. made];
    }

    GraphView Laid(IReadOnlyList<Wanted> samples, IReadOnlyList<object> operations, int view, string name)
    {
        var drawn = new GraphSample[samples.Count];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = set.Graphs[samples[i].Row];
            for (var o = 0; o < operations.Count; o++)
            {
                var draws = (samples[i].Key.GetValueOrDefault() with { View = view }).Draws(o);
                drawn[i] = ((GraphOperation)operations[o]).Apply(drawn[i], ref draws);
            }
        }
        int nodes = drawn.Sum(g => g.Nodes), edges = drawn.Sum(g => g.Edges.Length), row = 0, edge = 0;
        var (x, links, owner) = (new float[nodes * set.Width], new long[2 * edges], new long[nodes]);
        for (var g = 0; g < drawn.Length; g++)
        {
            for (var i = 0; i < drawn[g].Features.Length; i++) x[(row * set.Width) + i] = (float)drawn[g].Features[i];
            foreach (var (source, target) in drawn[g].Edges) (links[edge], links[edges + edge++]) = (row + source, row + target);
            owner.AsSpan(row, drawn[g].Nodes).Fill(g);
            row += drawn[g].Nodes;
        }
        return new(Tensor.From<float>(x, [nodes, set.Width]), Tensor.From<long>(links, [2, edges]), Tensor.From<long>(owner, [nodes]), drawn.Length, name);
    }
}
