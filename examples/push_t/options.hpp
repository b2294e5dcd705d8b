#pragma once
// The command line of push_t.

#include <cstdint>
#include <optional>
#include <string>

#include "opponents/opponents.hpp"
#include "push_t/starts.hpp"
#include "ripen/planner.hpp"

namespace ripen::push_t {

/// What the command line asks for. Exactly one of published and random is given.
struct Options {
  bool published = false;          ///< the 50 published start states
  std::optional<int> random = {};  ///< this many start states, of the seeds from `seed` on
  std::uint64_t seed =
      kFreshSeed;  ///< of the start states; of planner and faults alone if these are the published ones

  int tick_us = 100000;
  std::optional<int> budget_us = {};  ///< neither this nor passes: kDefaultPasses
  std::optional<int> passes = {};     ///< a tick
  bool virtual_time = false;

  PlannerOptions planner = {.horizon = 8, .candidates = 1, .reveal_passes = 1, .temperature = 2.5, .min_p = 0.0};
  opponents::Options opponent = {.plan_passes = 1};  ///< what plans, of those that can be compared
  int max_steps = 300;

  double disturb_rate = 0.0;
  double drop_rate = 0.0;
  double occlusion_rate = 0.0;
  int sensor_latency_ticks = 0;

  std::string model = {};  ///< path
  int jobs = 1;
  std::optional<std::string> json = {};            ///< path
  std::optional<std::string> render = {};          ///< path
  std::optional<std::string> save_successes = {};  ///< path
  std::optional<std::string> save_failures = {};   ///< path
  std::optional<std::string> reliability = {};     ///< path
  int attempts = 1;                                ///< at each start state, of which the shortest success is saved
  bool quiet = false;

  /// Every problem that the parser cannot see, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Passes a tick unless the command line says otherwise. After one the plan is settled until something is seen, unless
/// there are candidates to choose among: see README.md.
inline constexpr int kDefaultPasses = 1;

/// Reads the command line. Returns the process's exit code if there is nothing more to do: 0 after help, 2, with a
/// message on stderr, for bad input. Throws ModelError if no model is named and the shipped one is not found.
[[nodiscard]] std::optional<int> parse(int argc, const char* const* argv, Options& options);

}  // namespace ripen::push_t
