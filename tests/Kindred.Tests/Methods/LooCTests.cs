using Kindred.Data.Views;
using Kindred.Experiments.Recipes;
using Kindred.Methods;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes LooC itself, from the recipe's views to the spaces.</summary>
public sealed class LooCTests
{
    static LooC Make(int augmentations = 2, LooC.FeatureKind features = LooC.FeatureKind.Trunk) =>
        Toy.Build(() => new LooC(new TinyEncoder(), new(augmentations, features, Queue: 20, Dim: 8, Hidden: 5, Shuffle: false)));

    [Fact]
    public void With_nothing_left_out_it_is_MoCo()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch() with { Views = data.Batch().Views[..2] };
        var moco = Toy.Build(() => new MoCo(new TinyEncoder(), new(Queue: 20, Dim: 8, Shuffle: false)));
        var looc = Toy.Build(() => new LooC(new TinyEncoder(), new(0, Queue: 20, Dim: 8, Shuffle: false)));
        Assert.Equal(Toy.Loss(moco, batch).Item(), Toy.Loss(looc, batch).Item(), 1e-6);
        foreach (var m in new Method[] { moco, looc }) m.Settle();
        Assert.Equal(Toy.Values(moco, "queue.keys"), Toy.Values(looc, "queues.0.keys"));
    }

    [Fact]
    public void Each_space_compares_its_own_keys_and_queues_those_of_its_own_view()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var batch = data.Batch();
        var method = Make();
        var queues = Tensor.Stack([.. Enumerable.Range(0, 3).Select(i => Toy.State(method, $"queues.{i}.keys").Clone())]);
        var z = Enumerable.Range(0, 4).Select(v => method.Network.Forward(batch.Views[v]).Unflatten(1, [3, 8])).ToArray(); // the twin's weights are still the same
        var joint = method.Network.Forward(batch.Views[1..]).Select(k => k.Unflatten(1, [3, 8])).ToArray();                // keys of one size share batch statistics
        var keys = Tensor.Stack(joint).Permute([2, 0, 1, 3]);
        var expected = LeaveOneOutContrast.Loss(z[0].Transpose(0, 1), keys, queues, 0.2).Item();
        var loss = Toy.Loss(method, batch);
        Assert.Equal(expected, loss.Item(), 1e-5);
        loss.Backward();
        Assert.All(method.NamedParameters(), p => Assert.Equal(p.Path.StartsWith("pair.query.", StringComparison.Ordinal), p.Parameter.Gradient is not null));
        method.Settle();
        for (var space = 0; space < 3; space++)
        {
            var own = joint[space].Select(1, space).Normalize();
            Assert.True((Toy.State(method, $"queues.{space}.keys").Narrow(0, 0, 8) - own).Abs().Max().Item() < 1e-5, $"space {space}");
        }
    }

    [Fact]
    public void Another_number_of_views_is_refused_with_both_numbers()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var message = Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(augmentations: 1), data.Batch())).Message;
        Assert.Contains("3 views", message, StringComparison.Ordinal);
        Assert.Contains("leaveOut", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_features_are_the_trunk_or_all_spaces_and_its_embeddings_unit_rows_side_by_side()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var view = data.Batch().Views[0];
        Assert.Equal([8, 6], Make().Features(view).Shape);
        Assert.Equal([8, 15], Make(features: LooC.FeatureKind.Spaces).Features(view).Shape);
        var z = Make().Embeddings(view);
        Assert.Equal([8, 24], z.Shape);
        Assert.All(z.Unflatten(1, [3, 8]).Square().Sum([2]).Flatten().ToArray<float>(), length => Assert.Equal(1, length, 1e-4));
    }

    const string Views = "name: global, leaveOut: [jitter, rotate], of: [{ crop: { size: 12 } }, rotate, { jitter: { p: 1 } }]";

    static IData Open(string views) => DataKinds.Open(Recipe.Parse($"{{ method: looc, data: 'emoji?split=test', views: [{{ {views} }}] }}", "r", binder: Parts.Binder).First);

    [Fact]
    public void A_recipe_leaves_operations_out_and_gets_a_view_more_for_each_and_two()
    {
        using var scope = Scope.Open();
        using var data = Open(Views);
        var batch = data.Batches(0, 0, null, default).First().Tensors();
        Assert.Equal(["global.0", "global.1", "global.2", "global.3"], batch.Views.Select(v => v.Name));
        Assert.Equal(6, batch.Views.SelectMany((a, i) => batch.Views.Skip(i + 1).Select(b => (a.X - b.X).Abs().Max().Item() > 1e-3)).Count(differ => differ));
        using var again = Open(Views + ", count: 4");                                // saying how many there are is allowed
        Assert.Equal(4, again.Batches(0, 0, null, default).First().Tensors().Views.Length);
    }

    [Fact]
    public void A_key_shares_the_draw_of_its_own_operation_and_no_other()
    {
        var group = (LeaveOneOut)Parts.Views(Recipe.Parse($"{{ method: looc, views: [{{ {Views} }}] }}", "r", binder: Parts.Binder).First.Views).Single();
        var key = new Kindred.Randomness.RandomKey(1, 2, 3, 0);
        string[] Lines(int view) => group.Plan.Describe(group.Draw(key, view, 32, 32)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Lines(0)[2], Lines(2)[2]);                                      // jitter stands third, and is left out first
        Assert.NotEqual(Lines(0)[2], Lines(1)[2]);
        Assert.NotEqual(Lines(0)[2], Lines(3)[2]);
        foreach (var view in new[] { 1, 2, 3 }) Assert.NotEqual(Lines(0)[0], Lines(view)[0]);
        // A turn is one of four: over many pictures the key that shares it always has it, the others not.
        string Turn(int view, int sample) => group.Plan.Describe(group.Draw(key with { Sample = sample }, view, 32, 32)).Split('\n')[1];
        bool Turned(int view, int sample) => Turn(view, sample) == Turn(0, sample);
        Assert.True(Enumerable.Range(0, 40).All(sample => Turned(3, sample)));
        foreach (var view in new[] { 1, 2 }) Assert.False(Enumerable.Range(0, 40).All(sample => Turned(view, sample)));
    }

    [Theory]
    [InlineData("leaveOut: [blur], of: [{ crop: { size: 12 } }]", "leave out 'blur': the plan has 0 operations of that name")]
    [InlineData("leaveOut: [flip], of: [flip, { crop: { size: 12 } }, flip]", "leave out 'flip': the plan has 2 operations")]
    [InlineData("leaveOut: [flip, flip], of: [{ crop: { size: 12 } }, flip]", "'flip' stands twice")]
    [InlineData("count: 2, leaveOut: [flip], of: [{ crop: { size: 12 } }, flip]", "count 2")]
    public void What_makes_no_sense_is_refused_before_anything_is_opened(string views, string message)
    {
        var recipe = Recipe.Parse($"{{ method: looc, data: emoji, encoder: convnet, views: [{{ name: global, {views} }}] }}", "r.yaml", binder: Parts.Binder);
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_have_no_draws_to_share()
    {
        var recipe = Recipe.Parse("{ method: graphcl, data: 'tu:x', encoder: gin, views: [{ name: global, leaveOut: [dropNodes] }] }", "r.yaml", binder: Parts.Binder);
        Assert.Contains("views.0.leaveOut", Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message, StringComparison.Ordinal);
    }
}
