namespace Kindred.Data.Files;

/// <summary>What tells one state of a file from another without reading it.</summary>
/// <param name="Bytes">Its length; −1 if it is gone.</param>
/// <param name="Modified">When it was written last, in nanoseconds since 1970.</param>
public readonly record struct FileStamp(long Bytes, long Modified);
