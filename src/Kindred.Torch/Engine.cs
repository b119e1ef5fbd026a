using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Kindred.Torch;

/// <summary>The running libtorch: found, loaded and set up at the first tensor, or earlier by <see cref="Start"/>.</summary>
/// <remarks>
/// Defaults are chosen for speed and can each be overridden: <c>KINDRED_THREADS</c> (processors),
/// <c>KINDRED_ALLOCATOR=system</c> (no caching of freed memory), <c>OMP_WAIT_POLICY</c> (passive unless set) and
/// <c>OPENBLAS_THREAD_TIMEOUT</c> (4 unless set: idle workers sleep after 2⁴ clock ticks).
/// </remarks>
public static unsafe partial class Engine
{
    static readonly Lock gate = new();
    static volatile bool started;
    static nint library;

    /// <summary>The libtorch in use; null before the start.</summary>
    public static Libtorch? Torch { get; private set; }

    /// <summary>Why other installations were refused.</summary>
    public static IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>Loads libtorch once; later calls return at once.</summary>
    /// <exception cref="EnvironmentException">There is no libtorch or no compiler; the message has the command that installs them.</exception>
    public static void Start()
    {
        if (started) return;
        lock (gate)
        {
            if (started) return;
            Variables.Check();
            var torch = Libtorch.Find(out var refused) ?? throw Libtorch.Missing(refused);
            Refused = refused;
            var shim = ShimBuilder.Build(torch);
            PrepareProcess();
            if (torch.HasCuda) NativeLibrary.TryLoad(Path.Combine(torch.Library, "libtorch_cuda.so"), out _);
            library = NativeLibrary.Load(shim);
            NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == NativeMethods.Library ? library : 0);
            Torch = torch;
            SetUp();
            started = true;
        }
    }

    // Both thread pools would spin where they wait and take the cores from each other: OpenBLAS's workers yield for 2^26 clock
    // ticks after a product unless told a smaller power, libgomp's spin at barriers.
    // Both libraries read these while they load, and .NET's Environment does not reach the C environment.
    static void PrepareProcess()
    {
        setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
        setenv("OPENBLAS_THREAD_TIMEOUT", "4", 0);
    }

    static void SetUp()
    {
        if (!Variables.SystemAllocator) NativeMethods.kt_use_caching_allocator();
        NativeMethods.kt_flush_denormal(1);
        SetThreads(Variables.Threads);
    }

    /// <summary>How many threads operators use.</summary>
    public static int Threads
    {
        get { Start(); return NativeMethods.kt_threads(); }
        set { Start(); SetThreads(value); }
    }

    // OpenBLAS with its own thread pool does not follow ATen's setting.
    static void SetThreads(int threads)
    {
        NativeMethods.kt_set_threads(threads);
        if (OpenBlas("openblas_set_num_threads") is var set and not 0) ((delegate* unmanaged<int, void>)set)(threads);
    }

    static nint OpenBlas(string export) =>
        NativeLibrary.TryLoad("libopenblas.so.0", out var blas) && NativeLibrary.TryGetExport(blas, export, out var address) ? address : 0;

    /// <summary>The libtorch version that the shim was compiled for.</summary>
    public static string Version { get { Start(); return Marshal.PtrToStringUTF8(NativeMethods.kt_torch_version())!; } }

    /// <summary>How libtorch was built: BLAS, oneDNN, OpenMP, CPU capability.</summary>
    public static string BuildInfo { get { Start(); return Marshal.PtrToStringUTF8(NativeMethods.kt_build_info())!; } }

    /// <summary>The processor kernel that OpenBLAS chose, or null when another BLAS is used.</summary>
    public static string? BlasCore
    {
        get
        {
            Start();
            return OpenBlas("openblas_get_corename") is var name and not 0 ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)name)()) : null;
        }
    }

    /// <summary>How many CUDA devices can be used.</summary>
    public static int CudaDevices { get { Start(); return Math.Max(0, NativeMethods.kt_cuda_devices()); } }

    /// <summary>Makes libtorch refuse operators that have no deterministic form.</summary>
    public static void RequireDeterminism(bool on) { Start(); NativeMethods.kt_deterministic(on ? 1 : 0); }

    /// <summary>Lets cuDNN time its algorithms for each new shape and keep the fastest.</summary>
    public static void TuneCudnn(bool on) { Start(); NativeMethods.kt_cudnn_benchmark(on ? 1 : 0); }

    /// <summary>The schema of an operator in the running libtorch, or null when it has none of that name.</summary>
    public static string? Schema(string name, string overload = "")
    {
        Start();
        var buffer = stackalloc byte[4096];
        var length = NativeMethods.kt_schema($"aten::{name}", overload, buffer, 4096);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, Math.Min(length, 4096));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
