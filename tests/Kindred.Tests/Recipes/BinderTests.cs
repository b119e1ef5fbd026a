using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Recipes;

public sealed class BinderTests
{
    public enum Stem
    {
        Cifar,
        ImageNet,
    }

    public sealed record Inner(int Size = 3);

    public static class MoCo
    {
        public sealed record Options(
            [Range(0.0, 10.0, MinimumIsExclusive = true)] double Temperature = 0.2,
            [Range(0.0, 1.0)] double Momentum = 0.999,
            [Range(1, int.MaxValue)] int Queue = 65536,
            Stem Stem = Stem.ImageNet,
            bool Symmetric = false,
            string? Note = null,
            double[]? Scale = null,
            (double, double) Betas = default,
            IReadOnlyDictionary<string, Inner>? Groups = null,
            Inner? Inner = null,
            long? Limit = null,
            RecipeNode? Later = null,
            [AllowedValues("sum", "mean")] string Reduction = "mean",
            TimeSpan Every = default);
    }

    static MoCo.Options Bind(string yaml) => new Binder().Bind<MoCo.Options>(RecipeReader.ReadMap(yaml, "moco.yaml"), "options");

    [Fact]
    public void What_is_not_written_keeps_its_default() => Assert.Equal(new MoCo.Options(), Bind(""));

    [Fact]
    public void Every_known_type_is_read()
    {
        var o = Bind("""
            temperature: 7e-2
            queue: 4096
            stem: imagenet
            symmetric: true
            note: 0012
            scale: [0.2, 1]
            betas: [0.9, 0.999]
            groups: { predictor: { size: 5 } }
            inner: { size: 4 }
            limit: 5000000000
            later: { anything: [1, 2] }
            reduction: sum
            every: 00:01:30
            """);
        Assert.Equal(0.07, o.Temperature);
        Assert.Equal(0.999, o.Momentum);
        Assert.Equal(4096, o.Queue);
        Assert.Equal(Stem.ImageNet, o.Stem);
        Assert.True(o.Symmetric);
        Assert.Equal("0012", o.Note);
        Assert.Equal([0.2, 1], o.Scale!);
        Assert.Equal((0.9, 0.999), o.Betas);
        Assert.Equal(5, o.Groups!["predictor"].Size);
        Assert.Equal(4, o.Inner!.Size);
        Assert.Equal(5_000_000_000, o.Limit);
        Assert.IsType<RecipeMap>(o.Later);
        Assert.Equal(TimeSpan.FromSeconds(90), o.Every);
    }

    [Fact]
    public void A_misspelt_key_is_answered_with_the_nearest_and_all_keys()
    {
        var error = Assert.Throws<ConfigurationException>(() => Bind("queue: 5\ntemprature: 0.2\n"));
        Assert.StartsWith("options.temprature: MoCo has no such option (did you mean 'temperature'?); it has temperature, momentum, queue, ", error.Message);
        Assert.EndsWith("(moco.yaml:2:13)", error.Message);
    }

    [Theory]
    [InlineData("queue: 4096.0", "options.queue: a whole number was expected, this is '4096.0'")]
    [InlineData("queue: \"4096\"", "leave the quotes out")]
    [InlineData("queue: many", "a whole number was expected, this is 'many'")]
    [InlineData("queue: 99999999999", "a whole number was expected")]
    [InlineData("queue: [1]", "a whole number was expected, this is a list of 1")]
    [InlineData("queue: 0", "options.queue: '0' is out of range; it takes at least 1")]
    [InlineData("momentum: 1.1", "it takes at least 0 and at most 1")]
    [InlineData("temperature: 0", "it takes more than 0 and at most 10")]
    [InlineData("temperature: 0,2", "write a decimal point")]
    [InlineData("temperature: nan", "a number was expected")]
    [InlineData("temperature: NaN", "a number was expected")]
    [InlineData("temperature: 1e999", "a number was expected")]
    [InlineData("temperature: { a: 1 }", "a number was expected, this is a map with a")]
    [InlineData("symmetric: yes", "true or false was expected, this is 'yes'")]
    [InlineData("symmetric: \"true\"", "true or false was expected, this is the text \"true\"")]
    [InlineData("stem: cifr", "did you mean 'cifar'?")]
    [InlineData("stem: 1", "it takes cifar, imageNet")]
    [InlineData("reduction: men", "is not one of sum, mean (did you mean 'mean'?)")]
    [InlineData("scale: [a, 1]", "options.scale.0: a number was expected, this is 'a'")]
    [InlineData("betas: [0.9]", "two values in brackets")]
    [InlineData("groups: { predictor: { sise: 5 } }", "options.groups.predictor.sise: Inner has no such option (did you mean 'size'?)")]
    [InlineData("groups: 3", "a map was expected")]
    [InlineData("inner: 3", "a map with size was expected")]
    [InlineData("every: soon", "options.every")]
    public void Wrong_values_are_told_apart(string yaml, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => Bind(yaml));
        Assert.Contains(expected, error.Message);
        Assert.Contains("moco.yaml:1:", error.Message);
    }

    public sealed record Needs(int Batch);

    public sealed record Checks(int Queue, int Batch)
    {
        public int Queue { get; } = Queue % Batch == 0 ? Queue : throw new ArgumentException($"a queue of {Queue} keys cannot take batches of {Batch}: make the queue a multiple of the batch");
    }

    [Fact]
    public void A_missing_value_without_a_default_is_named() =>
        Assert.StartsWith("train.batch: Needs needs this value", Assert.Throws<ConfigurationException>(() => new Binder().Bind<Needs>(RecipeReader.ReadMap("", "r"), "train")).Message);

    [Fact]
    public void What_a_record_refuses_itself_is_a_configuration_error() =>
        Assert.Equal("options: a queue of 60 keys cannot take batches of 16: make the queue a multiple of the batch (r:1:1)",
            Assert.Throws<ConfigurationException>(() => new Binder().Bind<Checks>(RecipeReader.ReadMap("queue: 60\nbatch: 16", "r"), "options")).Message);

    public sealed record Scheduled(Uri Where);

    [Fact]
    public void Other_rooms_add_their_types()
    {
        var binder = new Binder().With<Uri>((node, path) => node is RecipeScalar s ? new Uri(s.Text) : throw node.Error(path, "a URI was expected"));
        Assert.Equal("h", binder.Bind<Scheduled>(RecipeReader.ReadMap("where: http://h", "r")).Where.Host);
    }

    [Fact]
    public void A_record_written_out_says_every_value_and_binds_back()
    {
        var options = Bind("temperature: 1e-7\nscale: [0.2, 1]\nbetas: [0.5, 0.25]\nnote: \"12\"\ngroups: { p: { size: 5 } }\nevery: 00:00:01");
        var written = OptionInfo.Write(options);
        Assert.True(written.TryGet("momentum", out var momentum));
        Assert.Equal("0.999", ((RecipeScalar)momentum).Text);
        var back = Bind(written.ToString());
        Assert.Equal(written.ToString(), OptionInfo.Write(back).ToString());
        Assert.Equal(1e-7, back.Temperature);
        Assert.Equal("12", back.Note);
    }

    [Fact]
    public void Options_describe_themselves()
    {
        var options = OptionInfo.Of(typeof(MoCo.Options));
        Assert.Equal(("temperature", 0.2, "more than 0 and at most 10"), (options[0].Name, options[0].Default, options[0].Accepted));
        Assert.Equal("cifar, imageNet", options.Single(o => o.Name == "stem").Accepted);
        Assert.Equal(Stem.ImageNet, options.Single(o => o.Name == "stem").Default);
    }

    [Fact]
    public void A_person_whose_culture_writes_commas_reads_and_writes_the_same_recipes()
    {
        var here = Bind("temperature: 0.25\nscale: [-1.5, 2]");
        var expected = OptionInfo.Write(here).ToString();
        HostileCulture.Run(() =>
        {
            Assert.Equal("0,5", $"{0.5}");
            var there = Bind("temperature: 0.25\nscale: [-1.5, 2]");
            Assert.Equal(0.25, there.Temperature);
            Assert.Equal(expected, OptionInfo.Write(there).ToString());
            Assert.Contains("at least 0 and at most 1 ", Assert.Throws<ConfigurationException>(() => Bind("momentum: 1.5")).Message);
        });
    }
}
