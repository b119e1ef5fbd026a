using System.Globalization;
using Kindred.Io;
using Kindred.Io.Onnx;

namespace Kindred.Onnx;

/// <summary>What an exported file says about itself.</summary>
static class Facts
{
    public static T Opened<T>(OnnxModel model, Func<OnnxModel, T> make)
    {
        try { return make(model); }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public static (int Dim, string Name) Of(OnnxModel model, string source, string kind)
    {
        var written = Need(model, source, OnnxKeys.Kind);
        if (written != kind) throw new DataException($"{source} holds an encoder of {written}, and {kind} are wanted here.");
        return (Number(model, source, OnnxKeys.Dim), $"{Need(model, source, OnnxKeys.Method)} {model.Metadata.GetValueOrDefault(OnnxKeys.Encoder)}".Trim());
    }

    public static string Need(OnnxModel model, string source, string key) => model.Metadata.GetValueOrDefault(key)
        ?? throw new DataException($"{source} does not say '{key}' in its metadata: it is no file of `kindred export onnx`, or its run did not know it.");

    public static int Number(OnnxModel model, string source, string key) =>
        int.TryParse(Need(model, source, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new DataException($"{source}: '{key}' in its metadata is '{Need(model, source, key)}', and a whole number from 1 on was expected; export it anew from its run.");

    public static IEnumerable<float[]> Rows(NamedArray output)
    {
        var width = (int)output.Shape[1];
        for (var row = 0; row < output.Shape[0]; row++) yield return output.As<float>().Slice(row * width, width).ToArray();
    }
}
