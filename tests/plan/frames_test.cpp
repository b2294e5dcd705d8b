// A world that looks the same from either side, and a model that was only trained on one.

#include <gtest/gtest.h>

#include <array>

#include "ripen/planner.hpp"
#include "support/line_world.hpp"

namespace ripen {
namespace {

using State = std::array<Token, 1>;

using test::kGoal;
using test::kIdle;

/// Of places beyond the goal it thinks that they are far away, and goes on to the right.
class OneSidedDenoiser : public test::LineDenoiser {
 public:
  void run(const DenoiseBatch& batch) noexcept override {
    LineDenoiser::run(batch);
    for (int w = 0; w < batch.windows && batch.depth == PassDepth::kStep; ++w) {
      if (batch.tokens[w * 2] <= test::kLineGoal) continue;
      std::fill_n(batch.logits + w * 3, 3, 0.0F);
      batch.logits[w * 3 + test::kRight] = 20.0F;
      if (batch.value != nullptr) batch.value[w] = test::kPlaces;
    }
  }
};

/// The line's rules; `frames` of 2: also from behind. For places from 9 on, whose mirror image is on the line.
class MirroredLine : public Transition {
 public:
  explicit MirroredLine(int frames) : frames_(frames) {}
  [[nodiscard]] bool next(std::span<const Token> state, std::span<const Token> action,
                          std::span<Token> next) const noexcept override {
    next[0] = test::LineDenoiser::moved(state[0], action[0]);
    return true;
  }
  [[nodiscard]] int frames() const noexcept override { return frames_; }
  void to_frame(int frame, std::span<const Token> state, std::span<Token> seen) const noexcept override {
    seen[0] = frame == 0 ? state[0] : static_cast<Token>(2 * test::kLineGoal - state[0]);
  }
  void from_frame(int frame, std::span<Token> action) const noexcept override {
    if (frame == 1) action[0] = static_cast<Token>(2 * test::kStay - action[0]);
  }

 private:
  int frames_;
};

TEST(Frames, AModelOfOneSidePlansOnBoth) {
  for (const Token start : {Token{13}, Token{27}}) {
    for (const int frames : {1, 2}) {
      OneSidedDenoiser denoiser;
      const MirroredLine line(frames);
      Planner planner(denoiser, {.horizon = 40, .candidates = 8, .pass_windows = 2, .noise = 0.0}, &line);
      ASSERT_TRUE(planner.reset(State{start}, kGoal, kIdle));
      const RefineReport report = planner.refine({.state = State{start}}, {.passes = 9});
      const bool knows = start < test::kLineGoal || frames == 2;
      EXPECT_EQ(report.steps_to_goal, knows ? 7 : -1) << "from " << start << ", frames: " << frames;
      if (!knows) continue;
      for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(planner.action(i)[0], start < test::kLineGoal ? test::kRight : test::kLeft) << "from " << start;
      }
    }
  }
}

TEST(Frames, WhoDoesNotPlanLooksFromBothSidesToo) {
  for (const Token start : {Token{13}, Token{27}}) {
    OneSidedDenoiser denoiser;
    const MirroredLine line(2);
    Planner planner(denoiser, {.horizon = 40, .pass_windows = 4, .replanning = Replanning::kReactive}, &line);
    ASSERT_TRUE(planner.reset(State{start}, kGoal, kIdle));
    EXPECT_EQ(planner.refine({.state = State{start}}, {.passes = 5}).passes, 1);
    EXPECT_EQ(planner.action()[0], start < test::kLineGoal ? test::kRight : test::kLeft) << "from " << start;
  }
}

}  // namespace
}  // namespace ripen
