namespace Kindred;

/// <summary>What a method may have to know of its data before it is built: the rows of a memory bank, the classes of a classifier.</summary>
/// <param name="Samples">How many samples there are.</param>
/// <param name="Classes">How many classes; 0 without labels.</param>
/// <param name="StepsPerEpoch">How many batches an epoch has.</param>
public sealed record DataFacts(int Samples, int Classes, int StepsPerEpoch);
