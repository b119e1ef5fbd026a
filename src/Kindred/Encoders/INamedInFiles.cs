namespace Kindred.Encoders;

/// <summary>An encoder whose published files name its weights otherwise than torchvision and timm do.</summary>
public interface INamedInFiles
{
    /// <summary>The name in a published file of one of its state paths.</summary>
    /// <param name="path">For example <c>layers.0.query.weight</c>.</param>
    string NameInFile(string path);
}
