#pragma once
// A line that looks the same from either side, and a model that was only trained on one.

#include <algorithm>

#include "ripen/transition.hpp"
#include "support/line_world.hpp"

namespace ripen::test {

/// Of places beyond the goal it thinks that they are far away, and goes on to the right.
class OneSidedDenoiser : public LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    LineDenoiser::run(batch);
    for (int w = 0; w < batch.windows && batch.depth == PassDepth::kStep; ++w) {
      if (batch.tokens[w * 2] <= kLineGoal) continue;
      std::fill_n(batch.logits + w * 3, 3, 0.0F);
      batch.logits[w * 3 + kRight] = 20.0F;
      if (batch.value != nullptr) batch.value[w] = kPlaces;
    }
  }
};

/// The line's rules; `frames` of 2: also from behind. For places from 9 on, whose mirror image is on the line.
class MirroredLine : public Transition {
 public:
  explicit MirroredLine(int frames) : frames_(frames) {}
  [[nodiscard]] bool next(std::span<const Token> state, std::span<const Token> action,
                          std::span<Token> next) const noexcept override {
    next[0] = LineDenoiser::moved(state[0], action[0]);
    return true;
  }
  [[nodiscard]] int frames() const noexcept override { return frames_; }
  void to_frame(int frame, std::span<const Token> state, std::span<Token> seen) const noexcept override {
    seen[0] = frame == 0 ? state[0] : static_cast<Token>(2 * kLineGoal - state[0]);
  }
  void from_frame(int frame, std::span<Token> action) const noexcept override {
    if (frame == 1) action[0] = static_cast<Token>(2 * kStay - action[0]);
  }

 private:
  int frames_;
};

}  // namespace ripen::test
