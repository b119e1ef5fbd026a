using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Similarities;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Every kind of similarity serves the objectives that compare pairs, and learns with them where it has weights.</summary>
public sealed class SimilarityTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static readonly Dictionary<string, Func<Similarity>> kinds = new()
    {
        ["cosine"] = () => new Cosine(), ["dot"] = () => new Dot(), ["euclidean"] = () => new Euclidean(), ["squared euclidean"] = () => new SquaredEuclidean(),
        ["bilinear"] = () => Wide(new Bilinear(3, 3)), ["mahalanobis"] = () => Wide(new Mahalanobis(3)),
    };

    static Similarity Wide(Similarity similarity)
    {
        similarity.To(dtype: Dtype.Float64);
        return similarity;
    }

    public static TheoryData<string> Kinds => [.. kinds.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public void Pairs_are_the_diagonal_of_the_matrix(string kind)
    {
        var (similarity, x, y) = (kinds[kind](), Made.Rows(5, 3, 1), Made.Rows(5, 3, 2));
        Made.Close(similarity.Matrix(x, y).Diagonal(), similarity.Pairs(x, y));
        if (similarity.OfItself is { } own) Made.Close(Tensor.Full([5], own, dtype: Dtype.Float64), similarity.Pairs(x, x));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_triplet_whose_positive_is_closer_by_more_than_the_margin_costs_nothing(string kind)
    {
        var similarity = kinds[kind]();
        if (similarity is Bilinear bilinear) bilinear.Weight.Set(Tensor.Eye(3, dtype: Dtype.Float64));
        Tensor anchor = Made.Rows(1, 3, 1).Normalize(), far = -anchor;
        Made.Close(0, Triplet.Loss(anchor, anchor, far, 0.5, similarity).Item());
        Assert.True(Triplet.Loss(anchor, far, anchor, 0.5, similarity).Item() > 1);
        var x = Tensor.Cat([anchor, anchor, far, far]);
        Made.Close(0, Triplet.Loss(x, Made.Index(0, 0, 1, 1), TripletMining.BatchHard, 0.5, similarity).Item());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_a_similarity_learns_it_learns_from_each_of_them(string kind)
    {
        var similarity = kinds[kind]();
        foreach (var (name, weight) in similarity.NamedParameters())
        {
            Func<Tensor>[] losses = [() => Triplet.Loss(Made.Rows(6, 3, 1), Made.Index(0, 1, 2, 0, 1, 2), TripletMining.All, 5, similarity),
                () => NPair.Loss(Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), similarity: similarity)];
            if (similarity.OfItself is not null) losses = [.. losses, () => ContrastiveMargin.Loss(Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Index(0, 1, 0, 1), 9, similarity: similarity)];
            foreach (var loss in losses) Assert.True(Autograd.Of(loss(), weight.Value).Abs().Sum().Item() > 0, name);
        }
    }

    [Fact]
    public void The_papers_similarities_are_the_defaults()
    {
        var (a, p, n) = (Made.Rows(4, 3, 1), Made.Rows(4, 3, 2), Made.Rows(4, 3, 3));
        Made.Close(Triplet.Loss(a, p, n, similarity: new SquaredEuclidean()), Triplet.Loss(a, p, n));
        Made.Close(NPair.Loss(a, p, similarity: new Dot()), NPair.Loss(a, p));
        var dissimilar = Made.Index(0, 1, 1, 0);
        Made.Close(ContrastiveMargin.Loss(a, p, dissimilar, similarity: new Euclidean()), ContrastiveMargin.Loss(a, p, dissimilar));
    }

    [Fact]
    public void A_margin_on_a_distance_refuses_what_has_no_zero()
    {
        var x = Made.Rows(4, 3, 1);
        foreach (var kind in new[] { "dot", "bilinear" })
            Assert.Contains("Cosine", Assert.Throws<ArgumentException>(() => ContrastiveMargin.Loss(x, x, Made.Index(0, 1, 0, 1), similarity: kinds[kind]())).Message, StringComparison.Ordinal);
        Made.Close(0, ContrastiveMargin.Loss(x, x, Made.Index(0, 0, 0, 0), similarity: new Cosine()).Item());
    }
}
