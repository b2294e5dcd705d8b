#pragma once
// The rolling plan: tokens and noise levels of every candidate, in a ring.

#include <cstdint>
#include <span>
#include <vector>

#include "ripen/export.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// Noise level of a token, in 1/255: 0 is observed or decided, kFullNoise is kMask.
using NoiseLevel = std::uint8_t;
inline constexpr NoiseLevel kFullNoise = 255;

/// Tokens and noise levels: [candidates][history + horizon][slots], a ring over the steps. All memory is taken at
/// construction; every other call is real-time safe. Steps are counted from reset: [head - history, head + horizon).
class RIPEN_EXPORT PlanBuffer {
 public:
  /// Throws OptionsError if a size is not positive (history may be 0).
  PlanBuffer(const TokenLayout& layout, int candidates, int horizon, int history);

  [[nodiscard]] const TokenLayout& layout() const noexcept { return layout_; }
  [[nodiscard]] int candidates() const noexcept { return candidates_; }
  [[nodiscard]] int horizon() const noexcept { return horizon_; }
  [[nodiscard]] int history() const noexcept { return history_; }
  [[nodiscard]] std::int64_t head() const noexcept { return head_; }

  /// Masks everything and puts the head at step 0.
  void reset() noexcept;

  /// Moves the head on; the steps that enter the horizon are masked. O(1) per candidate and step entering, however far.
  void shift(int steps) noexcept;

  /// Whether a step lies in the ring.
  [[nodiscard]] bool contains(std::int64_t step) const noexcept {
    return step >= head_ - history_ && step < head_ + horizon_;
  }

  /// Tokens of one step: states first, then actions. [slots]
  [[nodiscard]] std::span<Token> tokens(int candidate, std::int64_t step) noexcept;
  [[nodiscard]] std::span<const Token> tokens(int candidate, std::int64_t step) const noexcept;
  [[nodiscard]] std::span<const Token> state(int candidate, std::int64_t step) const noexcept;
  [[nodiscard]] std::span<const Token> action(int candidate, std::int64_t step) const noexcept;

  /// Where in their bins the values lie. [slots]; empty if no slot of the layout is continuous.
  [[nodiscard]] std::span<Fraction> fractions(int candidate, std::int64_t step) noexcept;
  [[nodiscard]] std::span<const Fraction> fractions(int candidate, std::int64_t step) const noexcept;

  /// Of one slot; 0 if none of the layout is continuous.
  [[nodiscard]] Fraction fraction(int candidate, std::int64_t step, std::size_t slot) const noexcept {
    return fractions_.empty() ? Fraction{0} : fractions(candidate, step)[slot];
  }
  /// The same of the actions alone. [actions]
  [[nodiscard]] std::span<const Fraction> action_fractions(int candidate, std::int64_t step) const noexcept {
    return fractions_.empty() ? std::span<const Fraction>()
                              : fractions(candidate, step).last(static_cast<std::size_t>(layout_.actions()));
  }

  /// Noise levels of one step. [slots]
  [[nodiscard]] std::span<NoiseLevel> levels(int candidate, std::int64_t step) noexcept;
  [[nodiscard]] std::span<const NoiseLevel> levels(int candidate, std::int64_t step) const noexcept;

  /// Masks the steps from `from` to the end of the horizon.
  void mask_from(int candidate, std::int64_t from) noexcept;

  /// Copies the steps [from, to) of a candidate over another's.
  void copy(int source, int target, std::int64_t from, std::int64_t to) noexcept;

  [[nodiscard]] std::size_t memory() const noexcept;  ///< [bytes]

 private:
  [[nodiscard]] std::size_t at(int candidate, std::int64_t step) const noexcept;
  void find_zero() noexcept;

  TokenLayout layout_;
  int candidates_, horizon_, history_, slots_;
  std::int64_t head_ = 0;
  std::int64_t zero_ = 0;  // The last step in the ring's first place that is no later than any in the buffer.
  std::vector<Token> tokens_;
  std::vector<NoiseLevel> levels_;
  std::vector<Fraction> fractions_;  // None without a continuous slot.
};

}  // namespace ripen
