#pragma once
// In which order the tokens of a draft are revealed.

#include <bit>
#include <cstdint>

#include "ripen/planner.hpp"

namespace ripen {

/// Gives each token of a draft a rank in [0, 1): a pass that reveals a share of the draft shows what ranks below it.
/// Real-time safe.
class Reveal {
 public:
  Reveal() = default;
  /// A draft of the steps [first, first + steps). seed: draws kRandom's order.
  Reveal(RevealOrder order, std::int64_t first, int steps, std::uint64_t seed) noexcept
      : order_(order), first_(first), steps_(steps < 1 ? 1 : steps), seed_(seed) {}

  /// level: how unsure the model was of the token when it saw it last.
  [[nodiscard]] double rank(std::int64_t step, int slot, NoiseLevel level) const noexcept {
    const auto i = static_cast<std::uint64_t>(step - first_);
    switch (order_) {
      case RevealOrder::kCoarseToFine:
        return bisection(i);
      case RevealOrder::kSurest:
        return level / (kFullNoise + 1.0);
      case RevealOrder::kPlan:
        return static_cast<double>(i) / steps_;
      case RevealOrder::kRandom:
        break;
    }
    std::uint64_t hash = seed_ ^ (i * 0x9E3779B97F4A7C15ULL) ^ (static_cast<std::uint64_t>(slot) << 48U);
    for (int turn = 0; turn < 2; ++turn) {
      hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9ULL;
      hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBULL;
      hash ^= hash >> 31U;
    }
    return static_cast<double>(hash >> 11U) * 0x1.0p-53;
  }

 private:
  /// The middle first, then the quarters, then the eighths: steps by how coarse the grid is that they lie on.
  [[nodiscard]] double bisection(std::uint64_t i) const noexcept {
    const auto depths = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(steps_)));
    const int fine = std::countr_zero(i + 1);  // 1-based, so that a middle is a power of two.
    const int depth = fine >= depths ? 0 : depths - 1 - fine;
    // So many steps lie on coarser grids.
    return static_cast<double>((std::uint64_t{1} << static_cast<unsigned>(depth)) - 1U) / (steps_ + 1.0);
  }

  RevealOrder order_ = RevealOrder::kRandom;
  std::int64_t first_ = 0;
  int steps_ = 1;
  std::uint64_t seed_ = 0;
};

}  // namespace ripen
