using System.Globalization;
using System.Runtime.InteropServices;
using Kindred.Io;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Kindred.Onnx;

/// <summary>An ONNX file that is ready to run. Safe to use from several threads.</summary>
public sealed class OnnxModel : IDisposable
{
    static readonly (TensorElementType Theirs, ElementType Ours)[] types =
        [(TensorElementType.Float, ElementType.Float32), (TensorElementType.Int64, ElementType.Int64), (TensorElementType.Bool, ElementType.Bool)];

    readonly InferenceSession session;
    readonly RunOptions options = new();
    readonly string source;

    OnnxModel(InferenceSession session, string source)
    {
        (this.session, this.source) = (session, source);
        Metadata = session.ModelMetadata.CustomMetadataMap;
    }

    /// <summary>What was written beside the graph; see <see cref="Io.Onnx.OnnxKeys"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the inputs.</summary>
    public IReadOnlyList<string> Inputs => session.InputNames;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">Threads of an operator; 0 for as many as there are processors.</param>
    /// <exception cref="DataException">There is no such file, or it is no ONNX model that this runtime knows.</exception>
    public static OnnxModel Open(string path, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path)) throw new DataException($"there is no file '{path}'; make one by `kindred export onnx --run RUN --out FILE.onnx`.");
        return Open(path, () => new InferenceSession(path, Settings(threads)));
    }

    /// <summary>Opens a model that lies in memory.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="threads">Threads of an operator; 0 for as many as there are processors.</param>
    /// <exception cref="DataException">It is no ONNX model that this runtime knows.</exception>
    public static OnnxModel Open(byte[] file, int threads = 0) => Open("the model", () => new InferenceSession(file, Settings(threads)));

    static OnnxModel Open(string source, Func<InferenceSession> make)
    {
        try { return new(make(), source); }
        catch (OnnxRuntimeException e) { throw new DataException($"{source} is no ONNX model, or one that this runtime does not know: {FirstLine(e)}", e); }
    }

    static SessionOptions Settings(int threads)
    {
        var settings = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");          // idle workers would take a neighbour's processor
        return settings;
    }

    /// <summary>Runs the model.</summary>
    /// <param name="feeds">One for each input, by name.</param>
    /// <returns>The first output.</returns>
    /// <exception cref="DataException">An input is missing, or its type or shape is not what the model takes.</exception>
    public NamedArray Run(params IReadOnlyList<NamedArray> feeds)
    {
        ArgumentNullException.ThrowIfNull(feeds);
        OrtValue[] values = [];
        try
        {
            values = [.. feeds.Select(Value)];
            using var outputs = session.Run(options, [.. feeds.Select(f => f.Name)], values, [session.OutputNames[0]]);
            var output = outputs[0];
            var shape = output.GetTensorTypeAndShape().Shape;
            return new(session.OutputNames[0], ElementType.Float32, shape, MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<float>()).ToArray());
        }
        catch (OnnxRuntimeException e)
        {
            throw new DataException($"{source} does not take {string.Join(", ", feeds)}; it takes {string.Join(", ", session.InputMetadata.Select(Describe))}: {FirstLine(e)}", e);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    static OrtValue Value(NamedArray feed)
    {
        var type = Array.Find(types, t => t.Ours == feed.Type);
        if (type == default) throw new DataException($"{feed}: a model takes single precision, 64-bit whole numbers or truth values.");
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type.Theirs, feed.Shape);
        feed.Bytes.Span.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    static string Describe(KeyValuePair<string, NodeMetadata> input) => string.Create(CultureInfo.InvariantCulture,
        $"{input.Key} [{string.Join(", ", input.Value.Dimensions.Select((d, i) => d < 0 ? input.Value.SymbolicDimensions[i] : $"{d}"))}]");

    static string FirstLine(OnnxRuntimeException e) => e.Message.Split('\n')[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        options.Dispose();
        session.Dispose();
    }
}
