using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Tests.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

/// <summary>A constructor asks for networks by name, and the recipe describes each.</summary>
public sealed class NetworkPartsTests
{
    /// <summary>Two encoders and nothing to learn.</summary>
    public sealed class TwoSides(Encoder text, Encoder video) : Method
    {
        public Encoder Text { get; } = text;
        public Encoder Video { get; } = video;

        protected override Tensor Step(Batch batch, Progress at) => throw new NotSupportedException();
    }

    static TwoSides Make(string networks, DataFacts? facts = null)
    {
        var recipe = Recipe.Parse($"{{ method: simclr, {networks} }}", "r.yaml", binder: Parts.Binder).First;
        using var _ = Initialization.Begin(1);
        var constructor = typeof(TwoSides).GetConstructors().Single();
        var parts = new NetworkParts(recipe, facts ?? DataFacts.None, constructor);
        return (TwoSides)Registry.Make(typeof(TwoSides), null, "options", Parts.Binder, parts.Make);
    }

    [Fact]
    public void Each_gets_its_own_description_and_the_facts_of_its_own_side()
    {
        var facts = DataFacts.None with { Inputs = new Dictionary<string, long> { ["channels"] = 3, ["video.channels"] = 5 } };
        var made = Make("networks: { text: { name: convnet, width: 2 }, video: { name: small-resnet, width: 4 } }", facts);
        Assert.Equal(("ConvNet", "SmallResNet"), (made.Text.GetType().Name, made.Video.GetType().Name));
        Assert.Equal([3L, 5L], new[] { made.Text, made.Video }.Select(e => e.NamedParameters().First().Parameter.Value.Size(1)));
    }

    [Fact]
    public void Data_sets_side_by_side_are_the_facts_of_the_network_of_their_name()
    {
        var facts = DataFacts.None with { Streams = new Dictionary<string, DataFacts> { ["text"] = DataFacts.None.WithInput("channels", 2) } };
        Assert.Equal(2, Make("networks: { text: { name: convnet, width: 2 }, video: convnet }", facts).Text.NamedParameters().First().Parameter.Value.Size(1));
    }

    [Theory]
    [InlineData("encoder: convnet", "networks.text: simclr asks for the networks text, video")]
    [InlineData("networks: { text: convnet, vido: convnet }", "asks for no network 'vido'")]
    [InlineData("networks: { text: { name: convnet, width: 0 }, video: convnet }", "networks.text.width: '0' is out of range")]
    [InlineData("networks: { text: nonesuch, video: convnet }", "there is no encoder 'nonesuch'")]
    public void What_is_missing_or_wrong_is_named(string networks, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Make(networks)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_recipe_that_describes_a_network_nobody_asks_for_is_refused_before_anything_is_opened()
    {
        var recipe = Recipe.Parse("{ method: simclr, data: emoji, encoder: convnet, networks: { video: convnet }, views: [{ of: [flip] }] }", "r.yaml", binder: Parts.Binder);
        Assert.Contains("networks.video: there is no network 'video'", Assert.Throws<ConfigurationException>(() => RecipeCheck.Refuse(recipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_come_with_every_batch()
    {
        using var scope = Scope.Open();
        using var data = DataKinds.Open(Recipe.Parse("{ method: simclr, data: 'emoji?split=test', views: [{ of: [{ crop: { size: 12, scale: [1, 1] } }] }] }", "r", binder: Parts.Binder).First);
        var batch = data.Plain(16).First().Tensors();
        Assert.Equal(["category", "emoji", "subcategory", "vendor"], batch.Columns.Keys.Order());
        Assert.Equal(data.Columns["vendor"].Take(16).Select(v => (long)v), batch.Column("vendor").ToArray<long>());
        Assert.Equal(batch.Labels!.ToArray<long>(), batch.Column("category").ToArray<long>());
        Assert.Contains("camera", Assert.Throws<DataException>(() => batch.Column("camera")).Message, StringComparison.Ordinal);
    }
}
