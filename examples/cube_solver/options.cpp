#include "cube_solver/options.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "shared/models.hpp"
#include "shared/parse.hpp"
#include "shared/precision.hpp"
#include "shared/replanning.hpp"
#include "util/problems.hpp"

namespace ripen::cube {

namespace {

void declare(CLI::App& app, Options& options) {
  // Not an option group: CLI11 2.3 takes an empty argument for the group's name, and never comes back.
  const std::string cubes = "Cubes, exactly one of";
  app.add_option("--scramble", options.scramble, "Turns from the solved cube, as in \"R U2 F'\"")->group(cubes);
  app.add_option("--facelets", options.facelets, "54 letters: faces URFDLB, each row by row")->group(cubes);
  app.add_option("--facelets-file", options.facelets_file, "File with one cube a line")->group(cubes);
  app.add_option("--random", options.random, "This many uniformly random cubes")->group(cubes);
  app.add_option("--seed", options.seed, "Of the random cubes, the planner and the faults")->capture_default_str();

  const std::string time = "Time";
  app.add_option("--tick-us", options.tick_us, "Period of the control loop [us]")->capture_default_str()->group(time);
  auto* budget = app.add_option("--budget-us", options.budget_us,
                                "Time a tick may spend on refining [us] (80 % of a tick unless given)");
  auto* passes = app.add_option("--passes", options.passes, "Passes a tick may run; makes a run reproducible");
  budget->group(time)->excludes(passes);
  passes->group(time);
  auto* virtual_time = app.add_flag("--virtual-time", options.virtual_time, "Do not sleep between ticks")->group(time);
  app.add_flag("--planner-thread", options.planner_thread, "Plan on a thread of its own, all the time")
      ->group(time)
      ->excludes(virtual_time)
      ->excludes(budget)
      ->excludes(passes);

  const std::string planner = "Planner";
  app.add_option("--model", options.model, "Weights (the shipped ones unless given)")->group(planner);
  examples::declare_precision(app, options.precision, planner);
  app.add_option("--candidates", options.planner.candidates, "Plans kept in parallel")
      ->capture_default_str()
      ->group(planner);
  app.add_option("--horizon", options.planner.horizon, "Steps in the plan")->capture_default_str()->group(planner);
  app.add_option("--wait-passes", options.planner.wait_passes,
                 "Passes to stand still for, rather than turn by a plan that does not reach the goal yet")
      ->capture_default_str()
      ->group(planner);
  examples::declare_replanning(app, options.opponent, planner);
  app.add_option("--max-moves", options.max_moves, "Turns after which the robot gives up")
      ->capture_default_str()
      ->group(planner);

  const std::string faults = "World";
  app.add_option("--slip-rate", options.slip_rate, "Probability that a turn does not happen")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--disturb-rate", options.disturb_rate, "Probability that after a turn somebody else turns a face")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--quarter-us", options.quarter_us,
                 "Time of a quarter turn; a half turn takes half as long again [us]")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--sensor-latency-ticks", options.sensor_latency_ticks, "Age of the sensed state [ticks]")
      ->capture_default_str()
      ->group(faults);

  const std::string output = "Output";
  app.add_option("--jobs", options.jobs, "Cubes solved at the same time")->capture_default_str()->group(output);
  app.add_option("--json", options.json, "File for one JSON object a line, one line a cube")->group(output);
  app.add_option("--record", options.record, "File for every tick (MCAP), of one cube; see replay")->group(output);
  app.add_option("--render", options.render, "File for a picture (SVG) of how the first cube's plan ripened")
      ->group(output);
  app.add_flag("--quiet", options.quiet, "Print errors only")->group(output);
}

}  // namespace

std::string Options::validate() const {
  Problems problems("cube_solver");
  if (int{scramble.has_value()} + facelets.has_value() + facelets_file.has_value() + random.has_value() != 1) {
    problems.add("exactly one of --scramble, --facelets, --facelets-file and --random must be given");
  }
  if (random) problems.range("--random", *random, 1, 100000000);
  problems.range("--tick-us", tick_us, 100, 10000000);
  if (budget_us) problems.range("--budget-us", *budget_us, 0, tick_us);
  if (passes) problems.range("--passes", *passes, 0, 1000000);
  problems.range("--max-moves", max_moves, 1, 10000);
  problems.range("--slip-rate", slip_rate, 0.0, 1.0);
  problems.range("--disturb-rate", disturb_rate, 0.0, 1.0);
  problems.range("--quarter-us", quarter_us, 100, 10000000);
  problems.range("--sensor-latency-ticks", sensor_latency_ticks, 0, 1000);
  problems.range("--jobs", jobs, 1, 1024);
  if (planner_thread && opponent.kind != opponents::Kind::kRolling) {
    problems.add("--planner-thread works with --planner rolling only");
  }
  problems.include(planner.validate());
  problems.include(opponent.validate(planner.horizon));
  return problems.text();
}

std::optional<int> parse(int argc, const char* const* argv, Options& options) {
  CLI::App app("Solves cubes with a simulated robot whose plan keeps ripening while it turns.");
  app.footer("Exit status: 0 all solved, 3 not all solved, 2 bad input.");
  declare(app, options);
  if (const auto status = examples::parse(app, argc, argv)) return status;
  if (app.count("--model") == 0) options.model = examples::model_path("cube.safetensors");
  if (const std::string problems = options.validate(); !problems.empty()) {
    std::cerr << problems << '\n';
    return examples::kBadInput;
  }
  return std::nullopt;
}

}  // namespace ripen::cube
