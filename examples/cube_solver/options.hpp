#pragma once
// The command line of the cube solver.

#include <cstdint>
#include <optional>
#include <string>

#include "opponents/opponents.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"

namespace ripen::cube {

/// The cube is exact, and every turn moves everything: plans are found by a beam.
inline const PlannerOptions kPlanner = {.method = PlanMethod::kBeam, .candidates = 64, .pass_windows = 16};

/// What the command line asks for. Exactly one of scramble, facelets, facelets_file and random is given.
struct Options {
  std::optional<std::string> scramble = {};
  std::optional<std::string> facelets = {};
  std::optional<std::string> facelets_file = {};
  std::optional<int> random = {};  ///< this many random cubes
  std::uint64_t seed = 1;          ///< of the random cubes, the planner and the faults

  int tick_us = 5000;
  std::optional<int> budget_us = {};  ///< neither this nor passes: kDefaultBudget of a tick
  std::optional<int> passes = {};     ///< a tick
  bool virtual_time = false;
  bool planner_thread = false;  ///< plan on a thread of its own; needs real time and no budget

  PlannerOptions planner = kPlanner;
  opponents::Options opponent = {};  ///< what plans, of those that can be compared
  int max_moves = 100;               ///< turns by the robot

  double slip_rate = 0.0;
  double disturb_rate = 0.0;
  int sensor_latency_ticks = 0;
  int quarter_us = 40000;  ///< a quarter turn of the robot; a half turn takes half as long again

  std::string model = {};  ///< path
  Precision precision = fastest_precision();
  int jobs = 1;
  std::optional<std::string> json = {};    ///< path
  std::optional<std::string> record = {};  ///< path
  std::optional<std::string> render = {};  ///< path
  bool quiet = false;

  /// Every problem that the parser cannot see, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Part of a tick that may be spent on refining unless the command line says otherwise; the rest is for waking up late,
/// for the pass that outlasts its prediction, and for the robot's own input and output.
inline constexpr double kDefaultBudget = 0.8;

/// Reads the command line. Returns the process's exit code if there is nothing more to do: 0 after help, 2, with a
/// message on stderr, for bad input. Throws ModelError if no model is named and the shipped one is not found.
[[nodiscard]] std::optional<int> parse(int argc, const char* const* argv, Options& options);

}  // namespace ripen::cube
