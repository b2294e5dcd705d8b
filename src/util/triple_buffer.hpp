#pragma once
// A value handed from one thread to another without waiting.

#include <array>
#include <atomic>
#include <cstdint>

namespace ripen {

/// Each side owns one of three copies, the third changes hands: the reader always gets the newest whole value, and
/// neither side ever waits for the other. One writer, one reader. Real-time safe on both sides but for construction.
template <typename T>
class TripleBuffer {
 public:
  /// All three begin as copies of this one: what T needs of the heap it has from then on.
  explicit TripleBuffer(const T& first = T()) : copies_{first, first, first} {}

  /// The writer's copy, to be filled anew each time: it holds what was published some time ago.
  [[nodiscard]] T& writing() noexcept { return copies_[writing_]; }
  void publish() noexcept {
    writing_ = shared_.exchange(static_cast<std::uint8_t>(writing_ | kNew), std::memory_order_acq_rel) & kIndex;
  }

  /// Takes the last published value, if it is newer than reading(); whether it was.
  bool take() noexcept {
    if ((shared_.load(std::memory_order_relaxed) & kNew) == 0) return false;
    reading_ = shared_.exchange(reading_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  /// The reader's copy: what it took last.
  [[nodiscard]] const T& reading() const noexcept { return copies_[reading_]; }
  /// The last published, as of now.
  [[nodiscard]] const T& latest() noexcept {
    take();
    return reading();
  }

 private:
  static constexpr std::uint8_t kIndex = 3;
  static constexpr std::uint8_t kNew = 4;
  static constexpr std::size_t kCacheLine = 64;

  std::array<T, 3> copies_;
  alignas(kCacheLine) std::uint8_t writing_ = 0;
  alignas(kCacheLine) std::uint8_t reading_ = 1;
  alignas(kCacheLine) std::atomic<std::uint8_t> shared_{2};
};

}  // namespace ripen
