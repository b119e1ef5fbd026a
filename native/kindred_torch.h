// The C interface between Kindred.Torch and libtorch.
//
// One generic call, kt_call, reaches every operator through ATen's boxed dispatcher; the rest is what
// has no schema: tensor handles, autograd, generators, autocast and process-wide settings.
//
// Conventions. A tensor handle is a TensorImpl* that owns one reference. Functions that can fail return a
// negative code and leave the text in kt_error (same thread). Borrowed handles are never released here.
#pragma once
#include <stdint.h>

#define KT_ABI 1
#define KT_API extern "C" __attribute__((visibility("default")))

// What a KtValue holds.
enum KtTag : uint8_t {
    KT_NONE, KT_TENSOR, KT_INT, KT_DOUBLE, KT_BOOL, KT_INTS, KT_DOUBLES, KT_BOOLS,
    KT_TENSORS, KT_STRING, KT_DEVICE, KT_GENERATOR, KT_DEFAULT
};

// One argument or result. `n` is the length of what `p` points to.
struct KtValue {
    uint8_t tag;
    uint8_t reserved[3];
    int32_t n;
    union { int64_t i; double d; void* p; };
};

// A managed autograd function. `backward` returns 0, or non-zero with a message in `error`.
struct KtFunction {
    int (*backward)(void* state, void** gradients, int n, void** saved, int n_saved, void** results, int n_inputs, char* error, int capacity);
    void (*release)(void* state);
};

// Called during a backward pass, right after a leaf's gradient was accumulated; answers like `backward`.
typedef int (*KtHook)(void* state, int leaf, char* error, int capacity);
