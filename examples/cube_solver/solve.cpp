#include "cube_solver/solve.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "cube_solver/facelets.hpp"
#include "cube_solver/replay.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/planner.hpp"
#include "ripen/planner_thread.hpp"
#include "ripen/recorder.hpp"
#include "shared/work_clock.hpp"

namespace ripen::cube {

namespace {

constexpr std::int64_t kMostRecordedTicks = 100000;
constexpr int kMostRuns = 1 << 20;         // Of a picture.
constexpr std::int64_t kSpreadTicks = 20;  // Between two looks at the percentiles, which take some microseconds.

using examples::spread_of;

/// When the robot gives up: after a second for each turn.
std::int64_t last_tick(const Options& options) {
  return std::int64_t{options.max_moves} * 1000000 / options.tick_us + options.sensor_latency_ticks;
}

/// Ends the loop when the cube is done, and shows what happens.
class Watcher : public TickObserver {
 public:
  Watcher(const CubeRobot& robot, const PlanSource& plan, const Options& options, const Place& place)
      : robot_(robot),
        plan_(plan),
        options_(options),
        place_(place),
        ripening_(options.planner.horizon, options.max_moves, options.render && place.number == 1 ? kMostRuns : 0) {}

  void watch(const ControlLoop& loop) { loop_ = &loop; }

  bool on_tick(const Tick& now) noexcept override {
    const TickReport& report = now.report;
    if (first_action_tick_ < 0 && robot_.steps_begun() > 0) first_action_tick_ = report.tick;
    ripening_.take(plan_, report, robot_.steps_begun());
    if (place_.view != nullptr) show(report);
    interrupted_ = place_.interrupted() && !robot_.solved();
    return !interrupted_ && !robot_.solved() && robot_.steps_begun() <= options_.max_moves &&
           report.tick < last_tick(options_);
  }

  [[nodiscard]] bool interrupted() const { return interrupted_; }
  [[nodiscard]] std::int64_t first_action_tick() const { return first_action_tick_; }
  [[nodiscard]] const Ripening& ripening() const { return ripening_; }

 private:
  void show(const TickReport& report) noexcept {
    Snapshot& s = place_.view->writing();
    const std::chrono::nanoseconds instant = report.tick * std::chrono::microseconds(options_.tick_us);
    s.cube_number = place_.number;
    s.cubes = place_.cubes;
    s.cube = robot_.cube();
    for (int f = 0; f < kFaces; ++f)
      s.angles[static_cast<std::size_t>(f)] = robot_.angle(static_cast<Face>(f), instant);
    s.solved = robot_.solved();
    s.tick = report.tick;
    s.tick_us = options_.tick_us;
    missed_ += report.missed;
    s.missed = missed_;
    passes_ += report.passes;
    s.passes = passes_;
    s.tick_passes = report.passes;
    if (report.tick % kSpreadTicks == 0 || s.solved) {
      wake_up_ = spread_of(loop_->statistics().wake_up);
      compute_ = spread_of(loop_->statistics().compute);
    }
    s.wake_up = wake_up_;
    s.compute = compute_;
    s.robot_turns = s.world_turns = s.slips = 0;
    for (const LoggedTurn& turn : robot_.turns()) {
      ++(turn.by_world ? s.world_turns : s.robot_turns);
      if (turn.slipped) ++s.slips;
    }
    s.planned = std::min(options_.planner.horizon, Snapshot::kMaxSteps);
    for (int i = 0; i < s.planned; ++i) {
      const auto step = plan_.step(i);
      const float noise = static_cast<float>(step.level) / kFullNoise;
      s.plan[static_cast<std::size_t>(i)] = {static_cast<Move>(step.action[0]), step.decided,
                                             step.decided ? 1.0F - noise : 0.0F};
    }
    place_.view->publish();
  }

  const CubeRobot& robot_;
  const PlanSource& plan_;
  const Options& options_;
  const Place& place_;
  const ControlLoop* loop_ = nullptr;
  Ripening ripening_;
  bool interrupted_ = false;
  std::int64_t first_action_tick_ = -1;
  std::int64_t missed_ = 0, passes_ = 0;
  Spread wake_up_, compute_;
};

}  // namespace

Budget budget_of(const Options& options) {
  if (options.passes) return {.passes = *options.passes};
  const std::chrono::microseconds tick(options.tick_us);
  if (options.budget_us) return {.time = std::chrono::microseconds(*options.budget_us)};
  return {.time = std::chrono::duration_cast<std::chrono::nanoseconds>(kDefaultBudget * tick)};
}

ControlLoopOptions loop_options_of(const Options& options) {
  // The camera is blind while a face turns, which lasts less than a second. A cube waits for a planner that is held up.
  return {
      .period = std::chrono::microseconds(options.tick_us),
      .budget = budget_of(options),
      .max_stale = std::chrono::microseconds(options.tick_us) * options.sensor_latency_ticks + std::chrono::seconds(5),
      .max_stuck = std::chrono::seconds(1)};
}

Result solve(const Cube& cube, const Options& options, Denoiser& denoiser, const Place& place) {
  const std::uint64_t seed = Random(options.seed, static_cast<std::uint64_t>(place.number)).next();
  const std::chrono::nanoseconds tick = std::chrono::microseconds(options.tick_us);
  CubeRobot robot(cube, {.tick = tick,
                         .quarter_turn = std::chrono::microseconds(options.quarter_us),
                         .half_turn = std::chrono::microseconds(options.quarter_us) * 3 / 2,
                         .sensor_latency_ticks = options.sensor_latency_ticks,
                         .slip_rate = options.slip_rate,
                         .disturb_rate = options.disturb_rate,
                         .seed = seed,
                         .log_turns = 2 * options.max_moves + 4});
  const CubeTransition transition;
  PlannerOptions wanted = options.planner;
  wanted.seed = seed;
  SteadyClock steady;
  examples::WorkClock work(tick);
  Clock& clock = options.virtual_time ? static_cast<Clock&>(work) : steady;
  std::optional<Planner> threaded;
  std::unique_ptr<PlanSource> plan;
  if (options.planner_thread) {
    plan = std::make_unique<PlannerThread>(threaded.emplace(denoiser, wanted, &transition));
  } else {
    plan = opponents::make(denoiser, wanted, options.opponent, &transition);
  }
  Watcher watcher(robot, *plan, options, place);
  std::vector<TickObserver*> observers;
  std::optional<Recorder> recorder;
  if (place.recording != nullptr) {
    const auto ticks = static_cast<int>(std::min(last_tick(options) + 1, kMostRecordedTicks));
    recorder.emplace(*plan,
                     RecorderOptions{.ticks = ticks, .ticks_after = 0, .faults = 0, .severity = {}, .period = tick});
    observers.push_back(&*recorder);
  }
  observers.push_back(&watcher);
  ControlLoop loop(*plan, robot, clock, loop_options_of(options), observers);
  watcher.watch(loop);

  if (loop.reset(solved_task(), to_channels(cube)) != ResetResult::kOk) {
    throw std::invalid_argument("the denoiser's layout is not the cube's");
  }
  loop.run(std::stop_token());
  if (recorder) {
    *place.recording = recorder->kept();
    note(options, cube, wanted.seed, *place.recording);
  }

  const LoopStatistics& statistics = loop.statistics();
  Result result{.facelets = to_facelets(cube),
                .solved = robot.solved(),
                .interrupted = watcher.interrupted(),
                .ticks = statistics.ticks,
                .missed = statistics.missed,
                .passes = statistics.passes,
                .undecided = watcher.ripening().undecided(),
                .recoveries = watcher.ripening().recoveries(),
                .recovery_ticks = watcher.ripening().recovery_ticks(),
                .recovery_passes = watcher.ripening().recovery_passes(),
                .planned = watcher.ripening().runs(),
                .disturbed = watcher.ripening().disturbed(),
                .ripe_ticks = watcher.ripening().ripe_ticks(),
                .wake_up = spread_of(statistics.wake_up),
                .compute = spread_of(statistics.compute),
                .slack = spread_of(statistics.slack),
                .observation_to_action = spread_of(statistics.observation_to_action)};
  if (watcher.first_action_tick() >= 0) result.first_action_tick = watcher.first_action_tick();
  // A turn begun in the tick that ended the run is none of the allowed ones.
  int allowed = options.max_moves;
  for (const LoggedTurn& turn : robot.turns()) {
    if (turn.by_world || allowed-- > 0) result.turns.push_back(turn);
  }
  return result;
}

}  // namespace ripen::cube
