#pragma once
// Counts what a thread, or the whole process, asks of the heap.

#include <cstdint>

namespace ripen::test {

/// Counts heap calls (malloc, calloc, realloc, free, and the aligned ones) while one lives: this thread's or every
/// thread's. Not nested.
class AllocationCounter {
 public:
  explicit AllocationCounter(bool every_thread = false) noexcept;
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  [[nodiscard]] std::int64_t calls() const noexcept;

  /// False in a sanitizer's build, which has a heap of its own: nothing is counted there.
  [[nodiscard]] static bool available() noexcept;
};

}  // namespace ripen::test
