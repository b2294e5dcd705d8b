#pragma once
// Values in a row from one thread to another without waiting.

#include <atomic>
#include <cstddef>
#include <vector>

namespace ripen {

/// Of fixed size: what does not fit is refused, nothing is overwritten. One writer, one reader, and neither ever waits
/// for the other. Real-time safe on both sides but for construction.
template <typename T>
class RingBuffer {
 public:
  /// capacity: values that it holds; at least 1.
  explicit RingBuffer(std::size_t capacity) : values_(capacity + 1) {}

  /// The writer's. Returns false if the ring is full.
  [[nodiscard]] bool push(const T& value) noexcept {
    const std::size_t at = end_.load(std::memory_order_relaxed);
    const std::size_t next = after(at);
    if (next == begin_.load(std::memory_order_acquire)) return false;
    values_[at] = value;
    end_.store(next, std::memory_order_release);
    return true;
  }

  /// The reader's. Returns false if the ring is empty.
  [[nodiscard]] bool pop(T& value) noexcept {
    const std::size_t at = begin_.load(std::memory_order_relaxed);
    if (at == end_.load(std::memory_order_acquire)) return false;
    value = values_[at];
    begin_.store(after(at), std::memory_order_release);
    return true;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;

  [[nodiscard]] std::size_t after(std::size_t at) const noexcept { return at + 1 == values_.size() ? 0 : at + 1; }

  std::vector<T> values_;
  alignas(kCacheLine) std::atomic<std::size_t> begin_ = 0;
  alignas(kCacheLine) std::atomic<std::size_t> end_ = 0;
};

}  // namespace ripen
