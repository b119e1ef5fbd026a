using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

/// <summary>Moving digits: what two frames share is what was asked for.</summary>
public sealed class FactorModalityTests
{
    static IData Open(string uri, int batch = 32) => DataKinds.Of(uri).Open(new DataRequest(uri, [], Batch: batch, Seed: 3));

    static float[] Frame(Batch batch, int view) => batch.Views[view].X.ToArray<float>();

    [Fact]
    public void Shared_backgrounds_stay_and_others_are_another_s()
    {
        using var scope = Scope.Open();
        // The corner pixels are background in most scenes; equal in both frames only where it is shared.
        double Same(string share)
        {
            using var data = Open($"moving:?n=200&share={share}");
            var batch = data.Batches(0, 0, null, default).First().Tensors();
            var (a, b) = (Frame(batch, 0), Frame(batch, 1));
            return Enumerable.Range(0, 32).Count(i => Enumerable.Range(0, 3).All(c => a[(i * 3072) + (c * 1024)] == b[(i * 3072) + (c * 1024)])) / 32.0;
        }
        Assert.True(Same("background") > 0.8);
        Assert.True(Same("digit,position") < 0.2);
    }

    [Fact]
    public void Everything_shared_differs_by_a_drift_alone_and_nothing_shared_by_everything()
    {
        using var scope = Scope.Open();
        double Distance(string query)
        {
            using var data = Open($"moving:?n=200{query}");
            var batch = data.Batches(0, 0, null, default).First().Tensors();
            return (batch.Views[0].X - batch.Views[1].X).Square().Mean().Item();
        }
        Assert.True(Distance("") < 0.6 * Distance("&share=nothing"));
    }

    [Fact]
    public void Labels_columns_and_plain_frames_belong_together_and_the_splits_are_of_other_scenes()
    {
        using var scope = Scope.Open();
        using var data = Open("moving:?n=300&label=position");
        using var again = Open("moving:?n=300&label=digit&share=digit");
        using var test = Open("moving:?n=300&label=position&split=test");
        Assert.Equal(9, data.Classes.Count);
        Assert.Equal(data.Labels, data.Columns["position"]);
        Assert.Equal(again.Labels, data.Columns["digit"]);
        Assert.All(data.Columns.Values, column => Assert.True(column.Distinct().Count() >= 9));
        Assert.NotEqual(data.Columns["digit"], test.Columns["digit"]);
        var (one, two) = (data.Plain(300).Single().Tensors(), again.Plain(300).Single().Tensors());
        Assert.Equal(Frame(one, 0), Frame(two, 0));                        // what is shared is no matter for looking
        Assert.Single(one.Views);
        Assert.InRange(one.Views[0].X.Amax([0, 1, 2, 3]).Item(), 0.9, 1.0);
        Assert.Equal([300, 3, 32, 32], one.Views[0].X.Shape);
    }

    [Fact]
    public void An_epoch_can_begin_anywhere_and_the_next_is_drawn_anew()
    {
        using var scope = Scope.Open();
        using var data = Open("moving:?n=200&share=digit");
        var whole = data.Batches(1, 0, null, default).Select(b => Frame(b.Tensors(), 1)).ToArray();
        Assert.Equal(whole[3], Frame(data.Batches(1, 3, null, default).First().Tensors(), 1));
        Assert.NotEqual(whole[0], Frame(data.Batches(2, 0, null, default).First().Tensors(), 1));
    }

    [Theory, InlineData("share=colour", "colour"), InlineData("label=hue", "hue"), InlineData("split=val", "val"), InlineData("n=3", "batch")]
    public void Wrong_words_are_named(string query, string told) =>
        Assert.Contains(told, Assert.ThrowsAny<KindredException>(() => Open($"moving:?{query}")).Message, StringComparison.Ordinal);
}
