using System.Runtime.InteropServices;

namespace Kindred.Torch.Native;

/// <summary>The exports of <c>native/kindred_torch.cpp</c>, one to one.</summary>
static unsafe partial class NativeMethods
{
    internal const string Library = "kindred_torch";

    internal struct FunctionTable
    {
        internal delegate* unmanaged<nint, nint*, int, nint*, int, nint*, int, byte*, int, int> Backward;
        internal delegate* unmanaged<nint, void> Release;
    }

    [LibraryImport(Library)] internal static partial int kt_abi();
    [LibraryImport(Library)] internal static partial nint kt_error();
    [LibraryImport(Library)] internal static partial nint kt_torch_version();
    [LibraryImport(Library)] internal static partial nint kt_build_info();
    [LibraryImport(Library)] internal static partial void kt_set_threads(int n);
    [LibraryImport(Library)] internal static partial int kt_threads();
    [LibraryImport(Library)] internal static partial void kt_deterministic(int on);
    [LibraryImport(Library)] internal static partial int kt_flush_denormal(int on);
    [LibraryImport(Library)] internal static partial void kt_cudnn_benchmark(int on);
    [LibraryImport(Library)] internal static partial int kt_cuda_devices();

    [LibraryImport(Library)] internal static partial void kt_use_caching_allocator();
    [LibraryImport(Library)] internal static partial long kt_memory_allocated();
    [LibraryImport(Library)] internal static partial long kt_memory_cached();
    [LibraryImport(Library)] internal static partial long kt_memory_peak();
    [LibraryImport(Library)] internal static partial void kt_memory_reset_peak();
    [LibraryImport(Library)] internal static partial void kt_memory_release();
    [LibraryImport(Library)] internal static partial void kt_free(nint memory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int kt_operator(string name, string overload, out nint handle, out int arguments, out int results);
    [LibraryImport(Library)] internal static partial int kt_call(nint handle, Value* values, int n, Value* results);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int kt_schema(string name, string overload, byte* buffer, int capacity);

    // Releasing can run managed callbacks and unmap memory: never suppress the GC transition here.
    [LibraryImport(Library)] internal static partial void kt_release(nint tensor);
    [LibraryImport(Library)] internal static partial void kt_retain(nint tensor);
    [LibraryImport(Library)] internal static partial int kt_from_data(void* data, long* shape, int dims, int dtype, out nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long kt_dim(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long kt_numel(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long kt_size(nint tensor, int dim);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long kt_stride(nint tensor, int dim);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int kt_dtype(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int kt_device(nint tensor);
    [LibraryImport(Library)] internal static partial int kt_is_contiguous(nint tensor, int format);
    [LibraryImport(Library)] internal static partial int kt_data(nint tensor, out nint data);
    [LibraryImport(Library)] internal static partial int kt_item(nint tensor, out double value);
    [LibraryImport(Library)] internal static partial int kt_item_long(nint tensor, out long value);

    [LibraryImport(Library)] internal static partial int kt_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int kt_set_requires_grad(nint tensor, int on);
    [LibraryImport(Library)] internal static partial int kt_grad(nint tensor, out nint gradient);
    [LibraryImport(Library)] internal static partial int kt_set_grad(nint tensor, nint gradient);
    [LibraryImport(Library)] internal static partial int kt_backward(nint* outputs, int n, nint* gradients, int retain, int createGraph, nint* inputs, int m);
    [LibraryImport(Library)] internal static partial int kt_gradients(nint* outputs, int n, nint* inputs, int m, nint* gradients, int retain, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)] internal static partial int kt_grad_mode(int on);
    [LibraryImport(Library)] internal static partial nint kt_inference_enter();
    [LibraryImport(Library)] internal static partial void kt_inference_leave(nint guard);
    [LibraryImport(Library)] internal static partial void kt_anomaly(int on);
    [LibraryImport(Library)] internal static partial int kt_function(FunctionTable* table, nint state, nint* inputs, int n, nint* outputs, int nOut, nint* saved, int nSaved, nint* results);

    [LibraryImport(Library)] internal static partial int kt_hooks(nint* leaves, int n, delegate* unmanaged<nint, int, byte*, int, int> hook, nint state, out nint hooks);
    [LibraryImport(Library)] internal static partial void kt_hooks_free(nint hooks);

    [LibraryImport(Library)] internal static partial int kt_autocast(int device, int on, int dtype);
    [LibraryImport(Library)] internal static partial void kt_autocast_nest(int change);

    [LibraryImport(Library)] internal static partial int kt_generator_new(ulong seed, out nint generator);
    [LibraryImport(Library)] internal static partial int kt_generator_default(int device, out nint generator);
    [LibraryImport(Library)] internal static partial void kt_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial int kt_generator_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial int kt_generator_state(nint generator, out nint tensor);
    [LibraryImport(Library)] internal static partial int kt_generator_restore(nint generator, nint state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int kt_store_open(string host, int port, int world, int serves, long timeout, out nint store);
    [LibraryImport(Library)] internal static partial void kt_store_free(nint store);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int kt_store_set(nint store, string key, string value);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int kt_store_get(nint store, string key, byte* value, int capacity);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int kt_group_open(nint store, string name, int rank, int world, long timeout, string face, out nint group);
    [LibraryImport(Library)] internal static partial void kt_group_free(nint group);
    [LibraryImport(Library)] internal static partial int kt_all_reduce(nint group, nint tensor, int operation, nint* pending);
    [LibraryImport(Library)] internal static partial int kt_broadcast(nint group, nint tensor, int root);
    [LibraryImport(Library)] internal static partial int kt_all_gather(nint group, nint* outputs, int n, nint tensor);
    [LibraryImport(Library)] internal static partial int kt_work_wait(nint pending);
    [LibraryImport(Library)] internal static partial void kt_work_free(nint pending);
}
