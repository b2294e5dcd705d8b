#include "ripen/plan_buffer.hpp"

#include <algorithm>
#include <string>

#include "ripen/error.hpp"

namespace ripen {

namespace {

std::int64_t floor_mod(std::int64_t value, std::int64_t divisor) noexcept {
  return ((value % divisor) + divisor) % divisor;  // Steps before the first reset are negative.
}

}  // namespace

PlanBuffer::PlanBuffer(const TokenLayout& layout, int candidates, int horizon, int history)
    : layout_(layout), candidates_(candidates), horizon_(horizon), history_(history), slots_(layout.slots()) {
  if (candidates < 1 || horizon < 1 || history < 0) {
    throw OptionsError("plan buffer: " + std::to_string(candidates) + " candidates, " + std::to_string(horizon) +
                       " steps of horizon and " + std::to_string(history) + " of history are no size");
  }
  const std::size_t tokens = static_cast<std::size_t>(candidates) * static_cast<std::size_t>(horizon + history) *
                             static_cast<std::size_t>(slots_);
  tokens_.assign(tokens, kMask);
  levels_.assign(tokens, kFullNoise);
  bool continuous = false;
  for (int slot = 0; slot < slots_; ++slot) continuous = continuous || layout.slot(slot).continuous();
  if (continuous) fractions_.assign(tokens, 0);
  find_zero();
}

std::size_t PlanBuffer::at(int candidate, std::int64_t step) const noexcept {
  const std::int64_t ring = horizon_ + history_;
  std::int64_t place = step - zero_;
  if (place >= ring) place -= ring;
  if (place < 0 || place >= ring) place = floor_mod(step, ring);  // Of no step that the buffer holds.
  return static_cast<std::size_t>((candidate * ring + place) * slots_);
}

void PlanBuffer::find_zero() noexcept { zero_ = head_ - history_ - floor_mod(head_ - history_, horizon_ + history_); }

void PlanBuffer::reset() noexcept {
  head_ = 0;
  find_zero();
  std::fill(tokens_.begin(), tokens_.end(), kMask);
  std::fill(levels_.begin(), levels_.end(), kFullNoise);
}

void PlanBuffer::shift(int steps) noexcept {
  const std::int64_t entering = head_ + horizon_;
  head_ += steps;
  find_zero();
  // The place of a step that falls out of the history is a new one's; a jump over all of them masks each place once.
  for (std::int64_t step = std::max(entering, head_ - history_); step < head_ + horizon_; ++step) {
    for (int c = 0; c < candidates_; ++c) {
      std::ranges::fill(tokens(c, step), kMask);
      std::ranges::fill(levels(c, step), kFullNoise);
    }
  }
}

std::span<Token> PlanBuffer::tokens(int candidate, std::int64_t step) noexcept {
  return {tokens_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}
std::span<const Token> PlanBuffer::tokens(int candidate, std::int64_t step) const noexcept {
  return {tokens_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}
std::span<const Token> PlanBuffer::state(int candidate, std::int64_t step) const noexcept {
  return tokens(candidate, step).first(static_cast<std::size_t>(layout_.states()));
}
std::span<const Token> PlanBuffer::action(int candidate, std::int64_t step) const noexcept {
  return tokens(candidate, step).last(static_cast<std::size_t>(layout_.actions()));
}
std::span<NoiseLevel> PlanBuffer::levels(int candidate, std::int64_t step) noexcept {
  return {levels_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}
std::span<const NoiseLevel> PlanBuffer::levels(int candidate, std::int64_t step) const noexcept {
  return {levels_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}

std::span<Fraction> PlanBuffer::fractions(int candidate, std::int64_t step) noexcept {
  if (fractions_.empty()) return {};
  return {fractions_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}
std::span<const Fraction> PlanBuffer::fractions(int candidate, std::int64_t step) const noexcept {
  if (fractions_.empty()) return {};
  return {fractions_.data() + at(candidate, step), static_cast<std::size_t>(slots_)};
}

void PlanBuffer::mask_from(int candidate, std::int64_t from) noexcept {
  for (std::int64_t step = from; step < head_ + horizon_; ++step) {
    std::ranges::fill(tokens(candidate, step), kMask);
    std::ranges::fill(levels(candidate, step), kFullNoise);
  }
}

void PlanBuffer::copy(int source, int target, std::int64_t from, std::int64_t to) noexcept {
  for (std::int64_t step = from; step < to; ++step) {
    std::ranges::copy(tokens(source, step), tokens(target, step).begin());
    std::ranges::copy(levels(source, step), levels(target, step).begin());
    std::ranges::copy(fractions(source, step), fractions(target, step).begin());
  }
}

std::size_t PlanBuffer::memory() const noexcept {
  return tokens_.size() * sizeof(Token) + levels_.size() * sizeof(NoiseLevel) + fractions_.size() * sizeof(Fraction);
}

}  // namespace ripen
