using Kindred.Data.Files;
using Kindred.Data.Views;

namespace Kindred.Data.Sources;

/// <summary>A labelled source domain and a target domain whose labels are kept from training: the setting of domain adaptation (SpCL).</summary>
/// <param name="Source">Pictures with labels.</param>
/// <param name="Target">Pictures of the domain to learn; its labels serve evaluation alone.</param>
public sealed record TwoDomains(IPictures Source, IPictures Target) : IDisposable
{
    /// <summary>The target as training may see it: without labels.</summary>
    public IPictures Unlabelled { get; } = new WithoutLabels(Target);

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        Target.Dispose();
    }

    sealed class WithoutLabels(IPictures pictures) : IPictures
    {
        public string Description => pictures.Description;

        public int Count => pictures.Count;

        public IReadOnlyList<string> Classes => [];

        public string Name(int index) => pictures.Name(index);

        public int Label(int index) => -1;

        public FileStamp Stamp(int index) => pictures.Stamp(index);

        public PictureReader Open() => pictures.Open();

        public void Dispose() { }
    }
}
