#include "support/allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(RIPEN_RTSAN)
#define RIPEN_OWN_HEAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RIPEN_OWN_HEAP 0
#endif
#endif
#ifndef RIPEN_OWN_HEAP
#define RIPEN_OWN_HEAP 1
#endif

namespace {

thread_local bool armed_here = false;
std::atomic<bool> armed = false;
std::atomic<std::int64_t> counted = 0;

}  // namespace

namespace ripen::test {

AllocationCounter::AllocationCounter(bool every_thread) noexcept {
  counted = 0;
  armed_here = true;
  armed = every_thread;
}

AllocationCounter::~AllocationCounter() { armed = armed_here = false; }

std::int64_t AllocationCounter::calls() const noexcept { return counted; }

bool AllocationCounter::available() noexcept { return RIPEN_OWN_HEAP != 0; }

}  // namespace ripen::test

#if RIPEN_OWN_HEAP

// What the C library's own heap is called inside glibc; the symbols below take the place of the public names in the
// whole process, operator new's calls included.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void __libc_free(void* memory);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void* __libc_valloc(std::size_t size);
void* __libc_pvalloc(std::size_t size);
}

namespace {

void count() noexcept {
  if (armed_here || armed.load(std::memory_order_relaxed)) counted.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size) {
  count();
  return __libc_realloc(memory, size);
}

void free(void* memory) {
  count();
  __libc_free(memory);
}

void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  count();
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* const taken = __libc_memalign(alignment, size);
  if (taken == nullptr) return ENOMEM;
  *memory = taken;
  return 0;
}

void* valloc(std::size_t size) {
  count();
  return __libc_valloc(size);
}

void* pvalloc(std::size_t size) {
  count();
  return __libc_pvalloc(size);
}

}  // extern "C"

#endif
