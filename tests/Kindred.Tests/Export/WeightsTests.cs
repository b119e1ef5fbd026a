using Kindred.Experiments.Export;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Tests.Export;

/// <summary>Weights looked at, converted, averaged and thrown away.</summary>
public sealed class WeightsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-weights-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string In(string name) => Path.Combine(folder, name);

    static NamedArray[] State(float shift) =>
    [
        NamedArray.From<float>("net.conv.weight", [1 + shift, -2, 3, 4], 2, 2), NamedArray.From<float>("net.bn.running_var", [0.5f + shift, 2]),
        NamedArray.From<long>("net.bn.num_batches_tracked", [7 + (long)shift]),
    ];

    [Theory]
    [InlineData(".safetensors"), InlineData(".pt"), InlineData(".pth"), InlineData(".npz")]
    public void Every_format_gives_back_what_was_written(string ending)
    {
        WeightFile.Save(In("a" + ending), State(0));
        using var file = WeightFile.Open(In("a" + ending));
        Assert.Equal(State(0).Select(a => a.Name).Order(), file.Names.Order());
        foreach (var array in State(0))
        {
            Assert.Equal(array.Type, file[array.Name].Type);
            Assert.Equal(array.Shape, file[array.Name].Shape);
            Assert.Equal(array.Bytes.ToArray(), file.Read(array.Name).Bytes.ToArray());
        }
        Assert.Equal(3, Weights.Read(In("a" + ending)).Count);
    }

    [Fact]
    public void What_is_no_file_of_weights_is_refused()
    {
        File.WriteAllText(In("a.safetensors"), "what is this, then");
        File.WriteAllText(In("b.pt"), "x");
        foreach (var wrong in (string[])["a.safetensors", "b.pt", "none.pt"]) Assert.Throws<DataException>(() => WeightFile.Open(In(wrong)));
        Assert.Contains(".npz", Assert.Throws<ConfigurationException>(() => WeightFile.Save(In("a.bin"), State(0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_training_file_is_cut_out_and_renamed()
    {
        NamedArray[] file = [.. State(0).Select(a => a.Renamed("state_dict.module.encoder_q." + a.Name)), NamedArray.From<float>("state_dict.module.queue", [1, 2])];
        Assert.Equal(["conv.weight", "bn.running_var", "bn.num_batches_tracked"], Weights.Renamed(file, "state_dict.module.encoder_q.net", []).Select(a => a.Name));
        Assert.Equal("backbone.conv.weight", Weights.Renamed(file, "state_dict.module.encoder_q", [("net.", "backbone.")])[0].Name);
        Assert.Throws<DataException>(() => Weights.Renamed(file, "model", []));
        Assert.Throws<DataException>(() => Weights.Renamed(file, null, [("teacher.", "")]));
        Assert.Contains("'x'", Assert.Throws<DataException>(() => Weights.Renamed([file[0].Renamed("a.x"), file[1].Renamed("b.x")], null, [("a.", ""), ("b.", "")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mean_of_states_is_the_mean_of_fractions_and_the_last_of_counters()
    {
        var mean = Weights.Average([("a", State(0)), ("b", State(3))]);
        Assert.Equal([2.5, -2, 3, 4], mean[0].ToDoubles());
        Assert.Equal([2, 2], mean[1].ToDoubles());
        Assert.Equal(10, mean[2].As<long>()[0]);
        Assert.Equal(ElementType.Float32, mean[0].Type);
        Assert.Contains("b and a", Assert.Throws<DataException>(() => Weights.Average([("a", State(0)), ("b", State(0)[..2])])).Message, StringComparison.Ordinal);
        NamedArray[] wider = [NamedArray.From<float>("net.conv.weight", [1, 2, 3, 4, 5, 6], 2, 3), .. State(0)[1..]];
        Assert.Contains("[2, 3]", Assert.Throws<DataException>(() => Weights.Average([("a", State(0)), ("b", wider)])).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Weights.Average([("a", State(0))]));
    }

    [Theory]
    [InlineData(ElementType.Float16), InlineData(ElementType.Float64), InlineData(ElementType.Float32)]
    public void Precision_changes_fractions_and_no_counters(ElementType type)
    {
        Assert.Equal(type, Weights.In(State(0)[0], type).Type);
        Assert.Equal([1.0, -2, 3, 4], Weights.In(State(0)[0], type).ToDoubles());
        Assert.Equal(ElementType.Int64, Weights.In(State(0)[2], type).Type);
    }

    [Fact]
    public void Damage_and_numbers_that_are_none_are_found()
    {
        var store = Filled(3);
        Assert.All(Weights.Check(folder), c => Assert.Null(c.Problem));
        var model = Path.Combine(store.PathOf(2), "model.safetensors");
        var bytes = File.ReadAllBytes(model);
        bytes[^1] ^= 1;
        File.WriteAllBytes(model, bytes);
        Assert.Equal([false, true, false], Weights.Check(folder).Select(c => c.Problem is not null));
        SafeTensors.Save(In("wild.safetensors"), [NamedArray.From<float>("w", [1, float.NaN])]);
        Assert.Contains("w", Weights.Check(In("wild.safetensors"))[0].Problem, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Weights.Check(In("nothing")));
    }

    [Fact]
    public void Pruning_keeps_the_newest_the_best_and_marked_ones()
    {
        var store = Filled(6);
        store.Mark("phase-0", 2);
        var narrow = new CheckpointStore(store.Folder, keep: 1);
        Assert.Equal([1, 3, 5], narrow.Spare);                             // 4 is the best, 6 the last
        Assert.Equal(["last"], narrow.NamesOf(6));
        using (RunFolder.Claim(In("run"), Resume.Never, 3)) Assert.Throws<ConfigurationException>(() => RunPruning.Prune(In("run"), narrow));
        RunPruning.Prune(folder, narrow);
        Assert.Equal([2, 4, 6], store.Steps);
    }

    CheckpointStore Filled(int count)
    {
        var store = new CheckpointStore(Path.Combine(folder, "checkpoints"), keep: 100);
        for (var step = 1; step <= count; step++)
            store.Save(new(step, new Dictionary<string, IReadOnlyList<NamedArray>> { [TrainingState.Model] = State(step) }, new() { ["step"] = step }), score: step == 4 ? 1 : 0);
        return store;
    }
}
