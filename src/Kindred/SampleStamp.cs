namespace Kindred;

/// <summary>What tells one state of a sample from another without reading it.</summary>
/// <param name="Name">Its name, the same wherever the data set lies.</param>
/// <param name="Label">Its class, −1 for none.</param>
/// <param name="Bytes">Its length; −1 if it is gone, 0 if it has none of its own.</param>
/// <param name="Modified">When it was written last, in nanoseconds since 1970; 0 if that is not known.</param>
public readonly record struct SampleStamp(string Name, int Label, long Bytes = 0, long Modified = 0);
