using Kindred.Encoders;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Recipes;

public sealed class MemoryLayoutTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-layout-").FullName;
    readonly string? before = Environment.GetEnvironmentVariable("KINDRED_CACHE");

    public MemoryLayoutTests()
    {
        Engine.Start(); // its own files stay where they are
        Environment.SetEnvironmentVariable("KINDRED_CACHE", folder);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("KINDRED_CACHE", before);
        Directory.Delete(folder, recursive: true);
    }

    static LayoutChoice Choose(string wanted = "auto", int width = 4, Dtype? precision = null)
    {
        using var scope = Scope.Open();
        using var _ = Initialization.Begin(0);
        return MemoryLayout.Choose(wanted, new SmallResNet(new() { Width = width }), 16, 16, Device.Cpu, precision);
    }

    [Fact]
    public void A_network_is_measured_once_and_every_later_run_chooses_alike_whatever_its_threads()
    {
        var first = Choose();
        var kept = Assert.Single(MemoryLayout.All());
        Assert.Equal(first.Name, kept.Layout);
        Assert.True(kept is { ChannelsLastMs: > 0, NchwMs: > 0 });
        var file = Assert.Single(Directory.GetFiles(MemoryLayout.Folder));

        // What is kept decides, not what a second measurement would say.
        var other = first.ChannelsLast ? "nchw" : "channelsLast";
        File.WriteAllText(file, File.ReadAllText(file).Replace($"\"{first.Name}\"", $"\"{other}\"", StringComparison.Ordinal));
        var threads = Engine.Threads;
        try
        {
            Engine.Threads = 3 - Math.Min(threads, 2);
            Assert.Equal(other, Choose().Name);
        }
        finally { Engine.Threads = threads; }
        Assert.Single(MemoryLayout.All());
    }

    [Fact]
    public void Other_networks_and_precisions_are_measured_by_themselves()
    {
        Choose();
        Choose(width: 6);
        Choose(precision: Dtype.BFloat16);
        Assert.Equal(3, MemoryLayout.All().Count);
    }

    [Fact]
    public void What_the_recipe_says_is_not_measured()
    {
        Assert.True(Choose("channelsLast").ChannelsLast);
        Assert.False(Choose("nchw").ChannelsLast);
        Assert.Empty(MemoryLayout.All());
    }

    [Fact]
    public void A_damaged_measurement_is_made_anew()
    {
        Choose();
        var file = Assert.Single(Directory.GetFiles(MemoryLayout.Folder));
        foreach (var text in (string[])["", "{", "[]", "null", "{\"layout\":\"sideways\"}"])
        {
            File.WriteAllText(file, text);
            Choose();
            Assert.Single(MemoryLayout.All());
            Assert.Single(Directory.GetFiles(MemoryLayout.Folder));
        }
    }

    [Fact]
    public void Where_nothing_can_be_kept_nothing_is_measured()
    {
        File.WriteAllText(Path.Combine(folder, "layout"), ""); // where the folder would be
        var choice = Choose();
        Assert.True(choice.ChannelsLast);
        Assert.Contains("cannot be written", choice.Reason);
    }

    [Fact]
    public void Measuring_touches_neither_the_network_nor_what_is_drawn_later()
    {
        using var scope = Scope.Open();
        var encoder = NetworkOf(5);
        using (Initialization.Begin(7))
        {
            MemoryLayout.Choose("auto", encoder, 16, 16, Device.Cpu, null);
            Assert.Single(MemoryLayout.All());
            var after = Tensor.Randn([4], Initialization.Generator, Dtype.Float32);
            using var again = Initialization.Begin(7);
            Assert.Equal(after.ToArray<float>(), Tensor.Randn([4], Initialization.Generator, Dtype.Float32).ToArray<float>());
        }
        Assert.True(encoder.Training);
        foreach (var (ours, fresh) in encoder.State().Zip(NetworkOf(5).State())) Assert.True(ours.State.Value.Equal(fresh.State.Value), ours.Path);
    }

    static SmallResNet NetworkOf(long seed)
    {
        using var _ = Initialization.Begin(seed);
        return new SmallResNet(new() { Width = 4 });
    }
}
