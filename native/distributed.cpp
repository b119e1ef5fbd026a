// Several processes: libtorch's own c10d, a TCP store to meet at and Gloo to exchange tensors of the processor.
#define USE_C10D_GLOO 1
#include "common.h"

#include <cstring>

#if __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>)

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if KT_TORCH_AT_LEAST(2, 0)
#include <torch/csrc/distributed/c10d/Backend.hpp>
using Group = c10d::Backend;
#else
using Group = c10d::ProcessGroup;
#endif

namespace {

using milliseconds = std::chrono::milliseconds;
using StoreRef = c10::intrusive_ptr<c10d::Store>;
using GroupRef = c10::intrusive_ptr<Group>;
using WorkRef = c10::intrusive_ptr<c10d::Work>;

StoreRef& store_of(void* handle) { return *static_cast<StoreRef*>(handle); }
GroupRef& group_of(void* handle) { return *static_cast<GroupRef*>(handle); }

// The newer option is off: distributions build libtorch without libuv.
template <class T> auto without_uv(T& options, int) -> decltype((void)(options.useLibUV = false)) { options.useLibUV = false; }
template <class T> void without_uv(T&, long) {}

int finish(WorkRef work, void** pending) {
    if (pending) *pending = new WorkRef(std::move(work));
    else work->wait();
    return 0;
}

}  // namespace

KT_API int kt_store_open(const char* host, int port, int world, int serves, int64_t timeout, void** out) {
    KT_BEGIN
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = serves != 0;
    options.numWorkers = static_cast<size_t>(world);
    options.waitWorkers = true;
    options.timeout = milliseconds(timeout);
    without_uv(options, 0);
    *out = new StoreRef(c10::make_intrusive<c10d::TCPStore>(host, options));
    return 0;
    KT_END
}
KT_API void kt_store_free(void* store) { delete static_cast<StoreRef*>(store); }
KT_API int kt_store_set(void* store, const char* key, const char* value) {
    KT_BEGIN
    store_of(store)->set(key, std::vector<uint8_t>(value, value + std::strlen(value)));
    return 0;
    KT_END
}
// The length of what lies under a key, 0 where nothing does; does not wait for it.
KT_API int kt_store_get(void* store, const char* key, char* value, int capacity) {
    KT_BEGIN
    if (!store_of(store)->check({key})) return 0;
    auto found = store_of(store)->get(key);
    int n = std::min(static_cast<int>(found.size()), capacity);
    std::memcpy(value, found.data(), static_cast<size_t>(n));
    return n;
    KT_END
}

KT_API int kt_group_open(void* store, const char* name, int rank, int world, int64_t timeout, const char* interface, void** out) {
    KT_BEGIN
    auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(timeout));
    options->threads = 1;   // calls are waited for one by one, or wait for one another: a second thread would only be woken in turn
    options->devices.push_back(*interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface) : c10d::ProcessGroupGloo::createDefaultDevice());
    *out = new GroupRef(c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>(name, store_of(store)), rank, world, options));
    return 0;
    KT_END
}
KT_API void kt_group_free(void* group) { delete static_cast<GroupRef*>(group); }

KT_API int kt_all_reduce(void* group, void* tensor, int operation, void** pending) {
    KT_BEGIN
    std::vector<at::Tensor> tensors{borrow(tensor)};
    c10d::AllreduceOptions options;
    options.reduceOp = static_cast<c10d::ReduceOp::RedOpType>(operation);
    return finish(group_of(group)->allreduce(tensors, options), pending);
    KT_END
}
KT_API int kt_broadcast(void* group, void* tensor, int root) {
    KT_BEGIN
    std::vector<at::Tensor> tensors{borrow(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    return finish(group_of(group)->broadcast(tensors, options), nullptr);
    KT_END
}
KT_API int kt_all_gather(void* group, void** outputs, int n, void* tensor) {
    KT_BEGIN
    std::vector<std::vector<at::Tensor>> results{borrow_all(outputs, n)};
    std::vector<at::Tensor> tensors{borrow(tensor)};
    return finish(group_of(group)->allgather(results, tensors), nullptr);
    KT_END
}
KT_API int kt_work_wait(void* pending) {
    KT_BEGIN
    (*static_cast<WorkRef*>(pending))->wait();
    return 0;
    KT_END
}

KT_API void kt_work_free(void* pending) { delete static_cast<WorkRef*>(pending); }

#else

namespace {
int absent() {
    KT_BEGIN
    throw std::runtime_error("this libtorch was built without its distributed part");
    KT_END
}
}  // namespace

KT_API int kt_store_open(const char*, int, int, int, int64_t, void**) { return absent(); }
KT_API void kt_store_free(void*) {}
KT_API int kt_store_set(void*, const char*, const char*) { return absent(); }
KT_API int kt_store_get(void*, const char*, char*, int) { return absent(); }
KT_API int kt_group_open(void*, const char*, int, int, int64_t, const char*, void**) { return absent(); }
KT_API void kt_group_free(void*) {}
KT_API int kt_all_reduce(void*, void*, int, void**) { return absent(); }
KT_API int kt_broadcast(void*, void*, int) { return absent(); }
KT_API int kt_all_gather(void*, void**, int, void*) { return absent(); }
KT_API int kt_work_wait(void*) { return absent(); }
KT_API void kt_work_free(void*) {}

#endif
