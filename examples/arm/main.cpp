// Drives the arm with the planner: arm --random 200 --virtual-time

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "arm/arm.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/interval.hpp"
#include "shared/models.hpp"
#include "shared/output.hpp"
#include "shared/program.hpp"
#include "shared/reliability.hpp"
#include "shared/spread.hpp"
#include "shared/work_clock.hpp"

namespace {

namespace examples = ripen::examples;

constexpr auto kPeriod = std::chrono::milliseconds(5);

void check(ripen::ResetResult result) {
  if (result != ripen::ResetResult::kOk) throw std::runtime_error(std::string("loop: ") + ripen::to_text(result));
}

ripen::Task task_of(const arm::Robot& robot) {
  return {.goal = {std::nullopt, std::nullopt, robot.target.x, robot.target.y}};
}

/// What a plan costs beside what the model says: to come too near to the disc, and to send the joints far from where
/// they are, which the expert never does.
class Careful : public ripen::Cost {
  [[nodiscard]] double of(const ripen::PlanView& plan) const noexcept override {
    double cost = 0.0;
    for (int i = 0; i < plan.steps(); ++i) {
      const arm::Joints q{plan.state(i)[0], plan.state(i)[1]}, to{plan.action(i)[0], plan.action(i)[1]};
      cost += 100.0 * std::max(0.0, arm::kMargin - arm::clearance(q));
      cost += 10.0 * std::max(0.0, arm::distance(q, to) - 1.5 * arm::kReach);
    }
    return cost;
  }
};

/// resets: begins a new plan where the target jumps, rather than aim the one that is there.
void run_episode(arm::Robot& robot, ripen::PlanSource& planner, ripen::Clock& clock, int passes, bool resets,
                 const std::vector<ripen::TickObserver*>& observers) {
  ripen::ControlLoop loop(planner, robot, clock,
                          {.period = kPeriod,
                           .budget = ripen::Budget{.passes = passes},
                           .step_ticks = arm::kStepTicks,
                           .interpolate = true,
                           .limits = {{.rate = 10.0, .acceleration = 1000.0, .measured_by = 0},
                                      {.rate = 10.0, .acceleration = 1000.0, .measured_by = 1}}},
                          observers);
  check(loop.reset(task_of(robot)));
  const ripen::TimePoint start = clock.now();
  bool is_new = false;  // The target, to the planner. A reset has to wait for a fresh state.
  for (int tick = 0; tick < arm::kEpisodeTicks; ++tick) {
    clock.sleep_until(start + tick * kPeriod);
    loop.step(clock.now());
    is_new = is_new || robot.jumped == tick + 1;
    if (!is_new || (resets && robot.tick % arm::kStepTicks != 0)) continue;
    check(resets ? loop.reset(task_of(robot)) : loop.aim(task_of(robot).goal));
    is_new = false;
  }
}

std::string mean_of(const std::vector<double>& values, int digits) {
  const auto interval = examples::interval_of_mean(values);
  return examples::rounded((interval.low + interval.high) / 2, digits) + " (" +
         examples::rounded(interval.low, digits) + " to " + examples::rounded(interval.high, digits) + ")";
}

int program(int argc, char** argv) {
  int episodes = 0, passes = 8;
  std::uint64_t seed = 200000;
  bool virtual_time = false, resets = false;
  std::string path;
  std::optional<std::string> lines, levels;
  ripen::PlannerOptions options{
      .horizon = 8, .candidates = 8, .window_history = 0, .reveal_passes = 2, .goal_clamp = ripen::GoalClamp::kAlways};
  CLI::App app("Drives a simulated arm round a disc to a target that jumps. Exit status: 0 all succeeded, 3 not all.");
  app.add_option("--random", episodes, "Episodes, of the seeds from --seed on")
      ->required()
      ->check(CLI::Range(1, 1000000));
  app.add_option("--seed", seed, "Of the first episode")->capture_default_str();
  app.add_option("--passes", passes, "In a tick")->check(CLI::Range(1, 10000))->capture_default_str();
  app.add_option("--candidates", options.candidates, "Plans that compete")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_flag("--reset", resets, "Begin a new plan where the target jumps, rather than aim the one that is there");
  app.add_option("--model", path, "Weights (the shipped ones unless given)");
  app.add_flag("--virtual-time", virtual_time, "Do not sleep between ticks");
  app.add_option("--json", lines, "File for one JSON object a line, one line an episode");
  app.add_option("--reliability", levels, "File for a table (CSV): how often what was planned came, by its level");
  if (const auto code = examples::parse(app, argc, argv)) return *code;

  examples::LineFile json("--json", lines);
  examples::check_output("--reliability", levels);
  examples::ReliabilityTable reliability;
  if (path.empty()) path = examples::model_path("arm.safetensors");
  const auto model = ripen::ModelFile::load(path);
  if (model.layout != arm::layout()) {
    throw std::invalid_argument("model file '" + path + "': its token layout is not that of the arm");
  }
  options.pass_windows = options.candidates;
  ripen::NativeDenoiser denoiser(model, {.max_windows = options.candidates});
  const Careful careful;
  std::vector<double> errors, seconds;
  int succeeded = 0, touched = 0;
  for (const std::uint64_t end = seed + static_cast<std::uint64_t>(episodes); seed < end; ++seed) {
    arm::Robot robot(seed);
    options.seed = seed;
    ripen::Planner planner(denoiser, options, nullptr, nullptr, &careful);
    ripen::SteadyClock steady;
    examples::WorkClock work(kPeriod);
    examples::Reliability observer(planner);
    run_episode(robot, planner, virtual_time ? static_cast<ripen::Clock&>(work) : steady, passes, resets,
                levels ? std::vector<ripen::TickObserver*>{&observer} : std::vector<ripen::TickObserver*>{});
    reliability.add(observer.table());
    const bool succeeds = robot.arrived >= 0 && !robot.touched;
    const double took = (robot.arrived - robot.jumped) * arm::kTick;
    json.add(nlohmann::ordered_json{{"seed", seed},
                                    {"succeeded", succeeds},
                                    {"touched", robot.touched},
                                    {"error_mm", 1000.0 * robot.error()},
                                    {"seconds", succeeds ? took : -1.0}}
                 .dump());
    touched += robot.touched ? 1 : 0;
    succeeded += succeeds ? 1 : 0;
    errors.push_back(1000.0 * robot.error());
    if (succeeds) seconds.push_back(took);
  }
  examples::save_output("--reliability", levels, examples::to_csv(reliability));
  const auto rate = examples::interval_of_rate(succeeded, episodes);
  std::ranges::sort(errors);
  std::cout << succeeded << " of " << episodes << " succeeded (" << examples::rounded(100.0 * rate.low, 1) << " to "
            << examples::rounded(100.0 * rate.high, 1) << " %), " << touched << " touched the disc; end error "
            << mean_of(errors, 2) << " mm, median " << examples::rounded(errors[errors.size() / 2], 2) << ", worst "
            << examples::rounded(errors.back(), 2) << "; new target after " << mean_of(seconds, 3) << " s\n";
  return succeeded == episodes ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) { return examples::run_program(argc, argv, program); }
