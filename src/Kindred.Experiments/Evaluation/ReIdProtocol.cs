using System.ComponentModel.DataAnnotations;
using Kindred.Metrics;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>Re-identification within the test part: who was seen by one camera is looked for, by cosine, among what the others saw.</summary>
/// <remarks>
/// Market-1501's protocol (<see cref="ReIdentification"/>): pictures of the query's identity by its own camera are dropped from its list, queries that have nothing left to find are
/// not counted. Where the column <c>part</c> says <c>query</c>, those ask and the others are found; else every picture asks, and all others are found. Data without cameras: only the
/// query itself is dropped.
/// </remarks>
/// <param name="Camera">The column that tells the camera.</param>
/// <param name="Split">The part of the data: <c>test</c>, <c>train</c> (what a target's clusters were made of), or <c>all</c>.</param>
/// <param name="Queries">Queries ranked at once; their distances to the gallery are held in memory.</param>
[Protocol("reid", Title = "re-identification across cameras: mAP and the rate of queries matched within the first 1, 5, 10", Paper = "ICCV 2015, Zheng et al.")]
public sealed record ReIdProtocol(string Camera = "camera", [property: AllowedValues("test", "train", "all")] string Split = "test", [Range(1, 1 << 20)] int Queries = 1024) : Protocol
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["map", "r1", "r5", "r10"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var data = subject.OpenLabelled(Split == "all" ? null : Split);
        using var scope = Scope.Open();
        var (x, y) = Features.Of(data, subject.Represent, subject.Cancel);
        long[] ids = y.ToArray<long>();
        var cameras = Cameras(data);
        var (asks, found) = Parts(data);
        subject.Notes["queries"] = asks.Length;
        subject.Notes["gallery"] = found.Length;
        subject.Notes["cameras"] = cameras.Distinct().Count();
        return Measure(x.Normalize(), ids, cameras, asks, found, subject.Cancel);
    }

    // Without cameras every picture is its own: a query then meets everything but itself.
    long[] Cameras(IData data)
    {
        if (data.Columns.TryGetValue(Camera, out var column)) return [.. column.Select((c, i) => c >= 0 ? c : data.Count + (long)i)];
        return Camera == "camera" ? [.. Enumerable.Range(0, data.Count).Select(i => (long)i)]
            : throw new DataException($"camera={Camera}: the data have no such column; there are {(data.Columns.Count == 0 ? "none" : string.Join(", ", data.Columns.Keys))}.");
    }

    // The columns of numbers say not which text is which; the pictures do.
    static (int[] Asks, int[] Found) Parts(IData data)
    {
        int[] all = [.. Enumerable.Range(0, data.Count)];
        if (data is not Modalities.PictureData { Pictures: var pictures } || !pictures.Columns.Contains("part")) return (all, all);
        var asks = Array.FindAll(all, i => pictures.Value("part", i) == "query");
        return asks.Length == 0 ? (all, all) : (asks, Array.FindAll(all, i => pictures.Value("part", i) != "query"));
    }

    /// <summary>The numbers of unit rows `[N, D]`, in percent.</summary>
    /// <param name="rows">`[N, D]`.</param>
    /// <param name="ids">Identity of each, negative for none.</param>
    /// <param name="cameras">Camera of each.</param>
    /// <param name="asks">The rows that ask.</param>
    /// <param name="found">The rows that may be found; where one that asks is among them, it is never its own match.</param>
    /// <param name="cancel">Stops between blocks of queries.</param>
    /// <exception cref="DataException">No query has anything to find.</exception>
    public IReadOnlyDictionary<string, double> Measure(Tensor rows, long[] ids, long[] cameras, int[] asks, int[] found, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(asks);
        ArgumentNullException.ThrowIfNull(found);
        using var scope = Scope.Open();
        Tensor Of(int[] which) => rows.IndexSelect(0, Tensor.From<long>(Array.ConvertAll(which, i => (long)i)).To(rows.Device));
        static long[] At(long[] values, int[] which) => Array.ConvertAll(which, i => values[i]);
        var gallery = Of(found);
        double precision = 0;
        var (cmc, valid) = (new double[10], 0);
        foreach (var block in asks.Chunk(Queries))
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = Scope.Open();
            var distance = 1 - Of(block).Matmul(gallery.T());
            var ranked = ReIdentification.Of(distance, At(ids, block), At(ids, found), At(cameras, block), At(cameras, found), cmc.Length);
            valid += ranked.AveragePrecision.Length;
            precision += ranked.AveragePrecision.Sum();
            for (var k = 0; k < cmc.Length; k++) cmc[k] += ranked.Cmc[k] * ranked.AveragePrecision.Length;
        }
        if (valid == 0) throw new DataException($"none of {asks.Length} queries has a picture of its identity by another camera among {found.Length}: is every identity seen by one camera alone?");
        return new Dictionary<string, double> { ["map"] = 100 * precision / valid, ["r1"] = 100 * cmc[0] / valid, ["r5"] = 100 * cmc[4] / valid, ["r10"] = 100 * cmc[9] / valid };
    }
}
