namespace Kindred.Data.Files;

/// <summary>Many short byte strings in a few large blocks: a million file names cost their bytes and eight more each.</summary>
sealed class NameTable
{
    const int FirstBlock = 1 << 12, LargestBlock = 1 << 20;

    readonly List<byte[]> blocks = [];
    readonly List<long> places = []; // block << 40 | offset << 16 | length
    int used;

    internal int Count => places.Count;

    internal ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var place = places[index];
            return blocks[(int)(place >> 40)].AsSpan((int)(place >> 16) & 0xFFFFFF, (int)(place & 0xFFFF));
        }
    }

    /// <summary>Adds a name of at most 65,535 bytes and returns its number.</summary>
    internal int Add(ReadOnlySpan<byte> name)
    {
        if (blocks.Count == 0 || used + name.Length > blocks[^1].Length)
        {
            var size = Math.Min(LargestBlock, FirstBlock << Math.Min(blocks.Count, 8));
            blocks.Add(GC.AllocateUninitializedArray<byte>(Math.Max(size, name.Length)));
            used = 0;
        }
        name.CopyTo(blocks[^1].AsSpan(used));
        places.Add(((long)(blocks.Count - 1) << 40) | ((long)used << 16) | (uint)name.Length);
        used += name.Length;
        return places.Count - 1;
    }
}
