// What the parts of the shim share: versions of libtorch, errors in flight, handles. Compiles unchanged against 1.13 and 2.x.
#pragma once
#include "kindred_torch.h"

#include <ATen/ATen.h>
#include <torch/version.h>

#include <stdexcept>
#include <vector>

#define KT_TORCH_AT_LEAST(major, minor) \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))
#if KT_TORCH_AT_LEAST(2, 0)
#include <optional>
template <class T> using optional_of = std::optional<T>;
#else
template <class T> using optional_of = c10::optional<T>;
#endif

namespace kindred {

// An error that managed code raised inside a call from libtorch.
struct ManagedError : std::runtime_error { using std::runtime_error::runtime_error; };

// Keeps the text of the exception in flight for kt_error and classifies it. Codes: 1 general, 2 index, 3 value, 4 type, 5 not implemented, 6 memory, 9 managed.
int on_exception() noexcept;

inline c10::TensorImpl* impl(void* handle) { return static_cast<c10::TensorImpl*>(handle); }

inline at::Tensor borrow(void* handle) {
    if (!handle) return at::Tensor();
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl(handle)));
}

inline void* give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

inline std::vector<at::Tensor> borrow_all(void** handles, int n) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(n);
    for (int i = 0; i < n; i++) tensors.push_back(borrow(handles[i]));
    return tensors;
}

}  // namespace kindred

using namespace kindred;

#define KT_BEGIN try {
#define KT_END } catch (...) { return on_exception(); }
