namespace Kindred.Encoders;

/// <summary>An encoder that recipes can name.</summary>
/// <param name="Name">The name in recipes.</param>
/// <param name="Summary">What it is, in a few words.</param>
/// <param name="Defaults">Its options record, filled with this entry's defaults; recipes change single properties of a copy.</param>
/// <param name="Build">Makes the encoder from such a record.</param>
public sealed record EncoderEntry(string Name, string Summary, object Defaults, Func<object, Encoder> Build);

/// <summary>The encoders by name.</summary>
public static class EncoderCatalog
{
    private static readonly EncoderEntry[] All =
    [
        .. new[] { 10, 18, 34, 50, 101, 152 }.Select(depth =>
            Entry($"resnet{depth}", $"residual network of {depth} layers", new ResNet.Options { Depth = depth }, o => new ResNet(o))),
        Entry("small-resnet", "stem, three residual blocks, coarse grid", new SmallResNet.Options(), o => new SmallResNet(o)),
        Entry("convnet", "five plain convolutions", new ConvNet.Options(), o => new ConvNet(o)),
        Entry("vit-tiny", "vision transformer, 192 wide, 3 heads", new ViT.Options { Width = 192, Heads = 3 }, o => new ViT(o)),
        Entry("vit-small", "vision transformer, 384 wide, 6 heads", new ViT.Options { Width = 384, Heads = 6 }, o => new ViT(o)),
        Entry("vit-base", "vision transformer, 768 wide, 12 heads", new ViT.Options { Width = 768, Heads = 12 }, o => new ViT(o)),
        Entry("wave", "five strided convolutions on raw sound", new WaveEncoder.Options(), o => new WaveEncoder(o)),
        Entry("log-mel", "two convolutions on a log-mel spectrogram", new LogMelEncoder.Options(), o => new LogMelEncoder(o)),
        Entry("patches", "overlapping patches, each by itself", new PatchEncoder.Options(), o => new PatchEncoder(o)),
    ];

    /// <summary>All entries, in the order of the catalogue.</summary>
    public static IReadOnlyList<EncoderEntry> Entries => All;

    /// <summary>The entry of a name.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public static EncoderEntry Find(string name)
        => All.FirstOrDefault(entry => entry.Name == name)
            ?? throw new ConfigurationException($"there is no encoder '{name}'; there are {string.Join(", ", All.Select(entry => entry.Name))}");

    private static EncoderEntry Entry<T>(string name, string summary, T defaults, Func<T, Encoder> build) where T : class
        => new(name, summary, defaults, options => options is T typed
            ? build(typed)
            : throw new ConfigurationException($"encoder '{name}' takes options of {typeof(T).DeclaringType!.Name}, not {options.GetType()}"));
}
