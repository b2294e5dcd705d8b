// Observations that saw only some channels.

#include <gtest/gtest.h>

#include <array>

#include "ripen/planner.hpp"
#include "support/planner_calls.hpp"

namespace ripen {
namespace {

constexpr int kPlaces = 16, kPhases = 4;
constexpr Token kTarget = 12;
constexpr Token kLeft = 0, kStay = 1, kRight = 2;
using State = std::array<Token, 2>;

/// A carriage with a lamp that goes from phase to phase with every step, whatever is done.
class LampDenoiser : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 8; }
  [[nodiscard]] int max_steps() const noexcept override { return 12; }

  void run(const DenoiseBatch& batch) noexcept override {
    float* logits = batch.logits;
    float* value = batch.value;
    for (int w = 0; w < batch.windows; ++w) {
      const int first = batch.depth == PassDepth::kWindow ? 0 : batch.steps - 1;
      for (int s = first; s < batch.steps; ++s) {
        const Token* step = batch.tokens + (w * batch.steps + s) * 3;
        if (batch.depth != PassDepth::kStep) {
          const bool known = s > 0 && step[-3] != kMask && step[-1] != kMask;
          logits = fill(logits, kPlaces, known ? moved(step[-3], step[-1]) : step[0]);
          logits = fill(logits, kPhases, s > 0 && step[-2] != kMask ? next_phase(step[-2]) : step[1]);
        }
        if (batch.depth != PassDepth::kDynamics) {
          const int distance = step[0] == kMask ? 0 : kTarget - step[0];
          logits = fill(logits, 3, distance > 0 ? kRight : distance < 0 ? kLeft : kStay);
          if (value != nullptr) *value++ = static_cast<float>(std::abs(distance));
        }
      }
    }
  }

  static Token moved(Token place, Token move) {
    return static_cast<Token>(std::clamp(place + move - kStay, 0, kPlaces - 1));
  }
  static Token next_phase(Token phase) { return static_cast<Token>((phase + 1) % kPhases); }

 private:
  static float* fill(float* logits, int count, Token likely) noexcept {
    for (int i = 0; i < count; ++i) logits[i] = i == likely ? 20.0F : 0.0F;
    return logits + count;
  }

  TokenLayout layout_{{{.name = "place", .role = SlotRole::kState, .vocabulary = kPlaces},
                       {.name = "lamp", .role = SlotRole::kState, .vocabulary = kPhases},
                       {.name = "move", .role = SlotRole::kAction, .vocabulary = 3}}};
};

class PartialSight : public testing::TestWithParam<PlanMethod> {
 protected:
  PartialSight() {
    EXPECT_EQ(planner.reset(State{3, 0}, State{kTarget, kMask}, std::array{kStay}), PlanReset::kOk);
    test::refine(planner, {.state = State{3, 0}}, {.passes = 50});
    EXPECT_EQ(planner.step(0).action[0], kRight);
    planner.sent(1);
    test::shift(planner, 1);
    EXPECT_EQ(planner.buffer().state(0, 1)[0], 4);
    EXPECT_EQ(planner.buffer().state(0, 1)[1], 1);
  }
  PlanReport see(const State& state, int passes = 50) {
    return test::refine(planner, {.state = state, .step = 1, .started = 1}, {.passes = passes});
  }

  LampDenoiser denoiser;
  Planner planner{denoiser,
                  {.method = GetParam(), .horizon = 20, .candidates = 4, .pass_windows = 4, .temperature = 0.0}};
};

TEST_P(PartialSight, WhatIsNotSeenStaysWhatWasPredicted) {
  const PlanReport report = see({4, kMask}, 0);
  EXPECT_FALSE(report.disturbed);
  EXPECT_EQ(planner.step(0).tokens[0], 4);
  EXPECT_EQ(planner.step(0).tokens[1], 1);
  EXPECT_EQ(planner.buffer().levels(0, 1)[0], 0);
  if (GetParam() == PlanMethod::kDenoise) {
    EXPECT_GT(planner.buffer().levels(0, 1)[1], 0) << "believed, not known";
  }
}

TEST_P(PartialSight, WhatContradictsIsActedOnAndTheRestBelieved) {
  const PlanReport report = see({14, kMask});
  EXPECT_TRUE(report.disturbed);
  EXPECT_EQ(planner.step(0).tokens[0], 14);
  EXPECT_EQ(planner.step(0).tokens[1], 1);
  EXPECT_EQ(planner.step(0).action[0], kLeft);
  if (GetParam() == PlanMethod::kBeam) {
    EXPECT_EQ(report.steps_to_goal, 2);
    EXPECT_EQ(planner.step(1).tokens[1], 2) << "the lamp goes on from where it is believed to be";
  }
}

TEST_P(PartialSight, AChannelThatContradictsAloneIsSeen) {
  EXPECT_TRUE(see({kMask, 3}, 0).disturbed);
  EXPECT_EQ(planner.step(0).tokens[0], 4);
  EXPECT_EQ(planner.step(0).tokens[1], 3);
}

TEST_P(PartialSight, NothingSeenAndGarbageChangeNothing) {
  for (const State& state : {State{kMask, kMask}, State{77, 1}, State{4, 77}}) {
    EXPECT_FALSE(see(state, 0).disturbed);
    EXPECT_EQ(planner.step(0).tokens[0], 4);
    EXPECT_EQ(planner.step(0).tokens[1], 1);
    EXPECT_TRUE(planner.step(0).decided);
  }
}

TEST_P(PartialSight, ALateGlimpseCorrectsThePresent) {
  test::shift(planner, 2);
  test::refine(planner, {.state = State{8, kMask}, .step = 1, .started = 3}, {.passes = 50});
  if (GetParam() == PlanMethod::kBeam) {
    EXPECT_EQ(planner.step(0).tokens[0], 10);
    EXPECT_EQ(planner.step(0).tokens[1], 3);
  }
  EXPECT_EQ(planner.buffer().state(0, 1)[0], 8);
  EXPECT_EQ(planner.buffer().state(0, 1)[1], 1);
}

INSTANTIATE_TEST_SUITE_P(Methods, PartialSight, testing::Values(PlanMethod::kBeam, PlanMethod::kDenoise),
                         [](const auto& method) {
                           return method.param == PlanMethod::kDenoise ? "window" : "candidates";
                         });

}  // namespace
}  // namespace ripen
