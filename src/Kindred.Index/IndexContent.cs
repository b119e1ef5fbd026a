namespace Kindred.Index;

/// <summary>What goes into an index: vectors, what they are called, and what is known of them.</summary>
/// <param name="Vectors">The vectors.</param>
/// <param name="Names">One a vector; null for #0, #1, ….</param>
/// <param name="Labels">One a vector, null for none; null where there are no labels.</param>
/// <param name="Source">Where the vectors come from, in words for people and programs (JSON); kept as it is.</param>
public sealed record IndexContent(Vectors Vectors, IReadOnlyList<string>? Names = null, IReadOnlyList<string?>? Labels = null, string? Source = null)
{
    /// <summary>The names, made up where there are none.</summary>
    /// <param name="first">The number of the first.</param>
    public IReadOnlyList<string> NamesFrom(int first) => Names ?? NameList.Numbers(first, Vectors.Count);

    internal void Check()
    {
        if (Vectors.Count == 0) throw new DataException($"{Vectors.Description}: there is nothing to put into an index.");
        if (Names is not null && Names.Count != Vectors.Count)
            throw new DataException($"{Vectors.Description}: {Vectors.Count} vectors, but {Names.Count} names; they belong to different files.");
        if (Labels is not null && Labels.Count != Vectors.Count)
            throw new DataException($"{Vectors.Description}: {Vectors.Count} vectors, but {Labels.Count} labels; they belong to different files.");
    }
}
