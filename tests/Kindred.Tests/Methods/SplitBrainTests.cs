using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes SplitBrain itself.</summary>
public sealed class SplitBrainTests
{
    [Fact]
    public void A_split_brain_predicts_each_side_from_the_other_and_never_from_itself()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var brain = Toy.Build(() => new SplitBrain(c => new TinyEncoder(c ?? 3), new(Raster: 4, Hidden: 8)));
        using (NoGradient.Begin())
            foreach (var part in new[] { "light", "color" })                // decoders that say 0 leave the mean square of what was to be predicted
                foreach (var leaf in new[] { "weight", "bias" })
                    brain.NamedParameters().Last(p => p.Path.StartsWith(part + ".", StringComparison.Ordinal) && p.Path.EndsWith(leaf, StringComparison.Ordinal)).Parameter.Value.Fill_(0);
        var batch = data.Batch();
        var raster = batch.Views[0].X.AvgPool2d([4, 4], [4, 4], [0, 0]).Square();   // 16 × 16 down to 4 × 4
        var expected = raster.Narrow(1, 0, 1).Mean().Item() + raster.Narrow(1, 1, 2).Mean().Item();
        Assert.Equal(expected, Toy.Loss(brain, batch).Item(), 1e-6);

        brain = Toy.Build(() => new SplitBrain(c => new TinyEncoder(c ?? 3), new(Raster: 4, Hidden: 8)));
        var features = brain.Features(batch.Views[0]);
        batch.Views[0].X.Narrow(1, 0, 1).Fill_(0);                          // another lightness changes what is seen by the first half only
        var changed = brain.Features(batch.Views[0]).Ne(features).ToArray<bool>();
        Assert.All(Enumerable.Range(0, changed.Length).Where(i => i % 12 >= 6), i => Assert.False(changed[i]));
        Assert.Contains(Enumerable.Range(0, changed.Length).Where(i => i % 12 < 6), i => changed[i]);
    }
}
