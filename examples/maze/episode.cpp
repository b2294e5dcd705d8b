#include "maze/episode.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>

#include "maze/maze_robot.hpp"
#include "maze/tokens.hpp"
#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "shared/thread_clock.hpp"
#include "shared/work_clock.hpp"
#include "util/random.hpp"

namespace maze {

namespace {

namespace examples = ripen::examples;

/// Ends the loop when the robot is done, and keeps the company informed.
class Watcher : public ripen::TickObserver {
 public:
  Watcher(const MazeRobot& robot, const ripen::PlanSource& plan, const Options& options, int task,
          const Company& company)
      : robot_(robot), onlooker_(robot, plan), options_(options), task_(task), company_(company) {}

  bool on_tick(const ripen::Tick& tick) noexcept override {
    if (company_.recording != nullptr && (tick.observation.fresh || robot_.done())) {
      if (Frame* frame = company_.recording->next()) onlooker_.look(*frame);
    }
    if (company_.view != nullptr) show(tick.report);
    if (!goal_is_told) goal_is_told = begin_anew();  // Who cannot be told of another goal.
    interrupted_ = company_.interrupt != nullptr && *company_.interrupt != 0 && !robot_.done();
    return !interrupted_ && !robot_.done();
  }

  [[nodiscard]] bool interrupted() const { return interrupted_; }

  bool goal_is_told = true;  ///< to the planner
  std::function<bool()> begin_anew;

 private:
  void show(const ripen::TickReport& report) noexcept {
    const double compute = std::chrono::duration<double, std::micro>(report.compute).count();
    longest_ = std::max(longest_, compute);
    missed_ += report.missed;
    passes_ += report.passes;
    Snapshot& snapshot = company_.view->writing();
    snapshot.maze = options_.maze;
    snapshot.task = task_;
    snapshot.episode = company_.episode;
    snapshot.episodes = company_.episodes;
    snapshot.goal = robot_.goal();
    snapshot.succeeded = robot_.succeeded();
    snapshot.step_us = options_.step_us;
    snapshot.missed = missed_;
    snapshot.passes = passes_;
    snapshot.step_passes = report.passes;
    snapshot.compute_us = compute;
    snapshot.longest_us = longest_;
    onlooker_.look(snapshot.frame);
    company_.view->publish();
  }

  const MazeRobot& robot_;
  Onlooker onlooker_;
  const Options& options_;
  int task_;
  const Company& company_;
  bool interrupted_ = false;
  std::int64_t missed_ = 0, passes_ = 0;
  double longest_ = 0.0;  // [us]
};

ripen::Budget budget_of(const Options& options) {
  if (options.passes) return {.passes = *options.passes};
  return {.time = std::chrono::microseconds(options.budget())};
}

}  // namespace

Result run_episode(int task, int number, const Options& options, ripen::Denoiser& denoiser, const Company& company) {
  const MakePlan make_plan = [&](const ripen::PlannerOptions& wanted, const ripen::Clock& clock) {
    return ripen::opponents::make(denoiser, wanted, options.opponent, nullptr, &clock);
  };
  return run_episode(task, number, options, make_plan, company);
}

Result run_episode(int task, int number, const Options& options, const MakePlan& make_plan, const Company& company) {
  const Maze& maze = *options.maze;
  const Problem problem = task == 0 ? free_problem(maze, options.seed, number)
                                    : problem_of_task(maze, task, options.protocol, options.seed, number);
  ripen::Random seeds(options.seed + 1, (static_cast<std::uint64_t>(task) << 32) + static_cast<std::uint64_t>(number));
  const std::chrono::microseconds period(options.step_us);
  ripen::SteadyClock steady;
  examples::WorkClock work{period};
  examples::ThreadClock thread;
  const bool is_counted = !options.passes;  // Whether what work takes counts in virtual time.
  ripen::Clock& clock = !options.virtual_time ? static_cast<ripen::Clock&>(steady)
                        : is_counted          ? static_cast<ripen::Clock&>(thread)
                                              : work;
  const std::uint64_t seed_of_world = seeds.next(), seed_of_planner = seeds.next();
  const Event event = draw_event(maze, problem, options.event, seeds);
  MazeRobot robot(maze, problem,
                  {.event = event,
                   .max_steps = max_steps(maze, options.protocol),
                   .seed = seed_of_world,
                   .period = period,
                   .clock = &clock,
                   .own = &thread});
  ripen::PlannerOptions wanted = options.planner;
  wanted.seed = seed_of_planner;
  const std::unique_ptr<ripen::PlanSource> plan = make_plan(wanted, clock);
  Watcher watcher(robot, *plan, options, task, company);
  ripen::ControlLoop loop(
      *plan, robot, clock,
      {.period = period,
       .budget = budget_of(options),
       // An action is a speed, which the maze changes at once.
       .limits = {{.low = -1.0, .high = 1.0, .rate = ripen::kUnlimited, .acceleration = ripen::kUnlimited},
                  {.low = -1.0, .high = 1.0, .rate = ripen::kUnlimited, .acceleration = ripen::kUnlimited}},
       .max_stale = ripen::kNever,  // A state is fresh as a step ends, and not in between.
       .max_frozen = ripen::kNever},
      {&watcher});

  const auto reset_to = [&](Point goal) {
    return loop.reset({.goal = arrival_at(goal, plan->layout()), .rest = {0.0, 0.0}});
  };
  const auto reset = reset_to(problem.goal);
  if (reset != ripen::ResetResult::kOk) throw std::invalid_argument(std::string("loop: ") + ripen::to_text(reset));
  robot.on_goal = [&] {
    watcher.goal_is_told = loop.aim(arrival_at(robot.goal(), plan->layout())) == ripen::ResetResult::kOk;
  };
  watcher.begin_anew = [&] {
    robot.end_step();
    return reset_to(robot.goal()) == ripen::ResetResult::kOk;
  };
  loop.run(std::stop_token());

  const ripen::LoopStatistics& statistics = loop.statistics();
  return {.maze = maze.name,
          .task = task,
          .start = problem.start,
          .goal = problem.goal,
          .event = robot.event_happened() ? event : Event{},
          .event_place = robot.event_place(),
          .succeeded = robot.succeeded(),
          .interrupted = watcher.interrupted(),
          .steps = robot.steps(),
          .ticks = statistics.ticks,
          .missed = statistics.missed,
          .passes = statistics.passes,
          .actions = robot.actions(),
          .path = robot.path(),
          .wake_up = examples::spread_of(statistics.wake_up),
          .compute = examples::spread_of(statistics.compute),
          .slack = examples::spread_of(statistics.slack),
          .observation_to_action = examples::spread_of(statistics.observation_to_action)};
}

}  // namespace maze
