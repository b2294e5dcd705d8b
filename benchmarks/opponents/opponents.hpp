#pragma once
// Who else could drive the loop, under the same model: to compare with.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/denoiser.hpp"
#include "ripen/plan_source.hpp"
#include "ripen/planner.hpp"
#include "ripen/transition.hpp"

namespace ripen::opponents {

/// What becomes of a plan from tick to tick.
enum class Kind : std::uint8_t {
  kRolling,     ///< it stays and ripens: the planner itself
  kCold,        ///< it is forgotten in every tick
  kChunk,       ///< it is made, `chunk` steps of it are done whatever is seen, and the next one is made
  kChunkAhead,  ///< the same, but the next one is made while these are done
  kReactive,    ///< there is none: one pass decides the action that is due
};

struct Options {
  Kind kind = Kind::kRolling;
  int chunk = 8;         ///< [steps] done of each plan (kChunk, kChunkAhead)
  int plan_passes = 64;  ///< passes that make a plan; fewer if the robot waits for it and it reaches the goal before

  /// Every problem, one a line; empty if there is none. horizon: [steps] of the plan.
  [[nodiscard]] std::string validate(int horizon) const;
};

/// Names as command lines have them, in the order of Kind.
[[nodiscard]] const std::vector<std::string>& names();
/// None if there is no such name.
[[nodiscard]] std::optional<Kind> kind_of(std::string_view name);

/// Takes references: the denoiser, the transition and the clock must outlive what is made. clock: what budgets in time
/// are measured by, null for real time. Throws OptionsError listing every problem.
[[nodiscard]] std::unique_ptr<PlanSource> make(Denoiser& denoiser, const PlannerOptions& planner,
                                               const Options& options, const Transition* transition = nullptr,
                                               const Clock* clock = nullptr);

}  // namespace ripen::opponents
