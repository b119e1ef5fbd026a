namespace Kindred.Extensions.AI;

/// <summary>How vectors are made.</summary>
public sealed class KindredEmbeddingOptions
{
    /// <summary>The file of <c>kindred export onnx</c>; needed unless an encoder is given.</summary>
    public string? File { get; set; }

    /// <summary>Threads of an operator; 0 for as many as there are processors.</summary>
    public int Threads { get; set; }

    /// <summary>Vectors of length 1, so that a product of two is their cosine.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>What the vectors are said to come from; the method and encoder if left out.</summary>
    public string? ModelId { get; set; }
}
