using Kindred.Experiments.Recipes;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Export;

/// <summary>Samples for an encoder to be shown: the run's own, or, where they are gone, such as they looked like.</summary>
static class Examples
{
    /// <summary>One batch of plain views; several where data sets stand side by side.</summary>
    /// <exception cref="DataException">The data are gone, and cannot be imagined from what the run knows.</exception>
    public static IReadOnlyList<View> Of(Experiment experiment, string? data, int samples)
    {
        if (data is not null)
        {
            using var other = DataKinds.Open(experiment.Recipe, data, experiment.Assets);
            return Own(other, samples);
        }
        try { return Own(experiment.Data, samples); }
        catch (KindredException e)
        {
            return Imagined(experiment.Data.Inputs, samples)
                ?? throw new DataException($"the run's data cannot be opened, and what one sample looks like is not known without them: {e.Message} Give others of their kind by --data.", e);
        }
    }

    static IReadOnlyList<View> Own(IData data, int samples)
    {
        foreach (var raw in data.Plain(samples)) return raw.Tensors().Views;
        throw new DataException("there is no sample among the data.");
    }

    static View[]? Imagined(IReadOnlyDictionary<string, long> inputs, int samples)
    {
        if (inputs.TryGetValue("height", out var height) && inputs.TryGetValue("width", out var width))
            return [Tensor.Randn([samples, inputs.GetValueOrDefault("channels", 3), height, width])];
        if (inputs.TryGetValue("vocabulary", out var words))
            return [TextView.Of([.. Enumerable.Range(0, samples).Select(i => Enumerable.Range(0, 4 + i).Select(t => (int)((7 * i) + (3 * t) + 1) % (int)words).ToArray())], "sentence.0")];
        return inputs.TryGetValue("features", out var features) && !inputs.ContainsKey("length") ? [Tensor.Randn([samples, features])] : null;
    }
}
