namespace Kindred.Torch;

/// <summary>What tensors take of main memory, as the caching allocator counts it; zeros when it is switched off.</summary>
public static class CpuMemory
{
    /// <summary>Bytes in living tensors.</summary>
    public static long Allocated { get { Engine.Start(); return NativeMethods.kt_memory_allocated(); } }

    /// <summary>Bytes kept for reuse.</summary>
    public static long Cached { get { Engine.Start(); return NativeMethods.kt_memory_cached(); } }

    /// <summary>The most bytes that tensors took at once since <see cref="ResetPeak"/>.</summary>
    public static long Peak { get { Engine.Start(); return NativeMethods.kt_memory_peak(); } }

    /// <summary>Starts measuring the peak anew.</summary>
    public static void ResetPeak() { Engine.Start(); NativeMethods.kt_memory_reset_peak(); }

    /// <summary>Gives the kept memory back to the system.</summary>
    public static void Release() { Engine.Start(); NativeMethods.kt_memory_release(); }
}
