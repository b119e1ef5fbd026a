// Gradients: the engine, its modes, functions whose backward is managed code, and autocast.
#include "common.h"

#include <ATen/autocast_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>

namespace {

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

// ---- hooks on gradients ------------------------------------------------------------------------

namespace {

// A shared_ptr in older versions, an intrusive_ptr in newer ones. Variables hold it weakly, so it is kept as long as the hook is there.
using NodePtr = decltype(torch::autograd::impl::grad_accumulator(std::declval<const at::Tensor&>()));

struct GradientHook : torch::autograd::FunctionPostHook {
    KtHook hook;
    void* state;
    int leaf;
    GradientHook(KtHook h, void* s, int l) : hook(h), state(s), leaf(l) {}
    torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs, const torch::autograd::variable_list&) override {
        char error[2048] = "a managed hook failed";
        if (hook(state, leaf, error, sizeof error) != 0) throw ManagedError(error);
        return outputs;
    }
};

struct Hooked {
    std::vector<std::pair<NodePtr, uintptr_t>> nodes;
    ~Hooked() { for (auto& node : nodes) node.first->del_post_hook(node.second); }
};

}  // namespace

// Leaves that require no gradient are passed over.
KT_API int kt_hooks(void** leaves, int n, KtHook hook, void* state, void** out) {
    KT_BEGIN
    auto hooked = std::make_unique<Hooked>();
    for (int i = 0; i < n; i++) {
        auto node = torch::autograd::impl::grad_accumulator(borrow(leaves[i]));
        if (!node) continue;
        auto key = node->add_post_hook(std::make_unique<GradientHook>(hook, state, i));
        hooked->nodes.emplace_back(std::move(node), key);
    }
    *out = hooked.release();
    return 0;
    KT_END
}
KT_API void kt_hooks_free(void* hooks) { delete static_cast<Hooked*>(hooks); }

// ---- autocast --------------------------------------------------------------------------------

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
