using Kindred.Experiments.Evaluation;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

/// <summary>Re-identification: who may be found, and by whom.</summary>
public sealed class ReIdProtocolTests
{
    // On a circle: the angle is the feature.
    static Tensor Circle(params double[] degrees) => Tensor.From<double>([.. degrees.SelectMany(d => new[] { Math.Cos(d * Math.PI / 180), Math.Sin(d * Math.PI / 180) })], [degrees.Length, 2]);

    static readonly int[] all = [0, 1, 2, 3, 4, 5];

    [Fact]
    public void Matches_by_the_query_s_own_camera_do_not_count()
    {
        using var scope = Scope.Open();
        // Identity 7: 0° and 1° by camera 0, 30° by camera 1. Identity 8: 10°, 11° by camera 0, 50° by camera 1.
        var rows = Circle(0, 1, 30, 10, 11, 50);
        long[] ids = [7, 7, 7, 8, 8, 8], cameras = [0, 0, 1, 0, 0, 1];
        var strict = new ReIdProtocol().Measure(rows, ids, cameras, all, all);
        // 0°: 10, 11, then 30 → 1/3. 1°: likewise. 30°: 11, 50?, … 30→11 (19), 10 (20), 50 (20), 1 (29), 0 (30).
        var each = new ReIdProtocol().Measure(rows, ids, cameras, [0], all);
        Assert.Equal(100 / 3.0, each["map"], 1e-6);
        Assert.Equal(0, each["r1"]);
        Assert.Equal(100, each["r5"]);
        // Without cameras the neighbour of the same camera counts: found at once, then 30° at place 4 of 5.
        var lax = new ReIdProtocol().Measure(rows, ids, [0, 1, 2, 3, 4, 5], [0], all);
        Assert.Equal(100 * (1 + (2 / 4.0)) / 2, lax["map"], 1e-6);
        Assert.True(strict["map"] < new ReIdProtocol().Measure(rows, ids, [0, 1, 2, 3, 4, 5], all, all)["map"]);
    }

    [Fact]
    public void Queries_in_blocks_are_the_same_and_those_with_nothing_to_find_are_skipped()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(1);
        var rows = Tensor.Randn([40, 5], generator, Dtype.Float32).Normalize();
        int[] every = [.. Enumerable.Range(0, 40)];
        long[] ids = [.. every.Select(i => i == 39 ? -1L : i == 38 ? 99 : i / 4)], cameras = [.. every.Select(i => (long)(i % 3))];
        var whole = new ReIdProtocol().Measure(rows, ids, cameras, every, every);
        Assert.Equal(whole, new ReIdProtocol(Queries: 7).Measure(rows, ids, cameras, every, every), (a, b) => a.All(p => Math.Abs(p.Value - b[p.Key]) < 1e-9));
        Assert.Equal(whole["map"], new ReIdProtocol().Measure(rows, ids, cameras, every[..38], every)["map"], 1e-9);
        Assert.Throws<DataException>(() => new ReIdProtocol().Measure(rows, ids, cameras, [38, 39], every));
    }

    [Fact]
    public void Made_pictures_without_cameras_are_measured_by_their_classes()
    {
        using var scope = Scope.Open();
        var subject = MadePictures.Subject();
        var numbers = NoGradient.Of(() => new ReIdProtocol().Evaluate(subject));
        var retrieval = NoGradient.Of(() => new ClassRetrieval().Evaluate(MadePictures.Subject()));
        foreach (var name in new[] { "map", "r1", "r5", "r10" }) Assert.Equal(retrieval[name], numbers[name], 0.05);
        Assert.Equal(150, (int)subject.Notes["queries"]!);
        Assert.Throws<DataException>(() => NoGradient.Of(() => new ReIdProtocol(Camera: "vendor").Evaluate(MadePictures.Subject())));
    }
}
