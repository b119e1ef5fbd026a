namespace Kindred.Data.Text;

/// <summary>Words counted and weighed by how rare they are: what sentence encoders are compared with.</summary>
/// <remarks>Weight of a word: count · (ln((1 + N) / (1 + n)) + 1), where n of the corpus's N sentences have it; a sentence's vector has length 1. A word that the
/// corpus has not weighs as one of n = 0.</remarks>
public sealed class TfIdf
{
    readonly Dictionary<string, int> occurrences = new(StringComparer.Ordinal);
    readonly int sentences;

    /// <summary>Counts the words of a corpus.</summary>
    /// <param name="corpus">Its sentences.</param>
    public TfIdf(IEnumerable<string> corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        foreach (var sentence in corpus)
        {
            sentences++;
            foreach (var word in BertWords.Split(sentence).Distinct()) occurrences[word] = occurrences.GetValueOrDefault(word) + 1;
        }
    }

    /// <summary>The cosine of two sentences, 0 … 1.</summary>
    public double Cosine(string one, string other)
    {
        var (a, b) = (Vector(one), Vector(other));
        var product = a.Sum(w => w.Value * b.GetValueOrDefault(w.Key));
        var lengths = Math.Sqrt(a.Values.Sum(w => w * w) * b.Values.Sum(w => w * w));
        return lengths > 0 ? product / lengths : 0;
    }

    Dictionary<string, double> Vector(string sentence) => BertWords.Split(sentence).GroupBy(w => w, StringComparer.Ordinal)
        .ToDictionary(w => w.Key, w => w.Count() * (Math.Log((1.0 + sentences) / (1 + occurrences.GetValueOrDefault(w.Key))) + 1), StringComparer.Ordinal);
}
