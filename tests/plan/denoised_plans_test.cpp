// What passes buy, with a model that ships: plans of a town from clamped start to clamped goal (examples/grid).

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>

#include "grid/world.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"

namespace ripen {
namespace {

const std::string kModel = RIPEN_MODELS_DIR "/grid.safetensors";
constexpr int kPlans = 60;

struct Whole {
  int first = 0;    ///< of the plans that so many passes revealed
  int settled = 0;  ///< of those that choosing left
};

/// Plans from one corner of the town to cells that are six to eight moves away.
Whole whole_plans(Denoiser& denoiser, RevealOrder order, int passes, bool chooses) {
  constexpr std::array<Token, 2> kStart{0, 0};
  constexpr std::array<std::array<Token, 2>, 4> kGoals{{{6, 0}, {4, 2}, {4, 4}, {2, 4}}};
  constexpr std::array<Token, 1> kHold{grid::kStay};
  Whole whole;
  for (int plan = 0; plan < kPlans; ++plan) {
    const auto& goal = kGoals[static_cast<std::size_t>(plan) % 4];
    Planner planner(denoiser, {.horizon = denoiser.max_steps(),
                               .reveal_order = order,
                               .reveal_passes = passes,
                               .temperature = 0.6,
                               .goal_clamp = GoalClamp::kEnd,
                               .seed = static_cast<std::uint64_t>(plan)});
    EXPECT_EQ(planner.reset(kStart, goal, kHold), PlanReset::kOk);
    planner.refine({.passes = passes});
    whole.first += grid::is_whole(planner) ? 1 : 0;
    if (chooses) {
      planner.refine({});
      EXPECT_TRUE(planner.report().settled);
      whole.settled += grid::is_whole(planner) ? 1 : 0;
    }
    EXPECT_EQ(grid::cell_of(planner.step(0).tokens), grid::cell_of(kStart));
    EXPECT_EQ(grid::cell_of(planner.step(planner.horizon() - 1).tokens), grid::cell_of(goal));
  }
  return whole;
}

TEST(DenoisedPlans, TheModelIsSmall) { EXPECT_LE(std::filesystem::file_size(kModel), 100'000U); }

TEST(DenoisedPlans, SayHowFarTheGoalIs) {
  NativeDenoiser denoiser(ModelFile::load(kModel));
  constexpr std::array<Token, 2> kGoal{3, 0};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Planner planner(denoiser,
                    {.horizon = denoiser.max_steps(), .temperature = 0.6, .goal_clamp = GoalClamp::kEnd, .seed = seed});
    ASSERT_EQ(planner.reset(std::array<Token, 2>{0, 0}, kGoal, std::array{grid::kStay}), PlanReset::kOk);
    planner.observe({.state = std::array<Token, 2>{0, 0}});
    EXPECT_EQ(planner.report().steps_to_goal, -1) << "there is no plan yet";
    planner.refine({});
    int first = 0;
    while (grid::cell_of(planner.step(first).tokens) != grid::cell_of(kGoal)) ++first;
    EXPECT_EQ(planner.report().steps_to_goal, first) << "seed " << seed;
    EXPECT_GE(first, 3) << "seed " << seed;
    EXPECT_FALSE(planner.report().ends_at_goal);
  }
}

TEST(DenoisedPlans, MoreAreWholeWithMorePassesInEveryOrder) {
  NativeDenoiser denoiser(ModelFile::load(kModel));
  for (const RevealOrder order :
       {RevealOrder::kRandom, RevealOrder::kCoarseToFine, RevealOrder::kSurest, RevealOrder::kPlan}) {
    const Whole one = whole_plans(denoiser, order, 1, false), many = whole_plans(denoiser, order, 16, false);
    EXPECT_GT(many.first, one.first) << "order " << static_cast<int>(order);
  }
}

TEST(DenoisedPlans, AreWholeMoreOftenTheMorePassesRevealThem) {
  NativeDenoiser denoiser(ModelFile::load(kModel));
  int before = -1;
  for (const int passes : {1, 4, 8, 16}) {
    const Whole whole = whole_plans(denoiser, RevealOrder::kPlan, passes, true);
    EXPECT_GT(whole.first, before) << passes << " passes";
    EXPECT_GT(whole.settled, whole.first) << passes << " passes";
    before = whole.first;
  }
}

}  // namespace
}  // namespace ripen
