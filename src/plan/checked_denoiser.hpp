#pragma once
// A model whose answers are looked through before anything is made of them.

#include <cstddef>
#include <utility>

#include "plan/softmax.hpp"
#include "ripen/denoiser.hpp"

namespace ripen {

/// Passes batches on to a denoiser and says whether what came back can be used. Real-time safe.
class CheckedDenoiser {
 public:
  explicit CheckedDenoiser(Denoiser& denoiser) noexcept : denoiser_(denoiser), can_(denoiser.capabilities()) {}

  [[nodiscard]] const TokenLayout& layout() const noexcept { return denoiser_.layout(); }
  [[nodiscard]] int max_steps() const noexcept { return denoiser_.max_steps(); }
  [[nodiscard]] const Capabilities& capabilities() const noexcept { return can_; }

  /// Runs a batch. False if anything that was asked is NaN or infinite: then nothing of it may be used.
  [[nodiscard]] bool run(const DenoiseBatch& batch) noexcept {
    denoiser_.run(batch);
    const bool whole = batch.depth == PassDepth::kWindow, dynamics = batch.depth == PassDepth::kDynamics;
    const int steps = whole ? batch.steps : 1, known = whole ? batch.known : 0;
    const int columns = whole      ? layout().logits()
                        : dynamics ? layout().state_logits()
                                   : layout().logits() - layout().state_logits();
    bool good = true;
    for (int w = 0; w < batch.windows; ++w) {  // What is known of a window may still be an earlier pass's.
      const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(w) * steps + known;
      good = good && kernels_.are_finite(batch.logits + first * columns, (steps - known) * columns);
      if (batch.value != nullptr && !dynamics) good = good && kernels_.are_finite(batch.value + first, steps - known);
    }
    was_bad_ = was_bad_ || !good;
    return good;
  }

  /// Whether there was such a batch since the last call.
  [[nodiscard]] bool was_bad() noexcept { return std::exchange(was_bad_, false); }

 private:
  Denoiser& denoiser_;
  Capabilities can_;
  const SoftmaxKernels& kernels_ = SoftmaxKernels::best();
  bool was_bad_ = false;
};

}  // namespace ripen
