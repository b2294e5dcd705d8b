// Drives the arm with the planner: arm --random 200 --virtual-time

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "arm/arm.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner.hpp"
#include "shared/interrupt.hpp"
#include "shared/interval.hpp"
#include "shared/models.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/spread.hpp"
#include "shared/work_clock.hpp"

namespace {

namespace examples = ripen::examples;

struct Options {
  int random = 0, passes = 1, step_ticks = 10;
  std::uint64_t seed = 200000;
  bool virtual_time = false, quiet = false, reset = false;
  std::string model;
  std::optional<std::string> json;
  ripen::PlannerOptions planner = {
      .horizon = 8, .candidates = 4, .window_history = 0, .reveal_passes = 2, .goal_clamp = ripen::GoalClamp::kAlways};
};

struct Result {
  std::uint64_t seed = 0;
  bool succeeded = false, touched = false;
  double error = 0.0, seconds = 0.0;  ///< [m] at the end; [s] from the jump to staying at the new target
  std::int64_t passes = 0;
  examples::Spread compute;
};

ripen::Task task_of(const arm::Robot& robot) {
  return {.goal = {std::nullopt, std::nullopt, robot.target().x, robot.target().y}};
}

Result run_episode(std::uint64_t seed, const Options& options, ripen::Denoiser& denoiser) {
  constexpr auto kPeriod = std::chrono::milliseconds(5);
  arm::Robot robot(seed, options.step_ticks);
  ripen::PlannerOptions wanted = options.planner;
  wanted.pass_windows = wanted.candidates;
  wanted.seed = seed;
  ripen::Planner planner(denoiser, wanted);
  ripen::SteadyClock steady;
  examples::WorkClock work(kPeriod);
  ripen::Clock& clock = options.virtual_time ? static_cast<ripen::Clock&>(work) : steady;
  ripen::ControlLoop loop(planner, robot, clock,
                          {.period = kPeriod,
                           .budget = ripen::Budget{.passes = options.passes},
                           .step_ticks = options.step_ticks,
                           .interpolate = true,
                           .limits = {{.rate = 10.0, .acceleration = 1000.0, .measured_by = 0},
                                      {.rate = 10.0, .acceleration = 1000.0, .measured_by = 1}}});
  const auto check = [](ripen::ResetResult result) {
    if (result != ripen::ResetResult::kOk) throw std::runtime_error(std::string("the loop: ") + ripen::to_text(result));
  };
  check(loop.reset(task_of(robot)));
  const ripen::TimePoint start = clock.now();
  for (int tick = 0; tick < arm::kEpisodeTicks && examples::interrupt_of_program == 0; ++tick) {
    clock.sleep_until(start + tick * kPeriod);
    loop.step(clock.now());
    if (robot.jumped() != robot.tick() || robot.tick() == 0) continue;  // The target has just jumped.
    check(options.reset ? loop.reset(task_of(robot)) : loop.aim(task_of(robot).goal));
  }
  const bool stays = robot.arrived() >= 0;
  return {.seed = seed,
          .succeeded = stays && !robot.touched(),
          .touched = robot.touched(),
          .error = robot.error(),
          .seconds = stays ? (robot.arrived() - robot.jumped()) * arm::kTick : arm::kEpisodeSeconds,
          .passes = loop.statistics().passes,
          .compute = examples::spread_of(loop.statistics().compute)};
}

std::string to_json(const Result& r) {
  return nlohmann::ordered_json{{"seed", r.seed}, {"succeeded", r.succeeded}, {"touched", r.touched},
                                {"error_m", r.error}, {"seconds", r.seconds}, {"passes", r.passes},
                                {"compute_us", examples::to_object(r.compute)}}
      .dump();
}

std::string summary_of(const std::vector<Result>& results) {
  std::vector<double> seconds, errors;
  std::int64_t succeeded = 0, touched = 0;
  for (const Result& r : results) {
    succeeded += r.succeeded ? 1 : 0;
    touched += r.touched ? 1 : 0;
    if (!r.succeeded) continue;
    seconds.push_back(r.seconds);
    errors.push_back(1000.0 * r.error);
  }
  const auto text = [](std::vector<double> values, const char* unit, int digits) {
    if (values.empty()) return std::string("none");
    const auto interval = examples::interval_of_mean(values);
    std::ranges::sort(values);
    return "mean " + examples::rounded((interval.low + interval.high) / 2, digits) + " (" + examples::rounded(interval.low, digits) + " to " +
           examples::rounded(interval.high, digits) + "), median " + examples::rounded(values[values.size() / 2], digits) +
           ", worst " + examples::rounded(values.back(), digits) + unit;
  };
  const auto n = static_cast<std::int64_t>(results.size());
  const auto rate = examples::interval_of_rate(succeeded, std::max<std::int64_t>(1, n));
  return std::to_string(succeeded) + " of " + std::to_string(n) + " succeeded (" + examples::rounded(100 * rate.low, 1) +
         " to " + examples::rounded(100 * rate.high, 1) + " %), " + std::to_string(touched) +
         " touched; of the successes: end error " + text(errors, " mm", 2) + "; time to the new target " +
         text(seconds, " s", 2);
}

int program(int argc, char** argv) {
  Options options;
  CLI::App app("Drives a simulated arm to a target that jumps, round a disc, and pushed once.");
  app.add_option("--random", options.random, "Episodes, of the seeds from --seed on")->required()->check(CLI::PositiveNumber);
  app.add_option("--seed", options.seed, "Of the first episode")->capture_default_str();
  app.add_option("--passes", options.passes, "Passes in a tick")->check(CLI::Range(1, 100000))->capture_default_str();
  app.add_option("--candidates", options.planner.candidates, "Plans that compete")->capture_default_str();
  app.add_option("--horizon", options.planner.horizon, "Steps in the plan")->capture_default_str();
  app.add_option("--temperature", options.planner.temperature, "Of what is drawn")->capture_default_str();
  app.add_option("--reveal-passes", options.planner.reveal_passes, "Passes that reveal a draft")->capture_default_str();
  app.add_option("--switch-margin", options.planner.switch_margin, "By which a plan must be better")->capture_default_str();
  app.add_option("--value-weight", options.planner.value_weight, "Of a step to the goal")->capture_default_str();
  app.add_option("--likelihood-weight", options.planner.likelihood_weight, "Of a nat")->capture_default_str();
  app.add_option("--window-history", options.planner.window_history, "Steps behind the present that a window shows")->capture_default_str();
  app.add_option("--step-ticks", options.step_ticks, "Ticks of a step, as trained")->check(CLI::Range(1, 40))->capture_default_str();
  app.add_flag("--reset", options.reset, "Begin a new plan where the target jumps, rather than aim the one that is there");
  app.add_option("--model", options.model, "Weights (the shipped ones unless given)");
  app.add_flag("--virtual-time", options.virtual_time, "Do not sleep between ticks");
  app.add_option("--json", options.json, "File for one JSON object a line, one line an episode");
  app.add_flag("--quiet", options.quiet, "Print errors only");
  if (const auto code = examples::parse(app, argc, argv)) return *code;

  examples::LineFile json("--json", options.json);
  if (options.model.empty()) options.model = examples::model_path("arm.safetensors");
  const auto model = ripen::ModelFile::load(options.model);
  if (model.layout != arm::layout()) {
    throw std::invalid_argument("model file '" + options.model + "': its token layout is not that of the arm");
  }
  ripen::NativeDenoiser denoiser(model, {.max_windows = options.planner.candidates});
  std::vector<Result> results;
  examples::note_interrupts();
  for (int i = 0; i < options.random; ++i) {
    const Result result = run_episode(options.seed + static_cast<std::uint64_t>(i), options, denoiser);
    if (examples::interrupt_of_program != 0) break;
    json.add(to_json(result));
    results.push_back(result);
  }
  if (!options.quiet) std::cout << summary_of(results) << '\n';
  const auto failed = std::ranges::count_if(results, [](const Result& r) { return !r.succeeded; });
  return failed == 0 ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) { return examples::run_program(argc, argv, program); }
