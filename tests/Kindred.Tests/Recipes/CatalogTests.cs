using Kindred.Io;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Recipes;

public sealed class CatalogTests
{
    public sealed record CropOptions(int Size = 224, double[]? Scale = null);

    readonly Catalog<string> catalog = new Catalog<string>("augmentation")
        .Add("flip", "Mirrors left and right.", () => "flip")
        .Add<CropOptions>("crop", "A random part, resized.", o => $"crop {o.Size}");

    static RecipeNode Node(string yaml) => RecipeReader.Read(yaml, "r.yaml");

    [Theory]
    [InlineData("flip", "flip")]
    [InlineData("{ flip: }", "flip")]
    [InlineData("{ name: flip }", "flip")]
    [InlineData("crop", "crop 224")]
    [InlineData("{ name: crop, size: 32 }", "crop 32")]
    [InlineData("{ crop: { size: 32 } }", "crop 32")]
    public void A_part_may_be_named_in_three_ways(string yaml, string made) => Assert.Equal(made, catalog.Make(Node(yaml), "views.0.of.0"));

    [Theory]
    [InlineData("flp", "views.0: there is no augmentation 'flp' (did you mean 'flip'?); there are crop, flip (r.yaml:1:1)")]
    [InlineData("{ crop: { sise: 32 } }", "views.0.sise: Crop has no such option (did you mean 'size'?); it has size, scale (r.yaml:1:17)")]
    [InlineData("{ flip: { p: 1 } }", "views.0.p: the augmentation flip has no options (r.yaml:1:14)")]
    [InlineData("[1, 2]", "views.0: the name of an augmentation was expected (crop, flip), this is a list of 2 (r.yaml:1:1)")]
    [InlineData("{ a: 1, b: 2 }", "views.0: the name of an augmentation was expected (crop, flip), this is a map with a, b (r.yaml:1:1)")]
    public void Mistakes_are_named(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => catalog.Make(Node(yaml), "views.0")).Message);

    [Fact]
    public void A_resolved_part_says_every_option() => Assert.Equal("name: crop\nsize: 32\n", catalog.Resolve(Node("{ crop: { size: 32 } }"), "x").ToString());

    [Fact]
    public void Two_parts_of_one_name_are_a_mistake() => Assert.Throws<ArgumentException>(() => catalog.Add("flip", "", () => ""));

    [Fact]
    public void Parts_are_listed_in_order() => Assert.Equal(["crop", "flip"], catalog.Select(e => e.Name));

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class NamedAttribute(string name) : Attribute
    {
        public string Name { get; } = name;
    }

    public sealed class Part;

    [Named("first")]
    [Named("second")]
    public sealed class Found(Part part, Found.Options o)
    {
        public sealed record Options(int Queue = 7);

        public Part Part => part;

        public int Queue => o.Queue > 0 ? o.Queue : throw new ArgumentException("empty");
    }

    [Fact]
    public void Classes_are_found_by_attribute_and_built_from_their_constructors()
    {
        var found = Registry.Find<NamedAttribute>(a => a.Name, typeof(CatalogTests).Assembly);
        Assert.Equal(["first", "second"], found.Keys);
        Assert.Equal(typeof(Found.Options), Registry.OptionsOf(found["first"].Type));

        var part = new Part();
        var made = (Found)Registry.Make(found["first"].Type, Node("{ queue: 9 }"), new(), "other", part);
        Assert.Same(part, made.Part);
        Assert.Equal(9, made.Queue);
        Assert.Contains("did you mean 'queue'", Assert.Throws<ConfigurationException>(() => Registry.Make(typeof(Found), Node("{ qeue: 9 }"), new(), part)).Message);
        Assert.Throws<InvalidOperationException>(() => Registry.Make(typeof(Found), null, new()));
    }
}
