namespace Kindred;

/// <summary>What a part may have to know of the data before it is built: the rows of a memory bank, the classes of a classifier, the channels of a first layer.</summary>
/// <param name="Samples">How many samples there are.</param>
/// <param name="Classes">How many classes; 0 without labels.</param>
/// <param name="StepsPerEpoch">How many batches an epoch has.</param>
public sealed record DataFacts(int Samples, int Classes, int StepsPerEpoch)
{
    /// <summary>Nothing is known: every input has its fallback.</summary>
    public static DataFacts None { get; } = new(0, 0, 0);

    /// <summary>How many of the classes have samples, where that is known: of ten classes one may have been chosen, or none of the samples be labelled.</summary>
    public int? ClassesPresent { get; init; }

    /// <summary>What an input looks like, as far as the data says: <c>channels</c> of pictures, <c>rate</c> of sound, <c>vocabulary</c> of text, <c>features</c> of a graph's nodes.</summary>
    public IReadOnlyDictionary<string, long> Inputs { get; init; } = new Dictionary<string, long>();

    /// <summary>The facts of the data sets that are drawn side by side; empty for one data set.</summary>
    public IReadOnlyDictionary<string, DataFacts> Streams { get; init; } = new Dictionary<string, DataFacts>();

    /// <summary>Stops what tells classes apart where there are none to be told apart: with one alone a training would run, and learn nothing.</summary>
    /// <param name="why">What classes are wanted for, such as <c>SupCon learns from classes</c>.</param>
    /// <exception cref="ConfigurationException">Fewer than two classes have samples.</exception>
    public void NeedsClasses(string why)
    {
        if ((ClassesPresent ?? Classes) is var present && present >= 2 && Classes >= 2) return;
        var there = Classes == 0 ? "no classes" : present == Classes ? "one class alone" : $"{Classes} classes, of which {(present == 0 ? "none" : "one alone")} has samples";
        throw new ConfigurationException($"{why}, and these data have {there}; give labelled data of two classes and more, for example a folder with one folder a class.");
    }

    /// <summary>One fact about an input.</summary>
    /// <param name="name">Its name, such as <c>channels</c>.</param>
    /// <param name="fallback">What holds where the data does not say.</param>
    public long Input(string name, long fallback) => Inputs.TryGetValue(name, out var value) ? value : fallback;

    /// <summary>How many values a further label of the data has: what the input <c>column.NAME</c> says.</summary>
    /// <param name="column">Its name, such as <c>vendor</c>.</param>
    /// <exception cref="ConfigurationException">There is no such column.</exception>
    public int Values(string column)
    {
        const string prefix = "column.";
        if (Inputs.TryGetValue(prefix + column, out var values)) return checked((int)values);
        string[] others = [.. Inputs.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]).Order(StringComparer.Ordinal)];
        throw new ConfigurationException($"the method wants the column '{column}' of the data; {(others.Length == 0 ? "they have none beside their "
            + "labels" : $"there are {string.Join(", ", others)}")}.");
    }

    /// <summary>The facts as one of several networks sees them: what is said of it alone (<c>text.vocabulary</c>) stands for what is said of all.</summary>
    /// <param name="network">Its name, such as <c>text</c>.</param>
    public DataFacts For(string network)
    {
        var prefix = network + ".";
        return Inputs.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Aggregate(this, (facts, key) => facts.WithInput(key[prefix.Length..], Inputs[key]));
    }

    /// <summary>The same facts, one about an input replaced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public DataFacts WithInput(string name, long value) => this with { Inputs = new Dictionary<string, long>(Inputs) { [name] = value } };
}
