// Plans of ways through a town (grid/world.hpp) are denoised by a small model that ships. Start and goal are clamped,
// all between them begins as noise: passes make plans whole, and so does choosing among several.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "grid/world.hpp"
#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/models.hpp"

namespace {
constexpr std::array<ripen::Token, 2> kStart{0, 0};
constexpr std::array<std::array<ripen::Token, 2>, 4> kGoals{{{6, 0}, {4, 2}, {4, 4}, {2, 4}}};
constexpr std::array<ripen::Token, 1> kHold{grid::kStay};
constexpr int kPlans = 200;

/// Where the robot is in step 0 (a), 1 (b) and so on.
void draw(const ripen::Planner& planner) {
  std::string map(grid::kMap);
  for (int i = planner.horizon() - 1; i >= 0; --i) {
    map[static_cast<std::size_t>(grid::cell_of(planner.step(i).tokens))] = static_cast<char>('a' + i);
  }
  for (std::size_t at = 0; at < map.size(); at += grid::kColumns) {
    std::printf("    %s\n", map.substr(at, grid::kColumns).c_str());
  }
}
}  // namespace

int main() try {
  ripen::NativeDenoiser denoiser(ripen::ModelFile::load(ripen::examples::model_path("grid.safetensors")));
  ripen::PlannerOptions options{.horizon = denoiser.max_steps(), .candidates = 8};
  options.temperature = 0.6;
  options.goal_clamp = ripen::GoalClamp::kEnd;  // the last step is at the goal
  int least = kPlans, most = 0;
  for (const int passes : {1, 2, 4, 8, 16}) {
    int first = 0, chosen = 0;
    for (options.seed = 1; options.seed <= kPlans; ++options.seed) {
      options.reveal_passes = passes;
      ripen::Planner planner(denoiser, options);
      if (planner.reset(kStart, kGoals[options.seed % 4], kHold) != ripen::PlanReset::kOk) return 1;
      planner.refine({.passes = passes});  // the first plan
      first += grid::is_whole(planner) ? 1 : 0;
      planner.refine({});  // more of them, until the best is settled
      chosen += grid::is_whole(planner) ? 1 : 0;
      if (passes % 16 <= 1 && options.seed == 1) draw(planner);
    }
    std::printf("%2d passes: %3d of %d plans are whole, %3d by choosing among 8\n", passes, first, kPlans, chosen);
    least = std::min(least, first), most = std::max(most, chosen);
  }
  return least < most ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "07_denoise_a_plan: %s\n", error.what());
  return 1;
}
