#pragma once
// Finds states again: which step of a plan they belong to.

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen {

/// 64 bits that tell states apart.
inline std::uint64_t hash_state(std::span<const Token> state) noexcept {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const Token token : state) {
    hash = (hash ^ token) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

/// A hash table from state hashes to steps, of fixed size, with linear probing. Two states of one hash are taken for
/// the same: at 2^64 hashes that is rarer than a hardware fault. Real-time safe but for construction.
class StateIndex {
 public:
  explicit StateIndex(std::size_t most) : entries_(std::bit_ceil(2 * most + 1)) {}

  /// Forgets everything, in constant time.
  void clear() noexcept {
    ++generation_;
    size_ = 0;
  }

  /// Notes a state unless it is there or the table is half full; true if it is new.
  bool insert(std::uint64_t hash, std::int64_t step) noexcept {
    Entry& entry = find(hash);
    if (entry.generation == generation_) return false;
    if (2 * size_ < entries_.size()) {
      entry = {hash, step, generation_};
      ++size_;
    }
    return true;
  }

  /// The step noted for a state, or -1.
  [[nodiscard]] std::int64_t step_of(std::uint64_t hash) noexcept {
    const Entry& entry = find(hash);
    return entry.generation == generation_ ? entry.step : -1;
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::int64_t step = 0;
    std::uint64_t generation = 0;
  };

  Entry& find(std::uint64_t hash) noexcept {
    const std::size_t mask = entries_.size() - 1;
    std::size_t i = hash & mask;
    while (entries_[i].generation == generation_ && entries_[i].hash != hash) i = (i + 1) & mask;
    return entries_[i];
  }

  std::vector<Entry> entries_;
  std::uint64_t generation_ = 1;
  std::size_t size_ = 0;
};

}  // namespace ripen
