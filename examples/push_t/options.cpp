#include "push_t/options.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>
#include <string>

#include "shared/models.hpp"
#include "shared/parse.hpp"
#include "shared/planning.hpp"
#include "shared/replanning.hpp"
#include "util/problems.hpp"

namespace ripen::push_t {

namespace {

void declare(CLI::App& app, Options& options) {
  // Not an option group: CLI11 2.3 takes an empty argument for the group's name, and never comes back.
  const std::string starts = "Start states, exactly one of";
  app.add_flag("--published", options.published, "The 50 of the published evaluation: seeds 100000 to 100049")
      ->group(starts);
  app.add_option("--random", options.random, "This many, of the seeds from --seed on")->group(starts);
  app.add_option("--seed", options.seed, "First of the random start states; planner and faults follow from it too")
      ->capture_default_str();

  const std::string time = "Time";
  app.add_option("--tick-us", options.tick_us, "Period of the control loop, one step of the task [us]")
      ->capture_default_str()
      ->group(time);
  auto* budget = app.add_option("--budget-us", options.budget_us, "Time a tick may spend on refining [us]");
  auto* passes = app.add_option("--passes", options.passes,
                                "Passes a tick may run; makes a run reproducible (1 unless given, nor a time)");
  budget->group(time)->excludes(passes);
  passes->group(time);
  app.add_flag("--virtual-time", options.virtual_time, "Do not sleep between ticks")->group(time);

  const std::string planner = "Planner";
  app.add_option("--model", options.model, "Weights (the shipped ones unless given)")->group(planner);
  app.add_option("--horizon", options.planner.horizon, "Steps in the plan")->capture_default_str()->group(planner);
  app.add_option("--window-history", options.planner.window_history, "Steps behind the present that a window shows")
      ->capture_default_str()
      ->group(planner);
  examples::declare_planning(app, options.planner, planner);
  examples::declare_replanning(app, options.opponent, planner);
  app.add_option("--max-steps", options.max_steps, "Steps after which the robot gives up")
      ->capture_default_str()
      ->group(planner);

  const std::string faults = "Faults";
  app.add_option("--disturb-rate", options.disturb_rate,
                 "Probability, in each tick, that somebody shoves the block or pushes the agent")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--drop-rate", options.drop_rate, "Probability that the state sensed in a tick is lost")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--occlusion-rate", options.occlusion_rate,
                 "Probability, in each tick, that the agent, or one of the T's three points, is not seen")
      ->capture_default_str()
      ->group(faults);
  app.add_option("--sensor-latency-ticks", options.sensor_latency_ticks, "Age of the sensed state [ticks]")
      ->capture_default_str()
      ->group(faults);

  const std::string output = "Output";
  app.add_option("--jobs", options.jobs, "Episodes at the same time")->capture_default_str()->group(output);
  app.add_option("--json", options.json, "File for one JSON object a line, one line an episode")->group(output);
  app.add_option("--render", options.render, "File for an animated picture (SVG) of the first episode")->group(output);
  app.add_option("--save-successes", options.save_successes,
                 "File (.npz) for the episodes that succeeded; push_t_train --more trains on them")
      ->group(output);
  app.add_option("--save-failures", options.save_failures,
                 "File (.npz) for the episodes that failed; push_t_train --failures learns from them what is hopeless")
      ->group(output);
  app.add_option("--reliability", options.reliability,
                 "File (CSV) that says whether the levels of the plan are the probabilities that they claim to be")
      ->group(output);
  app.add_option("--attempts", options.attempts,
                 "At each start state; the shortest that succeeded is saved and reported, so this is no evaluation")
      ->capture_default_str()
      ->group(output);
  app.add_flag("--quiet", options.quiet, "Print errors only")->group(output);
}

}  // namespace

std::string Options::validate() const {
  Problems problems("push_t");
  if (published == random.has_value()) problems.add("exactly one of --published and --random must be given");
  if (random) problems.range("--random", *random, 1, 100000000);
  // Start states have 32-bit seeds.
  problems.range(
      "--seed", seed, std::uint64_t{0},
      std::uint64_t{std::numeric_limits<std::uint32_t>::max()} - static_cast<std::uint64_t>(random.value_or(0)));
  problems.range("--tick-us", tick_us, 100, 10000000);
  if (budget_us) problems.range("--budget-us", *budget_us, 0, tick_us);
  if (passes) problems.range("--passes", *passes, 0, 1000000);
  problems.range("--max-steps", max_steps, 1, 1000000);
  problems.range("--disturb-rate", disturb_rate, 0.0, 1.0);
  problems.range("--drop-rate", drop_rate, 0.0, 1.0);
  problems.range("--occlusion-rate", occlusion_rate, 0.0, 1.0);
  problems.range("--sensor-latency-ticks", sensor_latency_ticks, 0, 1000);
  problems.range("--jobs", jobs, 1, 1024);
  problems.range("--attempts", attempts, 1, 1000000);
  problems.require(attempts == 1 || save_successes.has_value(), "--attempts is for --save-successes only");
  problems.require(!reliability || opponent.kind == opponents::Kind::kRolling,
                   "--reliability is of the planner itself: --planner rolling");
  problems.include(planner.validate());
  problems.include(opponent.validate(planner.horizon));
  return problems.text();
}

std::optional<int> parse(int argc, const char* const* argv, Options& options) {
  CLI::App app("Pushes a T to its place with a simulated robot whose plan keeps ripening while it moves.");
  app.footer("Exit status: 0 all succeeded, 3 not all succeeded, 2 bad input.");
  declare(app, options);
  if (const auto status = examples::parse(app, argc, argv)) return status;
  if (app.count("--model") == 0) options.model = examples::model_path("push_t.safetensors");
  if (const std::string problems = options.validate(); !problems.empty()) {
    std::cerr << problems << '\n';
    return examples::kBadInput;
  }
  return std::nullopt;
}

}  // namespace ripen::push_t
