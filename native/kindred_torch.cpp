// The shim over libtorch, see kindred_torch.h: errors, settings of the process, operators, tensors, random generators.
#include "common.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sstream>
#include <string>

namespace {

thread_local std::string error_text;

int fail(const char* text, int code) {
    error_text = text ? text : "unknown error";
    for (const char* tail : {"\nException raised from ", "\nFirst raised from"}) {
        auto at = error_text.find(tail);
        if (at != std::string::npos) error_text.resize(at);
    }
    return -code;
}

}  // namespace

int kindred::on_exception() noexcept {
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

// ---- process ---------------------------------------------------------------------------------

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

KT_API void kt_free(void* memory) { free(memory); }

// ---- Operators ----------------------------------------------------------------------------------------

namespace {

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

}  // namespace

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

// ---- tensors ---------------------------------------------------------------------------------

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

// ---- generators ------------------------------------------------------------------------------

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
