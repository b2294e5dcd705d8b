#include "maze/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <numbers>
#include <string>

#include "shared/choice.hpp"
#include "shared/models.hpp"
#include "shared/parse.hpp"
#include "shared/planning.hpp"
#include "shared/precision.hpp"
#include "shared/replanning.hpp"
#include "util/problems.hpp"

namespace maze {

namespace {

namespace examples = ripen::examples;

constexpr int kDefaultBudget = 5000;  // [us]

void declare(CLI::App& app, Options& options) {
  const std::string problems = "Episodes";
  std::vector<std::pair<std::string, const Maze*>> names;
  for (const Maze& known : mazes()) names.emplace_back(known.name, &known);
  examples::add_choice(app, "--maze", options.maze, names, "OGBench's PointMaze")->group(problems);
  examples::add_choice(app, "--data", options.data, {{"navigate", Data::kNavigate}, {"stitch", Data::kStitch}},
                       "What the model has learned from: long walks from goal to goal, or short ones")
      ->group(problems);
  app.add_option("--task", options.task, "One of the five, 1 to 5 (all of them unless given)")->group(problems);
  app.add_option("--episodes", options.episodes, "Of each task")->capture_default_str()->group(problems);
  app.add_option("--seed", options.seed,
                 "Of starts, goals and the planner. Figures are reported with 300000, of the tasks; options and models "
                 "are chosen with --starts free, and 200000 is the default there")
      ->capture_default_str()
      ->group(problems);
  examples::add_choice(app, "--starts", options.free_starts, {{"tasks", false}, {"free", true}},
                       "Start and goal of the tasks, or in any two cells: nothing may be chosen on the tasks")
      ->group(problems);
  examples::add_choice(app, "--protocol", options.protocol, {{"stock", Protocol::kStock}, {"mctd", Protocol::kMctd}},
                       "stock: start and goal within 1 of the cells' centres, 1000 control steps; mctd: at the "
                       "centres, 500 in medium and large")
      ->group(problems);
  examples::add_choice(app, "--event", options.event,
                       {{"none", EventKind::kNone},
                        {"shove", EventKind::kShove},
                        {"goal", EventKind::kGoal},
                        {"block", EventKind::kBlock}},
                       "What goes wrong: after 20 to 79 control steps the point is shoved or the goal jumps, or a cell "
                       "of the shortest way is blocked from the beginning")
      ->group(problems);

  const std::string time = "Time";
  app.add_option("--step-us", options.step_us, "Period of the control loop, one control step of the maze [us]")
      ->capture_default_str()
      ->group(time);
  auto* budget = app.add_option("--budget-us", options.budget_us,
                                "Time a control step may spend on refining [us] (5000 unless given, nor passes)");
  auto* passes = app.add_option("--passes", options.passes, "Passes it may run; makes a run reproducible");
  budget->group(time)->excludes(passes);
  passes->group(time);
  app.add_flag(
         "--virtual-time", options.virtual_time,
         "Do not sleep between control steps. Work takes the processor's time that it takes, and control steps are "
         "missed as they would be; with --passes it takes none")
      ->group(time);

  const std::string planner = "Planner";
  app.add_option("--model", options.model, "Weights (the shipped ones of maze and data unless given)")->group(planner);
  app.add_option("--horizon", options.planner.horizon, "Steps in the plan, of 10 control steps each (by the maze)")
      ->group(planner);
  app.add_option("--pass-windows", options.planner.pass_windows, "Most candidates in one pass")
      ->capture_default_str()
      ->group(planner);
  app.add_option("--rounds", options.planner.rounds, "Of candidates without a better one, after which none is drafted")
      ->capture_default_str()
      ->group(planner);
  examples::declare_planning(app, options.planner, planner);
  examples::declare_replanning(app, options.opponent, planner, &options.gpt);
  examples::declare_precision(app, options.precision, planner);

  const std::string output = "Output";
  app.add_option("--jobs", options.jobs, "Episodes at the same time")->capture_default_str()->group(output);
  app.add_option("--json", options.json, "File for one JSON object a line, one line an episode")->group(output);
  app.add_option("--render", options.render, "File for an animated picture (SVG) of the first episode")->group(output);
  app.add_flag("--quiet", options.quiet, "Print errors only")->group(output);
}

}  // namespace

int Options::budget() const { return budget_us.value_or(std::min(kDefaultBudget, step_us / 5 * 4)); }

std::string Options::validate() const {
  ripen::Problems problems("maze");
  if (task) problems.range("--task", *task, 1, static_cast<int>(maze->tasks.size()));
  problems.require(!task || !free_starts, "--task is of the tasks' starts, not of --starts free");
  problems.range("--episodes", episodes, 1, 100000);
  problems.range("--step-us", step_us, 100, 10000000);
  if (budget_us) problems.range("--budget-us", *budget_us, 0, step_us);
  if (passes) problems.range("--passes", *passes, 0, 1000000);
  problems.range("--jobs", jobs, 1, 1024);
  problems.include(planner.validate());
  problems.include(opponent.validate(planner.horizon));
  if (gpt) problems.include(gpt_options().validate(planner));
  return problems.text();
}

std::optional<int> parse(int argc, const char* const* argv, Options& options) {
  CLI::App app("Drives a point through a maze of OGBench's, on a plan that keeps ripening while it moves.");
  app.footer("Exit status: 0 all succeeded, 3 not all succeeded, 2 bad input.");
  declare(app, options);
  if (const auto status = examples::parse(app, argc, argv)) return status;
  if (app.count("--seed") == 0 && options.free_starts) options.seed = kChoosingSeed;
  // A place behind a teleport may be anywhere.
  if (options.maze->ways_in.empty())
    options.planner.strides = strides(options.gpt ? States::kPlace : States::kPlaceAndArrival);
  if (options.gpt) {  // A rollout rests where it arrives: in the square within the goal's disc, but for a bin's width.
    options.planner.tolerances.assign(2, kReached / std::numbers::sqrt2);
  }
  if (app.count("--horizon") == 0) options.planner.horizon = horizon(*options.maze);
  if (const std::string problems = options.validate(); !problems.empty()) {
    std::cerr << problems << '\n';
    return examples::kBadInput;
  }
  if (app.count("--model") == 0 && options.gpt) {
    std::cerr << "--model: no GPT-style model ships: make one with gpt_train and name its file\n";
    return examples::kBadInput;
  }
  if (app.count("--model") == 0) {
    const char* const data = options.data == Data::kNavigate ? "navigate" : "stitch";
    options.model = examples::model_path("maze_" + std::string(options.maze->name) + "_" + data + ".safetensors");
  }
  return std::nullopt;
}

}  // namespace maze
