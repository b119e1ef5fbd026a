namespace Kindred.Data;

/// <summary>Many short byte strings in a few large blocks: a million file names cost their bytes and eight more each.</summary>
sealed class NameTable
{
    const int BlockSize = 1 << 20;

    readonly List<byte[]> blocks = [];
    readonly List<long> places = []; // block << 40 | offset << 16 | length
    int used = BlockSize;

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
        if (used + name.Length > BlockSize)
        {
            blocks.Add(GC.AllocateUninitializedArray<byte>(BlockSize));
            used = 0;
        }
        name.CopyTo(blocks[^1].AsSpan(used));
        places.Add(((long)(blocks.Count - 1) << 40) | ((long)used << 16) | (uint)name.Length);
        used += name.Length;
        return places.Count - 1;
    }
}
