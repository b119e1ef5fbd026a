using System.Runtime.CompilerServices;

namespace Kindred.Data.Views;

/// <summary>Memory that only grows and never moves, so that kernels can hold a pointer to it.</summary>
sealed unsafe class PinnedBuffer<T> where T : unmanaged
{
    const int Slack = 64;

    T[] memory = [];

    public T* Pointer { get; private set; }

    /// <summary>Room for at least <paramref name="count"/> items and a few vectors more; what was in it may be lost.</summary>
    public T* Reserve(int count)
    {
        if (memory.Length < count + Slack)
        {
            memory = GC.AllocateUninitializedArray<T>(count + Slack, pinned: true);
            Array.Clear(memory);
            Pointer = (T*)Unsafe.AsPointer(ref memory[0]);
        }
        return Pointer;
    }
}
