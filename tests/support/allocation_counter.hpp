#pragma once
// Counts what the process asks of the heap.

#include <cstdint>

namespace ripen::test {

/// Counts every thread's heap calls (malloc, calloc, realloc, free, and the aligned ones) while one lives. Not nested.
class AllocationCounter {
 public:
  AllocationCounter() noexcept;
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

  [[nodiscard]] std::int64_t calls() const noexcept;

  /// False in a sanitizer's build, which has a heap of its own: nothing is counted there.
  [[nodiscard]] static bool available() noexcept;
};

}  // namespace ripen::test
