using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;

namespace Kindred.Experiments.Runs;

/// <summary>Where what belongs to an experiment's data lies while it is looked at: in the run's folder, or for as long in one of its own.</summary>
sealed class KeptAssets : IDisposable
{
    readonly string? own;

    public KeptAssets(Experiment experiment)
    {
        Folder = experiment.Assets;
        if (Folder is not null || experiment.Data is KeptData || DataKinds.UriOf(experiment.Recipe) is not { } uri) return;
        Folder = own = Directory.CreateTempSubdirectory("kindred-assets-").FullName;
        DataKinds.Of(uri).Keep(experiment.Data, own);
    }

    public string? Folder { get; }

    public void Dispose()
    {
        if (own is not null) Directory.Delete(own, recursive: true);
    }
}
