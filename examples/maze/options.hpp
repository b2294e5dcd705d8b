#pragma once
// The command line of maze.

#include <cstdint>
#include <optional>
#include <string>

#include "maze/episodes.hpp"
#include "maze/events.hpp"
#include "maze/starts.hpp"
#include "maze/tokens.hpp"
#include "opponents/gpt/gpt_planner.hpp"
#include "opponents/opponents.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"

namespace maze {

/// What the command line asks for.
struct Options {
  const Maze* maze = find_maze("medium");
  Data data = Data::kNavigate;   ///< of the model
  std::optional<int> task = {};  ///< in [1, 5]; all five unless given
  bool free_starts = false;      ///< start and goal in any two cells rather than those of the tasks
  int episodes = 50;             ///< a task; in all with free starts
  std::uint64_t seed = kReportingSeed;
  Protocol protocol = Protocol::kStock;
  EventKind event = EventKind::kNone;

  int step_us = 100000;
  std::optional<int> budget_us = {};  ///< neither this nor passes: kDefaultBudget, or what the period leaves
  std::optional<int> passes = {};     ///< a control step
  bool virtual_time = false;

  /// Chosen with --starts free (examples/maze/README.md).
  ripen::PlannerOptions planner = {.horizon = 0,
                                   .candidates = 4,
                                   .window_history = 0,
                                   .reveal_order = ripen::RevealOrder::kRandom,
                                   .reveal_passes = 8,
                                   .switch_margin = 0.0,
                                   .rounds = 1000,
                                   .goal_clamp = ripen::GoalClamp::kArrival,
                                   .tolerances = {1.0, 1.0, 0.0}};
  ripen::opponents::Options opponent = {};            ///< what plans, of those that can be compared
  std::optional<ripen::opponents::GptMode> gpt = {};  ///< or a GPT-style model does, with the same chunks
  ripen::Precision precision = ripen::fastest_precision();

  std::string model = {};  ///< path
  int jobs = 1;
  std::optional<std::string> json = {};    ///< path
  std::optional<std::string> render = {};  ///< path
  bool quiet = false;

  [[nodiscard]] int first_task() const { return free_starts ? 0 : task.value_or(1); }
  [[nodiscard]] int tasks() const { return free_starts || task ? 1 : static_cast<int>(maze->tasks.size()); }
  /// For a GPT-style model.
  [[nodiscard]] ripen::opponents::GptOptions gpt_options() const {
    return {.mode = gpt.value_or(ripen::opponents::GptMode::kAct), .chunk = opponent.chunk};
  }
  /// Time that a control step may spend on refining. [us]
  [[nodiscard]] int budget() const;

  /// Every problem that the parser cannot see, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Reads the command line. Returns the process's exit code if there is nothing more to do: 0 after help, 2, with a
/// message on stderr, for bad input. Throws ripen::ModelError if no model is named and the shipped one is not found.
[[nodiscard]] std::optional<int> parse(int argc, const char* const* argv, Options& options);

}  // namespace maze
