#pragma once
// From logits to probabilities, and what adds up many of them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "ripen/export.hpp"

namespace ripen {

/// Of how many probabilities sums are taken together.
inline constexpr int kSumBlock = 16;

/// What reads posteriors, compiled for one instruction set. Whichever it is, the bits are the same: the order of every
/// sum is the program's, and no product is fused with a sum. All real-time safe.
struct SoftmaxKernels {
  const char* name;
  /// e^((logits - highest) * sharpness), divided by the sum of these. NaN becomes 0. Returns the highest of them.
  float (*softmax)(const float* logits, int count, float highest, float sharpness, float* probabilities);
  /// Of those that are no NaN; -infinity if there is none.
  float (*greatest)(const float* values, int count);
  /// sums[blocks] of kSumBlock values each, of which those below `least` count nothing.
  void (*sum_blocks)(const float* values, int blocks, float least, float* sums);
  /// Whether none is NaN or infinite.
  bool (*are_finite)(const float* values, int count);

  /// The best that this processor can run. Private, but seen from outside: other libraries of ours read posteriors too.
  RIPEN_EXPORT static const SoftmaxKernels& best() noexcept;
  /// Of a name; nullptr if this processor cannot run it.
  static const SoftmaxKernels* find(const char* name) noexcept;
};

/// Probabilities at a temperature above 0; NaN becomes impossible, and logits that say nothing are all as likely.
/// logits, probabilities: as many. Returns the highest of the probabilities. Real-time safe.
inline float softmax(std::span<const float> logits, double temperature, std::span<float> probabilities,
                     const SoftmaxKernels& kernels = SoftmaxKernels::best()) noexcept {
  const auto count = static_cast<int>(logits.size());
  const float highest = kernels.greatest(logits.data(), count);
  if (!std::isfinite(highest)) {  // A broken model.
    std::ranges::fill(probabilities, 1.0F / static_cast<float>(count));
    return probabilities[0];
  }
  return kernels.softmax(logits.data(), count, highest, static_cast<float>(1.0 / temperature), probabilities.data());
}

}  // namespace ripen
