using System.Runtime.CompilerServices;

namespace Kindred.Data.Views;

/// <summary>Memory that only grows and never moves, so that kernels can hold a pointer to it.</summary>
sealed unsafe class PinnedBuffer<T> where T : unmanaged
{
    const int Slack = 64;

    T[] memory = [];

    public T* Pointer { get; private set; }

    /// <summary>Room for at least <paramref name="count"/> items and a few vectors more; what was in it may be lost.</summary>
    /// <exception cref="ConfigurationException">Less than 0 or more than an array holds: multiply sizes in 64 bits or more before asking.</exception>
    public T* Reserve(Int128 count) => Reserve(ViewLimits.Items(count));

    /// <summary>The same for a number that was no product.</summary>
    public T* Reserve(int count)
    {
        ViewLimits.Items(count);
        if (memory.Length < count + Slack)
        {
            memory = GC.AllocateUninitializedArray<T>(count + Slack, pinned: true);
            Array.Clear(memory);
            Pointer = (T*)Unsafe.AsPointer(ref memory[0]);
        }
        return Pointer;
    }
}
