namespace Kindred.Torch;

/// <summary>A source of random numbers for operators; its whole state can be saved and restored.</summary>
/// <remarks>Threads: operators may draw from one generator on several threads, since libtorch locks it, but then who gets which numbers is left to chance. Where numbers have to be the same again, each
/// thread has a generator of its own. Saving, restoring and freeing need it alone.</remarks>
public sealed class Generator : IDisposable
{
    nint handle;

    /// <summary>A generator of its own.</summary>
    /// <param name="seed">Equal seeds give equal numbers.</param>
    public Generator(long seed)
    {
        Engine.Start();
        TorchException.Check(NativeMethods.kt_generator_new((ulong)seed, out handle), "Generator");
    }

    Generator(Device device)
    {
        Engine.Start();
        TorchException.Check(NativeMethods.kt_generator_default((int)device.Code & 0xffff, out handle), "Generator.Default");
    }

    /// <summary>The generator that operators use when they are given none.</summary>
    public static Generator Default { get; } = new(Device.Cpu);

    /// <summary>The default generator of a CUDA device.</summary>
    public static Generator Cuda(int index = 0) => new(Device.Cuda(index));

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

    /// <summary>Starts the sequence that belongs to a seed.</summary>
    public void Seed(long seed) => TorchException.Check(NativeMethods.kt_generator_seed(Handle, (ulong)seed), "Generator.Seed");

    /// <summary>Everything that the next numbers depend on; setting it continues from there.</summary>
    public byte[] State
    {
        get
        {
            TorchException.Check(NativeMethods.kt_generator_state(Handle, out var state), "Generator.State");
            using var tensor = new Tensor(state);
            return tensor.ToArray<byte>();
        }
        set
        {
            using var tensor = Tensor.From<byte>(value);
            TorchException.Check(NativeMethods.kt_generator_restore(Handle, tensor.Handle), "Generator.State", tensor);
        }
    }

    /// <summary>Frees the generator.</summary>
    public void Dispose()
    {
        var dying = Interlocked.Exchange(ref handle, 0);
        if (dying != 0) NativeMethods.kt_generator_free(dying);
        GC.SuppressFinalize(this);
    }
}
