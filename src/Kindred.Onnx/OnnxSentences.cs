using System.Runtime.InteropServices;
using Kindred.Data.Text;
using Kindred.Io;
using Kindred.Io.Onnx;

namespace Kindred.Onnx;

/// <summary>An exported encoder of text: sentences in, vectors out, cut into the word pieces of the vocabulary that the file carries.</summary>
public sealed class OnnxSentences : ISampleEncoder<string>
{
    const int Batch = 32;

    readonly OnnxModel model;
    readonly Tokenizer tokenizer;
    readonly int length;

    OnnxSentences(OnnxModel model, string source)
    {
        this.model = model;
        (Dimensions, Name) = Facts.Of(model, source, "text");
        length = Facts.Number(model, source, OnnxKeys.Length);
        tokenizer = Vocabulary(model, source);
    }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Opens an exported file.</summary>
    /// <param name="path">From <c>kindred export onnx</c>.</param>
    /// <param name="threads">Threads of an operator; 0 for as many as there are processors.</param>
    /// <exception cref="DataException">It is no such file, or one of an encoder of something else.</exception>
    public static OnnxSentences Open(string path, int threads = 0) => Facts.Opened(OnnxModel.Open(path, threads), model => new OnnxSentences(model, path));

    // A tokenizer is read from files, so that is what it gets for a moment.
    static Tokenizer Vocabulary(OnnxModel model, string source)
    {
        var folder = Directory.CreateTempSubdirectory("kindred-vocabulary-").FullName;
        try
        {
            foreach (var (key, value) in model.Metadata.Where(m => m.Key.StartsWith(OnnxKeys.Vocabulary, StringComparison.Ordinal)))
            {
                try { File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(key)), Convert.FromBase64String(value)); }
                catch (FormatException e) { throw new DataException($"{source}: '{key}' in its metadata is no base64; export it anew from its run.", e); }
            }
            return Tokenizer.IsIn(folder) ? Tokenizer.Read(folder) : throw new DataException($"{source} carries no vocabulary; export it anew from its run.");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> Encode(IReadOnlyList<string> samples, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var vectors = new float[samples.Count][];
        int[][] tokens = [.. samples.Select(s => tokenizer.Encode(s, length))];
        // Those of like length together: a batch is as long as its longest.
        foreach (var rows in Enumerable.Range(0, samples.Count).OrderBy(i => tokens[i].Length).Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            var longest = rows.Max(r => tokens[r].Length);
            long[] ids = new long[rows.Length * longest], mask = new long[rows.Length * longest];
            for (var i = 0; i < rows.Length; i++)
                for (var t = 0; t < tokens[rows[i]].Length; t++) (ids[(i * longest) + t], mask[(i * longest) + t]) = (tokens[rows[i]][t], 1);
            foreach (var (row, vector) in rows.Zip(Facts.Rows(model.Run(Whole("input_ids", ids), Whole("attention_mask", mask))))) vectors[row] = vector;

            NamedArray Whole(string name, long[] values) => new(name, ElementType.Int64, [rows.Length, longest], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
