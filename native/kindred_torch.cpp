// The shim over libtorch: see kindred_torch.h. Compiles unchanged against 1.13 and 2.x.
#include "kindred_torch.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#define KT_TORCH_AT_LEAST(major, minor) \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))
#if KT_TORCH_AT_LEAST(2, 0)
#include <optional>
template <class T> using optional_of = std::optional<T>;
#else
template <class T> using optional_of = c10::optional<T>;
#endif

namespace {

// ---- Errors -------------------------------------------------------------------------------------------

thread_local std::string error_text;

struct ManagedError : std::runtime_error { using std::runtime_error::runtime_error; };

int fail(const char* text, int code) {
    error_text = text ? text : "unknown error";
    for (const char* tail : {"\nException raised from ", "\nFirst raised from"}) {
        auto at = error_text.find(tail);
        if (at != std::string::npos) error_text.resize(at);
    }
    return -code;
}

// Classifies the exception in flight. Codes: 1 general, 2 index, 3 value, 4 type, 5 not implemented, 6 memory, 9 managed.
int on_exception() noexcept {
    try { throw; }
    catch (const ManagedError& e) { return fail(e.what(), 9); }
    catch (const c10::IndexError& e) { return fail(e.what_without_backtrace(), 2); }
    catch (const c10::ValueError& e) { return fail(e.what_without_backtrace(), 3); }
    catch (const c10::TypeError& e) { return fail(e.what_without_backtrace(), 4); }
    catch (const c10::NotImplementedError& e) { return fail(e.what_without_backtrace(), 5); }
    catch (const c10::OutOfMemoryError& e) { return fail(e.what_without_backtrace(), 6); }
    catch (const c10::Error& e) { return fail(e.what_without_backtrace(), 1); }
    catch (const std::bad_alloc&) { return fail("out of memory", 6); }
    catch (const std::exception& e) { return fail(e.what(), 1); }
    catch (...) { return fail("unknown C++ exception", 1); }
}

#define KT_BEGIN try {
#define KT_END } catch (...) { return on_exception(); }

// ---- Handles ------------------------------------------------------------------------------------------

c10::TensorImpl* impl(void* handle) { return static_cast<c10::TensorImpl*>(handle); }

at::Tensor borrow(void* handle) {
    if (!handle) return at::Tensor();
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl(handle)));
}

void* give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

std::vector<at::Tensor> borrow_all(void** handles, int n) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(n);
    for (int i = 0; i < n; i++) tensors.push_back(borrow(handles[i]));
    return tensors;
}

// ---- Operators ----------------------------------------------------------------------------------------

enum class Kind : uint8_t { Tensor, Int, Float, Bool, Number, Ints, Floats, Bools, Tensors, OptionalTensors, String, Device, Generator, Other };

struct Argument {
    Kind kind;
    bool optional;
    int fixed_length;                    // int[2] → 2: a single value is repeated
    optional_of<c10::IValue> standard;   // the schema's default
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<Argument> arguments;
};

Kind kind_of(const c10::TypePtr& type, bool& optional) {
    using T = c10::TypeKind;
    switch (type->kind()) {
        case T::OptionalType: { bool inner; optional = true; return kind_of(type->containedType(0), inner); }
        case T::TensorType: return Kind::Tensor;
        case T::IntType: case T::SymIntType: case T::ScalarTypeType: case T::LayoutType: case T::MemoryFormatType: return Kind::Int;
        case T::FloatType: return Kind::Float;
        case T::BoolType: return Kind::Bool;
#if KT_TORCH_AT_LEAST(2, 0)
        case T::SymFloatType: return Kind::Float;
        case T::SymBoolType: return Kind::Bool;
#endif
        case T::NumberType: return Kind::Number;
        case T::StringType: return Kind::String;
        case T::DeviceObjType: return Kind::Device;
        case T::GeneratorType: return Kind::Generator;
        case T::ListType: {
            bool optional_element = false;
            switch (kind_of(type->containedType(0), optional_element)) {
                case Kind::Int: return Kind::Ints;
                case Kind::Float: return Kind::Floats;
                case Kind::Bool: return Kind::Bools;
                case Kind::Tensor: return optional_element ? Kind::OptionalTensors : Kind::Tensors;
                default: return Kind::Other;
            }
        }
        default: return Kind::Other;
    }
}

c10::IValue int_list(const int64_t* values, int n, int fixed_length) {
    c10::List<int64_t> list;
    int length = n == 1 && fixed_length > 1 ? fixed_length : n;
    list.reserve(length);
    for (int i = 0; i < length; i++) list.push_back(values[n == 1 ? 0 : i]);
    return list;
}

c10::IValue tensor_list(const Argument& argument, void** handles, int n) {
    if (argument.kind == Kind::OptionalTensors) {
        c10::List<optional_of<at::Tensor>> list;
        for (int i = 0; i < n; i++) list.push_back(handles[i] ? optional_of<at::Tensor>(borrow(handles[i])) : optional_of<at::Tensor>());
        return list;
    }
    c10::List<at::Tensor> list;
    list.reserve(n);
    for (int i = 0; i < n; i++) list.push_back(borrow(handles[i]));
    return list;
}

// Converts by what the schema asks for, so that callers need not tell ints from floats or scalars from lists.
c10::IValue box(const Argument& argument, const KtValue& value) {
    switch (value.tag) {
        case KT_NONE:
            if (argument.kind == Kind::Tensor && !argument.optional) return c10::IValue(at::Tensor());
            return c10::IValue();
        case KT_TENSOR:
            if (argument.kind == Kind::Tensors) { void* one = value.p; return tensor_list(argument, &one, 1); }
            return c10::IValue(borrow(value.p));
        case KT_INT:
            if (argument.kind == Kind::Float) return c10::IValue(static_cast<double>(value.i));
            if (argument.kind == Kind::Bool) return c10::IValue(value.i != 0);
            if (argument.kind == Kind::Ints) return int_list(&value.i, 1, argument.fixed_length);
            return c10::IValue(value.i);
        case KT_DOUBLE: return c10::IValue(value.d);
        case KT_BOOL: return c10::IValue(value.i != 0);
        case KT_INTS: return int_list(static_cast<const int64_t*>(value.p), value.n, argument.fixed_length);
        case KT_DOUBLES: {
            c10::List<double> list;
            for (int i = 0; i < value.n; i++) list.push_back(static_cast<const double*>(value.p)[i]);
            return list;
        }
        case KT_BOOLS: {
            c10::List<bool> list;
            for (int i = 0; i < value.n; i++) list.push_back(static_cast<const uint8_t*>(value.p)[i] != 0);
            return list;
        }
        case KT_TENSORS: return tensor_list(argument, static_cast<void**>(value.p), value.n);
        case KT_STRING: return c10::IValue(std::string(static_cast<const char*>(value.p), value.n));
        case KT_DEVICE: return c10::IValue(c10::Device(static_cast<c10::DeviceType>(value.i >> 8), static_cast<c10::DeviceIndex>(static_cast<int8_t>(value.i & 0xff))));
        case KT_GENERATOR: return c10::IValue(*static_cast<at::Generator*>(value.p));
        case KT_DEFAULT:
            TORCH_CHECK(argument.standard.has_value() || argument.optional, "this argument has no default");
            return argument.standard.has_value() ? *argument.standard : c10::IValue();
        default: TORCH_CHECK(false, "unknown value tag ", static_cast<int>(value.tag));
    }
}

template <class T> void* copy_out(const std::vector<T>& values) {
    auto* memory = static_cast<T*>(malloc(sizeof(T) * (values.size() + 1)));
    memcpy(memory, values.data(), sizeof(T) * values.size());
    return memory;
}

KtValue unbox(c10::IValue& value) {
    KtValue out{};
    if (value.isTensor()) {
        out.p = give(std::move(value).toTensor());
        out.tag = out.p ? KT_TENSOR : KT_NONE;
    } else if (value.isInt()) { out.tag = KT_INT; out.i = value.toInt(); }
    else if (value.isDouble()) { out.tag = KT_DOUBLE; out.d = value.toDouble(); }
    else if (value.isBool()) { out.tag = KT_BOOL; out.i = value.toBool(); }
    else if (value.isTensorList()) {
        std::vector<void*> handles;
        for (auto& tensor : value.toTensorVector()) handles.push_back(give(tensor));
        out.tag = KT_TENSORS; out.n = static_cast<int32_t>(handles.size()); out.p = copy_out(handles);
    } else if (value.isIntList()) {
        auto ints = value.toIntVector();
        out.tag = KT_INTS; out.n = static_cast<int32_t>(ints.size()); out.p = copy_out(ints);
    } else { TORCH_CHECK(value.isNone(), "a result of kind ", value.tagKind(), " has no counterpart"); }
    return out;
}

// ---- The allocator ------------------------------------------------------------------------------------

// Keeps freed blocks in size classes: large activations are neither mapped nor page-faulted anew at each step.
struct CachingAllocator final : c10::Allocator {
    static constexpr size_t alignment = 64, header = 64, smallest = 12, classes = 208;
    struct Block { size_t bytes; uint32_t size_class; Block* next; };

    std::mutex locks[classes];
    Block* free_lists[classes] = {};
    std::atomic<int64_t> allocated{0}, peak{0}, cached{0};

    static CachingAllocator& instance() { static auto* one = new CachingAllocator; return *one; }

    // Four classes an octave: at most a fifth of a block is unused.
    static uint32_t class_of(size_t bytes, size_t& rounded) {
        if (bytes <= (size_t(1) << smallest)) { rounded = size_t(1) << smallest; return 0; }
        int octave = 63 - __builtin_clzll(bytes - 1);
        size_t step = size_t(1) << (octave - 2);
        size_t quarters = (bytes - (size_t(1) << octave) + step - 1) / step;
        rounded = (size_t(1) << octave) + quarters * step;
        return 1 + (octave - smallest) * 4 + static_cast<uint32_t>(quarters) - 1;
    }

    void count(int64_t bytes) {
        int64_t now = allocated.fetch_add(bytes) + bytes, top = peak.load();
        while (now > top && !peak.compare_exchange_weak(top, now)) {}
    }

    void* take(size_t bytes) {
        size_t rounded;
        uint32_t size_class = class_of(bytes, rounded);
        Block* block;
        {
            std::lock_guard<std::mutex> guard(locks[size_class]);
            block = free_lists[size_class];
            if (block) free_lists[size_class] = block->next;
        }
        if (block) cached.fetch_sub(rounded);
        else {
            void* memory = nullptr;
            if (posix_memalign(&memory, alignment, rounded + header) != 0) {
                release_cached();
                TORCH_CHECK(posix_memalign(&memory, alignment, rounded + header) == 0, "out of memory: could not allocate ", bytes, " bytes");
            }
            block = static_cast<Block*>(memory);
        }
        block->bytes = bytes; block->size_class = size_class;
        count(static_cast<int64_t>(bytes));
        return reinterpret_cast<char*>(block) + header;
    }

    static void put(void* data) {
        if (!data) return;
        auto& self = instance();
        auto* block = reinterpret_cast<Block*>(static_cast<char*>(data) - header);
        self.allocated.fetch_sub(static_cast<int64_t>(block->bytes));
        size_t rounded;
        class_of(block->bytes, rounded);
        self.cached.fetch_add(rounded);
        std::lock_guard<std::mutex> guard(self.locks[block->size_class]);
        block->next = self.free_lists[block->size_class];
        self.free_lists[block->size_class] = block;
    }

    void release_cached() {
        for (size_t i = 0; i < classes; i++) {
            std::lock_guard<std::mutex> guard(locks[i]);
            while (Block* block = free_lists[i]) { free_lists[i] = block->next; free(block); }
        }
        cached = 0;
    }

    c10::DataPtr make(size_t bytes) {
        if (bytes == 0) return {nullptr, nullptr, &put, c10::Device(c10::kCPU)};
        void* data = take(bytes);
        return {data, data, &put, c10::Device(c10::kCPU)};
    }

    // The base declares `allocate` const in older versions and not const in newer ones; one of the two overrides it.
    c10::DataPtr allocate(size_t bytes) const { return const_cast<CachingAllocator*>(this)->make(bytes); }
    c10::DataPtr allocate(size_t bytes) { return make(bytes); }
    void copy_data(void* to, const void* from, size_t bytes) const { memcpy(to, from, bytes); }
    c10::DeleterFnPtr raw_deleter() const override { return &put; }
};

// ---- Managed autograd functions -----------------------------------------------------------------------

// Owns the managed state; its destructor runs when the graph that uses it is freed.
struct ManagedState : torch::CustomClassHolder {
    KtFunction function;
    void* state;
    int inputs;
    ManagedState(KtFunction f, void* s, int n) : function(f), state(s), inputs(n) {}
    ~ManagedState() override { if (function.release) function.release(state); }
};

struct Forward {
    std::vector<at::Tensor> outputs, saved;
    c10::intrusive_ptr<ManagedState> state;
};

// The managed side has computed the outputs already; this node only stands for its backward.
struct ManagedNode : torch::autograd::Function<ManagedNode> {
    static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, Forward* forward, at::TensorList) {
        context->save_for_backward(forward->saved);
        context->saved_data["state"] = c10::IValue::make_capsule(forward->state);
        return forward->outputs;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
        auto capsule = context->saved_data["state"].toCapsule();
        auto* holder = static_cast<ManagedState*>(capsule.get());
        auto saved = context->get_saved_variables();
        auto handles = [](const std::vector<at::Tensor>& tensors) {
            std::vector<void*> result;
            for (auto& tensor : tensors) result.push_back(tensor.defined() ? tensor.unsafeGetTensorImpl() : nullptr);
            return result;
        };
        auto incoming = handles(gradients), kept = handles(saved);
        std::vector<void*> results(holder->inputs, nullptr);
        char error[2048] = "a managed backward failed";
        int code = holder->function.backward(holder->state, incoming.data(), static_cast<int>(incoming.size()), kept.data(), static_cast<int>(kept.size()),
                                             results.data(), holder->inputs, error, sizeof error);
        torch::autograd::variable_list answer(1);   // the Forward* slot has no gradient
        for (void* result : results) {
            answer.push_back(borrow(result));
            if (result) c10::raw::intrusive_ptr::decref(impl(result));
        }
        if (code != 0) throw ManagedError(error);
        return answer;
    }
};

}  // namespace

// ---- Exports: process ---------------------------------------------------------------------------------

KT_API int kt_abi() { return KT_ABI; }
KT_API const char* kt_error() { return error_text.c_str(); }
KT_API const char* kt_torch_version() { return TORCH_VERSION; }
KT_API const char* kt_build_info() { static std::string text = at::show_config(); return text.c_str(); }
KT_API void kt_set_threads(int n) { at::set_num_threads(n); }
KT_API int kt_threads() { return at::get_num_threads(); }
KT_API void kt_deterministic(int on) { at::globalContext().setDeterministicAlgorithms(on != 0, false); }
KT_API int kt_flush_denormal(int on) { return at::globalContext().setFlushDenormal(on != 0); }
KT_API void kt_cudnn_benchmark(int on) { at::globalContext().setBenchmarkCuDNN(on != 0); }
KT_API int kt_cuda_devices() { KT_BEGIN return at::globalContext().hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().getNumGPUs()) : 0; KT_END }

KT_API void kt_use_caching_allocator() { c10::SetCPUAllocator(&CachingAllocator::instance(), 1); }
KT_API int64_t kt_memory_allocated() { return CachingAllocator::instance().allocated.load(); }
KT_API int64_t kt_memory_cached() { return CachingAllocator::instance().cached.load(); }
KT_API int64_t kt_memory_peak() { return CachingAllocator::instance().peak.load(); }
KT_API void kt_memory_reset_peak() { auto& a = CachingAllocator::instance(); a.peak = a.allocated.load(); }
KT_API void kt_memory_release() { CachingAllocator::instance().release_cached(); }
KT_API void kt_free(void* memory) { free(memory); }

// ---- Exports: operators -------------------------------------------------------------------------------

KT_API int kt_operator(const char* name, const char* overload, void** out, int* arguments, int* results) {
    KT_BEGIN
    auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
    auto* op = new Operator{handle, {}};
    for (const auto& declared : handle.schema().arguments()) {
        Argument argument{};
        argument.kind = kind_of(declared.type(), argument.optional);
        argument.fixed_length = declared.N() ? static_cast<int>(*declared.N()) : 0;
        if (declared.default_value().has_value()) argument.standard = *declared.default_value();
        op->arguments.push_back(std::move(argument));
    }
    *out = op; *arguments = static_cast<int>(op->arguments.size()); *results = static_cast<int>(handle.schema().returns().size());
    return 0;
    KT_END
}

KT_API int kt_call(void* handle, const KtValue* values, int n, KtValue* results) {
    KT_BEGIN
    auto& op = *static_cast<Operator*>(handle);
    int declared = static_cast<int>(op.arguments.size());
    TORCH_CHECK(n <= declared, "too many arguments for ", op.handle.schema());
    torch::jit::Stack stack;
    stack.reserve(declared > 4 ? declared : 4);
    for (int i = 0; i < n; i++) stack.push_back(box(op.arguments[i], values[i]));
    for (int i = n; i < declared; i++) {
        TORCH_CHECK(op.arguments[i].standard.has_value(), "missing argument ", i, " of ", op.handle.schema());
        stack.push_back(*op.arguments[i].standard);
    }
    op.handle.callBoxed(&stack);
    int count = 0;
    for (auto& value : stack) results[count++] = unbox(value);
    return count;
    KT_END
}

// The schema of one operator as text; returns its length, or a negative code when there is none.
KT_API int kt_schema(const char* name, const char* overload, char* buffer, int capacity) {
    KT_BEGIN
    std::ostringstream text;
    text << c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).schema();
    auto schema = text.str();
    if (static_cast<int>(schema.size()) <= capacity) memcpy(buffer, schema.data(), schema.size());
    return static_cast<int>(schema.size());
    KT_END
}

// ---- Exports: tensors ---------------------------------------------------------------------------------

KT_API void kt_release(void* tensor) { if (tensor) c10::raw::intrusive_ptr::decref(impl(tensor)); }
KT_API void kt_retain(void* tensor) { if (tensor) c10::raw::intrusive_ptr::incref(impl(tensor)); }
KT_API int kt_from_data(const void* data, const int64_t* shape, int dims, int dtype, void** out) {
    KT_BEGIN
    auto tensor = at::empty(at::IntArrayRef(shape, dims), at::TensorOptions(static_cast<at::ScalarType>(dtype)));
    if (tensor.numel() > 0) memcpy(tensor.data_ptr(), data, tensor.nbytes());
    *out = give(std::move(tensor));
    return 0;
    KT_END
}
KT_API int64_t kt_dim(void* tensor) { return impl(tensor)->dim(); }
KT_API int64_t kt_numel(void* tensor) { return impl(tensor)->numel(); }
KT_API int64_t kt_size(void* tensor, int dim) { return impl(tensor)->sizes()[dim]; }
KT_API int64_t kt_stride(void* tensor, int dim) { return impl(tensor)->strides()[dim]; }
KT_API int kt_dtype(void* tensor) { return static_cast<int>(c10::typeMetaToScalarType(impl(tensor)->dtype())); }
KT_API int kt_device(void* tensor) { auto d = impl(tensor)->device(); return (static_cast<int>(d.type()) << 8) | static_cast<uint8_t>(d.index()); }
KT_API int kt_is_contiguous(void* tensor, int format) { return borrow(tensor).is_contiguous(static_cast<at::MemoryFormat>(format)); }
KT_API int kt_data(void* tensor, void** out) { KT_BEGIN *out = borrow(tensor).data_ptr(); return 0; KT_END }
KT_API int kt_item(void* tensor, double* out) { KT_BEGIN *out = borrow(tensor).item().toDouble(); return 0; KT_END }
KT_API int kt_item_long(void* tensor, int64_t* out) { KT_BEGIN *out = borrow(tensor).item().toLong(); return 0; KT_END }

// ---- Exports: autograd --------------------------------------------------------------------------------

KT_API int kt_requires_grad(void* tensor) { return borrow(tensor).requires_grad(); }
KT_API int kt_set_requires_grad(void* tensor, int on) { KT_BEGIN borrow(tensor).set_requires_grad(on != 0); return 0; KT_END }
KT_API int kt_grad(void* tensor, void** out) { KT_BEGIN *out = give(borrow(tensor).grad()); return 0; KT_END }
KT_API int kt_set_grad(void* tensor, void* gradient) { KT_BEGIN auto t = borrow(tensor); t.mutable_grad() = borrow(gradient); return 0; KT_END }

KT_API int kt_backward(void** outputs, int n, void** gradients, int retain, int create_graph, void** inputs, int m) {
    KT_BEGIN
    std::vector<at::Tensor> seeds;
    if (gradients) seeds = borrow_all(gradients, n);
    torch::autograd::backward(borrow_all(outputs, n), seeds, retain < 0 ? optional_of<bool>() : optional_of<bool>(retain != 0), create_graph != 0, borrow_all(inputs, m));
    return 0;
    KT_END
}

KT_API int kt_gradients(void** outputs, int n, void** inputs, int m, void** gradients, int retain, int create_graph, int allow_unused, void** out) {
    KT_BEGIN
    std::vector<at::Tensor> seeds;
    if (gradients) seeds = borrow_all(gradients, n);
    auto results = torch::autograd::grad(borrow_all(outputs, n), borrow_all(inputs, m), seeds,
                                         retain < 0 ? optional_of<bool>() : optional_of<bool>(retain != 0), create_graph != 0, allow_unused != 0);
    for (int i = 0; i < m; i++) out[i] = give(std::move(results[i]));
    return 0;
    KT_END
}

KT_API int kt_grad_mode(int on) {
    int before = at::GradMode::is_enabled();
    if (on >= 0) at::GradMode::set_enabled(on != 0);
    return before;
}
KT_API void* kt_inference_enter() { return new c10::InferenceMode(true); }
KT_API void kt_inference_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }
KT_API void kt_anomaly(int on) {
#if KT_TORCH_AT_LEAST(2, 0)
    torch::autograd::AnomalyMode::set_enabled(on != 0, true);
#else
    torch::autograd::AnomalyMode::set_enabled(on != 0);
#endif
}

// Makes the outputs (computed by managed code without a graph) depend on the inputs through the managed backward.
KT_API int kt_function(const KtFunction* function, void* state, void** inputs, int n, void** outputs, int n_out, void** saved, int n_saved, void** results) {
    KT_BEGIN
    Forward forward{borrow_all(outputs, n_out), borrow_all(saved, n_saved), c10::make_intrusive<ManagedState>(*function, state, n)};
    auto variables = borrow_all(inputs, n);
    at::TensorList list(variables);
    auto made = ManagedNode::apply(&forward, list);
    for (size_t i = 0; i < made.size(); i++) results[i] = give(std::move(made[i]));
    return 0;
    KT_END
}

// ---- Exports: autocast --------------------------------------------------------------------------------

namespace {

#if KT_TORCH_AT_LEAST(2, 4)
bool autocast_on(at::DeviceType type) { return at::autocast::is_autocast_enabled(type); }
at::ScalarType autocast_dtype(at::DeviceType type) { return at::autocast::get_autocast_dtype(type); }
void autocast_switch(at::DeviceType type, bool on) { at::autocast::set_autocast_enabled(type, on); }
void autocast_shorten(at::DeviceType type, at::ScalarType dtype) { at::autocast::set_autocast_dtype(type, dtype); }
#else
bool autocast_on(at::DeviceType type) { return type == at::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled(); }
at::ScalarType autocast_dtype(at::DeviceType type) { return type == at::kCPU ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype(); }
void autocast_switch(at::DeviceType type, bool on) { type == at::kCPU ? at::autocast::set_cpu_enabled(on) : at::autocast::set_enabled(on); }
void autocast_shorten(at::DeviceType type, at::ScalarType dtype) { type == at::kCPU ? at::autocast::set_autocast_cpu_dtype(dtype) : at::autocast::set_autocast_gpu_dtype(dtype); }
#endif

} // namespace

// A negative `on` or `dtype` keeps what is. Returns what was before as dtype * 2 + on.
// The dtype comes first: older libtorch refuses float16 on the CPU, and then nothing may be left switched on.
KT_API int kt_autocast(int device, int on, int dtype) {
    KT_BEGIN
    auto type = static_cast<at::DeviceType>(device);
    int before = static_cast<int>(autocast_dtype(type)) * 2 + (autocast_on(type) ? 1 : 0);
    if (dtype >= 0) autocast_shorten(type, static_cast<at::ScalarType>(dtype));
    if (on >= 0) autocast_switch(type, on != 0);
    return before;
    KT_END
}

// Leaving the outermost region drops the cached casts: a weight changed afterwards must be cast anew.
KT_API void kt_autocast_nest(int change) {
    if (change > 0) { at::autocast::increment_nesting(); return; }
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

// ---- Exports: generators ------------------------------------------------------------------------------

KT_API int kt_generator_new(uint64_t seed, void** out) { KT_BEGIN *out = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed)); return 0; KT_END }
KT_API int kt_generator_default(int device, void** out) {
    KT_BEGIN
    auto d = c10::Device(static_cast<c10::DeviceType>(device >> 8), static_cast<c10::DeviceIndex>(static_cast<int8_t>(device & 0xff)));
    *out = new at::Generator(at::globalContext().defaultGenerator(d));
    return 0;
    KT_END
}
KT_API void kt_generator_free(void* generator) { delete static_cast<at::Generator*>(generator); }
KT_API int kt_generator_seed(void* generator, uint64_t seed) {
    KT_BEGIN
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> guard(g.mutex());
    g.set_current_seed(seed);
    return 0;
    KT_END
}
KT_API int kt_generator_state(void* generator, void** out) {
    KT_BEGIN
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> guard(g.mutex());
    *out = give(g.get_state());
    return 0;
    KT_END
}
KT_API int kt_generator_restore(void* generator, void* state) {
    KT_BEGIN
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> guard(g.mutex());
    g.set_state(borrow(state));
    return 0;
    KT_END
}
