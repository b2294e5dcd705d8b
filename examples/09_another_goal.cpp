// Another goal in mid-run: aim() keeps the plan as a draft, and what is left of the way is soon a plan again. reset()
// would begin from noise.

#include <array>
#include <cstdio>

#include "grid/world.hpp"
#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/models.hpp"

namespace {
using Cell = std::array<ripen::Token, 2>;
constexpr Cell kStart{0, 0}, kGoal{6, 4}, kOther{6, 2};
constexpr std::array<ripen::Token, 1> kHold{grid::kStay};

/// Passes until the plan is whole, one at a time; at most 32.
int passes_until_whole(ripen::Planner& planner) {
  int passes = 0;
  while (passes < 32) {
    planner.refine({.passes = 1});
    ++passes;
    if (grid::is_whole(planner)) break;
  }
  return passes;
}
}  // namespace

int main() try {
  constexpr int kRuns = 100;
  ripen::NativeDenoiser denoiser(ripen::ModelFile::load(ripen::examples::model_path("grid.safetensors")));
  ripen::PlannerOptions options{.horizon = denoiser.max_steps(), .candidates = 4, .reveal_passes = 8};
  options.temperature = 0.6;
  options.goal_clamp = ripen::GoalClamp::kEnd;
  int aimed = 0, anew = 0;
  for (options.seed = 1; options.seed <= kRuns; ++options.seed) {
    ripen::Planner planner(denoiser, options);
    if (planner.reset(kStart, kGoal, kHold) != ripen::PlanReset::kOk) return 1;
    planner.refine({.passes = 64});
    if (!planner.aim(kOther)) return 1;  // ControlLoop::aim takes the robot's units
    aimed += passes_until_whole(planner);
    if (planner.reset(kStart, kOther, kHold) != ripen::PlanReset::kOk) return 1;
    anew += passes_until_whole(planner);
  }
  std::printf("passes until the plan to the other goal is whole, mean of %d: %.1f after aim, %.1f after reset\n", kRuns,
              static_cast<double>(aimed) / kRuns, static_cast<double>(anew) / kRuns);
  return aimed < anew ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "09_another_goal: %s\n", error.what());
  return 1;
}
