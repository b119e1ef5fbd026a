using System.ComponentModel.DataAnnotations;
using Kindred.Numerics;
using Kindred.Similarities;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Numerics;

/// <summary>The vocabulary in which objectives and methods are written is public, and says what it means.</summary>
public sealed class VocabularyTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void An_objective_written_with_it_is_infonce()
    {
        var (q, k) = (Made.Rows(6, 4, 1), Made.Rows(6, 4, 2));
        var own = CrossEntropy.Diagonal(Pairwise.Dot(Rowwise.Unit(q), Rowwise.Unit(k)) / 0.2).Mean();
        Made.Close(Kindred.Objectives.InfoNce.InBatch(q, k, 0.2).Item(), own.Item());
    }

    [Fact]
    public void Pairs_of_rows_are_the_diagonal_of_all_pairs()
    {
        var (a, b) = (Made.Rows(5, 3, 1), Made.Rows(5, 3, 2));
        Made.Close(Pairwise.Dot(a, b).Diagonal(), Rowwise.Dot(a, b));
        Made.Close(Pairwise.Distance(a, b).Diagonal(), Rowwise.Distance(a, b));
        Made.Close(Pairwise.Cosine(a, b), new Cosine().Matrix(a, b));
    }

    [Fact]
    public void What_is_public_about_it_has_no_internal_neighbours_but_the_tiles()
    {
        var hidden = typeof(Stable).Assembly.GetTypes().Where(t => t.Namespace == "Kindred.Numerics" && t is { IsVisible: false, IsNested: false });
        Assert.Equal(["CrossLogSumExp", "ExponentialTile", "SymmetricLogSumExp"], hidden.Select(t => t.Name).Order());
    }

    public static TheoryData<RangeAttribute, double, double> Ranges => new()
    {
        { new TemperatureAttribute(), 0.001, 100 },
        { new ShareAttribute(), 0, 1 },
        { new WeightAttribute(), 0, 1e6 },
        { new WidthAttribute(), 1, 1 << 20 },
        { new WidthAttribute(0), 0, 1 << 20 },
        { new DepthAttribute(), 1, 16 },
        { new CountAttribute(2), 2, 1 << 24 },
        { new EpochsAttribute(), 0, 1 << 20 },
    };

    [Theory, MemberData(nameof(Ranges))]
    public void A_meaning_brings_its_range(RangeAttribute range, double low, double high)
    {
        Assert.True(range.IsValid(low) && range.IsValid(high));
        Assert.False(range.IsValid(low - 1) || range.IsValid(high + 1));
    }

    [Fact]
    public void Every_method_s_temperatures_and_widths_say_so()
    {
        var plain = from type in typeof(Kindred.Methods.SimCLR).Assembly.GetExportedTypes()
                    where type.Namespace == "Kindred.Methods" && type.Name == "Options"
                    from p in type.GetConstructors()[0].GetParameters()
                    where p.Name is "Temperature" or "Dim" or "Hidden" or "Momentum" or "Depth"
                    where p.GetCustomAttributes(typeof(RangeAttribute), true).All(a => a.GetType() == typeof(RangeAttribute))
                    select $"{type.DeclaringType!.Name}.{p.Name}";
        Assert.Equal([], plain);
    }
}
