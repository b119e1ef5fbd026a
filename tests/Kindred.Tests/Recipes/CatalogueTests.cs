using System.Reflection;
using System.Reflection.Emit;
using Kindred.Data.Views;
using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

public sealed class CatalogueTests
{
    static RecipeNode Node(string yaml) => RecipeReader.Read(yaml, "r.yaml");

    [Theory]
    [InlineData("flip", 0.5)]
    [InlineData("{ flip: }", 0.5)]
    [InlineData("{ name: flip }", 0.5)]
    [InlineData("{ name: flip, p: 0.25 }", 0.25)]
    [InlineData("{ flip: { p: 0.25 } }", 0.25)]
    public void A_part_may_be_named_in_three_ways(string yaml, double p) => Assert.Equal(new Flip(p), Parts.Make<Augmentation>(Node(yaml), "views.0.of.0"));

    [Theory]
    [InlineData("flp", "views.0: there is no view operation 'flp' (did you mean 'flip'?); there are affine, ")]
    [InlineData("{ crop: { sise: 32 } }", "views.0.crop.sise: Crop has no such option (did you mean 'size'?); it has size, scale, ratio, interpolation (r.yaml:1:17)")]
    [InlineData("{ crop: 32 }", "views.0: a map with options of crop was expected, this is '32' (r.yaml:1:9)")]
    [InlineData("[1, 2]", "views.0: the name of a view operation was expected (affine, ")]
    [InlineData("{ a: 1, b: 2 }", "this is a map with a, b (r.yaml:1:1)")]
    public void Mistakes_are_named(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Parts.Make<Augmentation>(Node(yaml), "views.0")).Message);

    [Fact]
    public void A_resolved_part_says_every_option_its_preset_included() =>
        Assert.StartsWith("name: vit-small\nsize: 224\npatch: 8\nwidth: 384\ndepth: 12\nheads: 6\n", Catalogues.Encoders.Resolve(Node("{ vit-small: { patch: 8 } }"), "x", Parts.Binder).ToString());

    [Fact]
    public void A_preset_stands_under_what_is_written()
    {
        ResNet.Options Read(string yaml) => (ResNet.Options)Catalogues.Encoders.Bind(Node(yaml), "encoder", Parts.Binder)!;
        Assert.Equal(50, Read("resnet50").Depth);
        Assert.Equal(50, Read("{ name: resnet50, depth: null, width: 2 }").Depth);
        Assert.Equal(34, Read("{ name: resnet50, depth: 34 }").Depth);
        Assert.True(((Adam.Options)Parts.Optimizer(Node("adamw"), new Constant())).Decoupled);
        Assert.False(((Adam.Options)Parts.Optimizer(Node("adam"), new Constant())).Decoupled);
    }

    [Fact]
    public void An_encoder_takes_its_channels_from_its_options_else_from_the_data_else_three()
    {
        using var scope = Scope.Open();
        long Channels(string yaml, DataFacts? facts, long? wanted = null) =>
            Parts.Encoder(Node(yaml), wanted, facts).NamedParameters().First(p => p.Path == "conv1.weight").Parameter.Value.Size(1);
        var grey = DataFacts.None.WithInput("channels", 1);
        Assert.Equal(3, Channels("{ name: small-resnet, width: 4 }", null));
        Assert.Equal(1, Channels("{ name: small-resnet, width: 4 }", grey));
        Assert.Equal(2, Channels("{ name: small-resnet, width: 4, channels: 2 }", grey));
        Assert.Equal(5, Channels("{ name: small-resnet, width: 4, channels: 2 }", grey, 5));
        Assert.Contains("takes no other number of channels", Assert.Throws<ConfigurationException>(() => Channels("{ name: wave, width: 4 }", grey, 5)).Message);
    }

    [Fact]
    public void A_part_of_another_class_than_wanted_is_refused_with_those_that_fit()
    {
        using var scope = Scope.Open();
        var error = Assert.Throws<ConfigurationException>(() => Parts.Make<SequenceEncoder>(Node("resnet18"), "encoder"));
        Assert.Equal("encoder: a SequenceEncoder is wanted here, and resnet18 is none; take log-mel, wave (r.yaml:1:1)", error.Message);
        Assert.IsType<LogMelEncoder>(Parts.Make<SequenceEncoder>(Node("{ name: log-mel, width: 4 }"), "encoder"));
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class NamedAttribute(string name) : PartAttribute(name);

    public sealed class Body;

    [Named("first")]
    [Named("second")]
    public sealed class Found(Body body, Found.Options o)
    {
        public sealed record Options(int Queue = 7);

        public Body Body => body;

        public int Queue => o.Queue;
    }

    [Fact]
    public void Classes_are_found_by_attribute_and_built_from_their_constructors()
    {
        var found = Registry.Find<NamedAttribute>(typeof(object), typeof(CatalogueTests).Assembly);
        Assert.Equal(["first", "second"], found.Keys);
        Assert.Equal(typeof(Found.Options), Registry.OptionsOf(found["first"].Type));

        var body = new Body();
        var made = (Found)Registry.Make(found["first"].Type, Node("{ queue: 9 }"), new(), "other", body);
        Assert.Same(body, made.Body);
        Assert.Equal(9, made.Queue);
        Assert.Contains("did you mean 'queue'", Assert.Throws<ConfigurationException>(() => Registry.Make(typeof(Found), Node("{ qeue: 9 }"), new(), body)).Message);
        Assert.Throws<InvalidOperationException>(() => Registry.Make(typeof(Found), null, new()));
        Assert.Contains("belongs on a class that is a Module",
            Assert.Throws<ConfigurationException>(() => Registry.Find<NamedAttribute>(typeof(Kindred.Nn.Module), typeof(CatalogueTests).Assembly)).Message);
    }

    [Fact]
    public void A_plug_in_brings_parts_of_every_kind_and_is_refused_whole_when_a_name_is_taken()
    {
        var taken = Assert.Throws<ConfigurationException>(() => Catalogues.AddPlugin(Made("taken", ("knob", "plug-rise"), ("flip", "flip"))));
        Assert.Contains("'flip'", taken.Message);
        Assert.DoesNotContain("plug-rise", Catalogues.Schedules.Names);

        var plugin = Made("plugin", ("knob", "plug-rise"), ("flip", "plug-flip"));
        Catalogues.AddPlugin(plugin);
        Catalogues.AddPlugin(plugin);
        Assert.Contains("plug-rise", Catalogues.Schedules.Names);
        Assert.Equal("PlugFlip", Parts.Make<Augmentation>(Node("plug-flip"), "x").GetType().Name);
    }

    // An assembly with a schedule and a view operation, as a plug-in would bring them.
    static Assembly Made(string name, (string Class, string Name) schedule, (string Class, string Name) operation)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.Run).DefineDynamicModule(name);
        Define(module, "PlugRise", typeof(PluginSchedule), typeof(ScheduleAttribute), [schedule.Name, "rises"]);
        Define(module, "PlugFlip", typeof(PluginOperation), typeof(AugmentationAttribute), [operation.Name, "flips"]);
        return new Exported(module.Assembly, [.. module.GetTypes()]);
    }

    static void Define(ModuleBuilder module, string name, Type parent, Type attribute, object[] arguments)
    {
        var type = module.DefineType(name, TypeAttributes.Public, parent);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        type.SetCustomAttribute(new CustomAttributeBuilder(attribute.GetConstructor([typeof(string), typeof(string)])!, arguments));
        type.CreateType();
    }

    // A dynamic assembly does not list what it exports.
    sealed class Exported(Assembly inner, Type[] types) : Assembly
    {
        public override Type[] GetExportedTypes() => types;

        public override string? FullName => inner.FullName;
    }

    public record PluginSchedule : Schedule
    {
        public override double this[Progress at] => 1;

        public override IEnumerable<double> Extremes => [1];
    }

    public record PluginOperation : Augmentation
    {
        public override bool Draw(ref Kindred.Randomness.Draws draws, ViewShape shape, ref DrawnStep step) => false;

        public override void Apply(Canvas canvas, in DrawnStep step)
        {
        }
    }
}
