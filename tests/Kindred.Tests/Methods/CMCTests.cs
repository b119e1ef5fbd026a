using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes CMC itself.</summary>
public sealed class CMCTests
{
    [Fact]
    public void CMC_contrasts_across_views_so_that_a_bank_never_meets_its_own_view()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var cmc = Toy.Build(() => new CMC(c => new TinyEncoder(c ?? 3), Toy.Facts, new(Dim: 8, Negatives: 5)));
        Toy.State(cmc, "lightBank.entries").Fill_(0); // nothing to learn for the colour encoder, whose targets these are
        Toy.Loss(cmc, data.Batch()).Backward();
        double Gradient(string side) => cmc.NamedParameters().Where(p => p.Path.StartsWith(side + ".", StringComparison.Ordinal)).Sum(p => p.Parameter.Gradient!.Abs().Sum().Item());
        Assert.Equal(0, Gradient("color"), 1e-9);
        Assert.True(Gradient("light") > 1e-6);
    }
}
