using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Metrics;

/// <summary>Person and vehicle re-identification: mean average precision and the cumulative matching curve.</summary>
/// <remarks>
/// Market-1501 protocol (Zheng et al., ICCV 2015): gallery pictures of the query's id taken by the query's own camera are dropped;
/// queries left without a match are skipped; AP = mean over hits of (rank among hits) / rank; CMC-k = share of queries with a hit among
/// the first k ("first match"). Equal distances keep gallery order.
/// </remarks>
/// <param name="MeanAveragePrecision">Mean of <paramref name="AveragePrecision"/>, in [0, 1]; 0 when no query is valid.</param>
/// <param name="Cmc">Share of valid queries matched within the first k, k = 1 … topk.</param>
/// <param name="Valid">Whether each query had anything to find, `[Q]`.</param>
/// <param name="AveragePrecision">Average precision of the valid queries, in query order.</param>
public sealed record ReIdentification(double MeanAveragePrecision, double[] Cmc, bool[] Valid, double[] AveragePrecision)
{
    /// <summary>Ranks a gallery for every query.</summary>
    /// <param name="distance">Smaller is closer, `[Q, G]`.</param>
    /// <param name="queryIds">Identity of each query, `[Q]`; a query with a negative one is skipped.</param>
    /// <param name="galleryIds">Identity of each gallery picture, `[G]`; one with a negative id is dropped, as the protocol drops its junk.</param>
    /// <param name="queryCameras">Camera of each query, `[Q]`; empty: no picture is dropped.</param>
    /// <param name="galleryCameras">Camera of each gallery picture, `[G]`; empty: no picture is dropped.</param>
    /// <param name="topk">Length of the CMC curve.</param>
    /// <exception cref="ArgumentException">Ids or cameras do not fit the matrix.</exception>
    public static ReIdentification Of(Tensor distance, ReadOnlySpan<long> queryIds, ReadOnlySpan<long> galleryIds,
        ReadOnlySpan<long> queryCameras = default, ReadOnlySpan<long> galleryCameras = default, int topk = 10)
    {
        ArgumentNullException.ThrowIfNull(distance);
        var cameras = !queryCameras.IsEmpty && !galleryCameras.IsEmpty;
        if (distance.Size(0) != queryIds.Length || distance.Size(1) != galleryIds.Length
            || (cameras && (queryCameras.Length != queryIds.Length || galleryCameras.Length != galleryIds.Length)))
            throw new ArgumentException($"a [{distance.Size(0)}, {distance.Size(1)}] distance with {queryIds.Length} query and {galleryIds.Length} "
                + $"gallery ids: one id (and camera) a row, one a column.");

        var valid = new bool[queryIds.Length];
        var cmc = new double[topk];
        var precisions = new List<double>();
        for (int q = 0; q < queryIds.Length; q++)
        {
            var hits = Hits(Host.Row(distance, q), queryIds[q], galleryIds, cameras ? queryCameras[q] : 0, cameras ? galleryCameras : default);
            valid[q] = queryIds[q] >= 0 && hits.Count > 0;
            if (!valid[q])
                continue;
            precisions.Add(hits.Select((rank, hit) => (hit + 1.0) / rank).Average());
            for (int k = hits[0]; k <= topk; k++)
                cmc[k - 1]++;
        }
        for (int k = 0; k < topk; k++)
            cmc[k] = precisions.Count == 0 ? 0 : cmc[k] / precisions.Count;
        return new(precisions.Count == 0 ? 0 : precisions.Average(), cmc, valid, [.. precisions]);
    }

    // 1-based ranks of the matches in the list without the dropped pictures.
    static List<int> Hits(double[] distances, long id, ReadOnlySpan<long> ids, long camera, ReadOnlySpan<long> cameras)
    {
        var kept = new List<int>(ids.Length);
        for (int g = 0; g < ids.Length; g++)
            if (ids[g] >= 0 && (cameras.IsEmpty || ids[g] != id || cameras[g] != camera))
                kept.Add(g);
        var order = kept.ToArray();
        Array.Sort(order, (a, b) => distances[a].CompareTo(distances[b]) is var sign && sign != 0 ? sign : a.CompareTo(b));
        var hits = new List<int>();
        for (int rank = 1; rank <= order.Length; rank++)
            if (ids[order[rank - 1]] == id)
                hits.Add(rank);
        return hits;
    }
}
