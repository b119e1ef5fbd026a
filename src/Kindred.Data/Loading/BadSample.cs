namespace Kindred.Data.Loading;

/// <summary>A picture that could not be used.</summary>
/// <param name="Index">Its place in the source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record BadSample(int Index, string Name, string Reason);
