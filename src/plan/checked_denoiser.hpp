#pragma once
// A model whose answers are looked through.

#include <cmath>
#include <cstddef>
#include <utility>

#include "ripen/denoiser.hpp"

namespace ripen {

/// Passes everything on to another denoiser and notes whether something came back that is no number. Real-time safe.
class CheckedDenoiser : public Denoiser {
 public:
  explicit CheckedDenoiser(Denoiser& denoiser) noexcept : denoiser_(denoiser) {}

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return denoiser_.layout(); }
  [[nodiscard]] int max_windows() const noexcept override { return denoiser_.max_windows(); }
  [[nodiscard]] int max_steps() const noexcept override { return denoiser_.max_steps(); }

  void run(const DenoiseBatch& batch) noexcept override {
    denoiser_.run(batch);
    const bool whole = batch.depth == PassDepth::kWindow, dynamics = batch.depth == PassDepth::kDynamics;
    const int steps = whole ? batch.steps : 1, known = whole ? batch.known : 0;
    const int columns = whole      ? layout().logits()
                        : dynamics ? layout().state_logits()
                                   : layout().logits() - layout().state_logits();
    for (int w = 0; w < batch.windows; ++w) {  // What is known of a window may still be an earlier pass's.
      const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(w) * steps + known;
      bad_ = bad_ || has_nan(batch.logits + first * columns, (steps - known) * columns);
      if (batch.value != nullptr && !dynamics) bad_ = bad_ || has_nan(batch.value + first, steps - known);
    }
  }

  /// Whether there was something since the last call.
  [[nodiscard]] bool was_bad() noexcept { return std::exchange(bad_, false); }

 private:
  static bool has_nan(const float* values, int count) noexcept {
    int nans = 0;  // Counting has no branch, so that it takes next to no time.
    for (int i = 0; i < count; ++i) nans += std::isnan(values[i]) ? 1 : 0;
    return nans > 0;
  }

  Denoiser& denoiser_;
  bool bad_ = false;
};

}  // namespace ripen
