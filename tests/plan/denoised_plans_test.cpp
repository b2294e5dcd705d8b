// What passes buy, with a model that ships: plans of a town from clamped start to clamped goal (examples/grid).

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "grid/world.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"

namespace ripen {
namespace {

const std::string kModel = RIPEN_MODELS_DIR "/grid.safetensors";
constexpr int kPlans = 100;

struct Whole {
  int first = 0;    ///< of the plans that so many passes revealed
  int settled = 0;  ///< of those that choosing left
};

/// Plans from one corner of the town to a cell that is six moves away.
Whole whole_plans(Denoiser& denoiser, RevealOrder order, int passes) {
  constexpr std::array<Token, 2> kStart{0, 0}, kGoal{4, 2};
  constexpr std::array<Token, 1> kHold{grid::kStay};
  Whole whole;
  for (int plan = 0; plan < kPlans; ++plan) {
    Planner planner(denoiser, {.horizon = denoiser.max_steps(),
                               .reveal_order = order,
                               .reveal_passes = passes,
                               .temperature = 0.6,
                               .goal_clamp = GoalClamp::kEnd,
                               .seed = static_cast<std::uint64_t>(plan)});
    EXPECT_EQ(planner.reset(kStart, kGoal, kHold), PlanReset::kOk);
    planner.refine({.passes = passes});
    whole.first += grid::is_whole(planner) ? 1 : 0;
    planner.refine({});
    EXPECT_TRUE(planner.report().settled);
    whole.settled += grid::is_whole(planner) ? 1 : 0;
    EXPECT_EQ(grid::cell_of(planner.step(0).tokens), grid::cell_of(kStart));
    EXPECT_EQ(grid::cell_of(planner.step(planner.horizon() - 1).tokens), grid::cell_of(kGoal));
  }
  return whole;
}

TEST(DenoisedPlans, TheModelIsSmall) { EXPECT_LE(std::filesystem::file_size(kModel), 100'000U); }

TEST(DenoisedPlans, MoreAreWholeWithMorePassesInEveryOrder) {
  NativeDenoiser denoiser(ModelFile::load(kModel));
  for (const RevealOrder order :
       {RevealOrder::kRandom, RevealOrder::kCoarseToFine, RevealOrder::kSurest, RevealOrder::kPlan}) {
    const Whole one = whole_plans(denoiser, order, 1), many = whole_plans(denoiser, order, 16);
    const std::string what = "order " + std::to_string(static_cast<int>(order)) + ": " + std::to_string(one.first) +
                             " with 1 pass, " + std::to_string(many.first) + " with 16";
    EXPECT_GT(many.first, one.first) << what;
    std::printf("%s; chosen %d, %d\n", what.c_str(), one.settled, many.settled);
  }
}

TEST(DenoisedPlans, AreWholeMoreOftenTheMorePassesRevealThem) {
  NativeDenoiser denoiser(ModelFile::load(kModel));
  int before = -1;
  for (const int passes : {1, 4, 8, 16}) {
    const Whole whole = whole_plans(denoiser, RevealOrder::kPlan, passes);
    EXPECT_GT(whole.first, before) << passes << " passes";
    EXPECT_GT(whole.settled, whole.first) << passes << " passes";
    before = whole.first;
  }
}

}  // namespace
}  // namespace ripen
