namespace Kindred.Studio.Tests;

/// <summary>Tests that measure processor time: nothing of this process runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    internal const string Name = "alone";
}
