// The caching allocator of the processor's memory, and what it counts.
#include "kindred_torch.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace {

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

}  // namespace

KT_API void kt_use_caching_allocator() { c10::SetCPUAllocator(&CachingAllocator::instance(), 1); }
KT_API int64_t kt_memory_allocated() { return CachingAllocator::instance().allocated.load(); }
KT_API int64_t kt_memory_cached() { return CachingAllocator::instance().cached.load(); }
KT_API int64_t kt_memory_peak() { return CachingAllocator::instance().peak.load(); }
KT_API void kt_memory_reset_peak() { auto& a = CachingAllocator::instance(); a.peak = a.allocated.load(); }
KT_API void kt_memory_release() { CachingAllocator::instance().release_cached(); }
