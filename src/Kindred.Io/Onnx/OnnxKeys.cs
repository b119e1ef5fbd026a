namespace Kindred.Io.Onnx;

/// <summary>The keys under which an exported file says what it is: the metadata of ONNX and of safetensors, and the map of a <c>.pt</c> file.</summary>
public static class OnnxKeys
{
    /// <summary>The version of Kindred that wrote it.</summary>
    public const string Version = "kindred.version";

    /// <summary>The method that the encoder was trained by.</summary>
    public const string Method = "kindred.method";

    /// <summary>The encoder as the recipe describes it.</summary>
    public const string Encoder = "kindred.encoder";

    /// <summary>Numbers of a representation.</summary>
    public const string Dim = "kindred.dim";

    /// <summary>The kind of data: pictures, text, sound …</summary>
    public const string Kind = "kindred.kind";

    /// <summary>What an input looks like: <c>{"channels":3,"height":32,"width":32}</c>.</summary>
    public const string Input = "kindred.input";

    /// <summary>How a picture is made ready: operations in order, with all their numbers, as <c>ViewJson</c> writes them.</summary>
    public const string View = "kindred.view";

    /// <summary>The means of the channels, where the view normalises: <c>[0.485,0.456,0.406]</c>.</summary>
    public const string Mean = "kindred.mean";

    /// <summary>The deviations of the channels.</summary>
    public const string Std = "kindred.std";

    /// <summary>Names of the classes of the training data, a JSON list; they say what it learnt from, not what it puts out.</summary>
    public const string Classes = "kindred.classes";

    /// <summary>Tokens at which a sentence is cut.</summary>
    public const string Length = "kindred.length";

    /// <summary>In front of a file's name: the vocabulary's files, in base 64.</summary>
    public const string Vocabulary = "kindred.vocabulary/";
}
