// A cost of one's own: the town's market place (grid/world.hpp) is closed today, which the model was never told. It
// ranks candidates, so the plan that is followed goes round.

#include <array>
#include <cstdio>

#include "grid/world.hpp"
#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/models.hpp"

namespace {
constexpr int kClosed = 2 * grid::kColumns + 3;

/// Asked of every candidate, in the tick: no heap, no lock, no exception. What it says is in steps to the goal.
class Closed : public ripen::Cost {
 public:
  [[nodiscard]] double of(const ripen::PlanView& plan) const noexcept override {
    double cost = 0.0;
    for (int i = 0; i < plan.steps(); ++i) {
      const auto state = plan.state(i);  // categories as numbers; of a binned channel, its value in the channel's unit
      cost += static_cast<int>(state[1]) * grid::kColumns + static_cast<int>(state[0]) == kClosed ? 50.0 : 0.0;
    }
    return cost;
  }
};

/// Of so many plans from the north of the market to its south, how many are whole and cross it.
int crossing(ripen::Denoiser& denoiser, const ripen::Cost* cost, int plans, int& whole) {
  int count = whole = 0;
  ripen::PlannerOptions options{.horizon = denoiser.max_steps(), .candidates = 8, .reveal_passes = 16, .rounds = 8};
  options.temperature = 0.6;
  options.goal_clamp = ripen::GoalClamp::kEnd;
  for (options.seed = 1; options.seed <= static_cast<std::uint64_t>(plans); ++options.seed) {
    ripen::Planner planner(denoiser, options, nullptr, nullptr, cost);
    constexpr std::array<ripen::Token, 2> kFrom{2, 0}, kTo{4, 4};
    if (planner.reset(kFrom, kTo, std::array{grid::kStay}) != ripen::PlanReset::kOk) return -1;
    planner.refine({});  // until nothing is left that a pass could improve
    if (!grid::is_whole(planner)) continue;
    ++whole;
    bool crosses = false;
    for (int i = 0; i < planner.horizon(); ++i) crosses = crosses || grid::cell_of(planner.step(i).tokens) == kClosed;
    count += crosses ? 1 : 0;
  }
  return count;
}
}  // namespace

int main() try {
  constexpr int kPlans = 100;
  ripen::NativeDenoiser denoiser(ripen::ModelFile::load(ripen::examples::model_path("grid.safetensors")));
  const Closed closed;
  int whole = 0;
  const int before = crossing(denoiser, nullptr, kPlans, whole);
  std::printf("market open:   %3d of %d whole plans cross it\n", before, whole);
  const int after = crossing(denoiser, &closed, kPlans, whole);
  std::printf("market closed: %3d of %d whole plans cross it\n", after, whole);
  return after < before ? 0 : 1;
} catch (const ripen::Error& error) {
  std::fprintf(stderr, "08_own_cost: %s\n", error.what());
  return 1;
}
