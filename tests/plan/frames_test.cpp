// A world that looks the same from either side, and a model that was only trained on one.

#include <gtest/gtest.h>

#include <array>

#include "ripen/planner.hpp"
#include "support/line_world.hpp"
#include "support/mirrored_line.hpp"
#include "support/planner_calls.hpp"

namespace ripen {
namespace {

using State = std::array<Token, 1>;

using test::kGoal;
using test::kIdle;

TEST(Frames, AModelOfOneSidePlansOnBoth) {
  for (const Token start : {Token{13}, Token{27}}) {
    for (const int frames : {1, 2}) {
      test::OneSidedDenoiser denoiser;
      const test::MirroredLine line(frames);
      Planner planner(denoiser,
                      {.method = PlanMethod::kBeam, .horizon = 40, .candidates = 8, .pass_windows = 2, .noise = 0.0},
                      &line);
      ASSERT_EQ(planner.reset(State{start}, kGoal, kIdle), PlanReset::kOk);
      const PlanReport report = test::refine(planner, {.state = State{start}}, {.passes = 9});
      const bool knows = start < test::kLineGoal || frames == 2;
      EXPECT_EQ(report.steps_to_goal, knows ? 7 : -1) << "from " << start << ", frames: " << frames;
      if (!knows) continue;
      for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(planner.step(i).action[0], start < test::kLineGoal ? test::kRight : test::kLeft) << "from " << start;
      }
    }
  }
}

}  // namespace
}  // namespace ripen
