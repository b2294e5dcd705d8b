#include "maze/episode.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>

#include "maze/maze_robot.hpp"
#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "shared/work_clock.hpp"
#include "util/random.hpp"

namespace maze {

namespace {

namespace examples = ripen::examples;

/// Ends the loop when the robot is done.
class Watcher : public ripen::TickObserver {
 public:
  Watcher(const MazeRobot& robot, const examples::Interrupt* interrupt) : robot_(robot), interrupt_(interrupt) {}

  bool on_tick(const ripen::Tick&) noexcept override {
    interrupted_ = interrupt_ != nullptr && *interrupt_ != 0 && !robot_.done();
    return !interrupted_ && !robot_.done();
  }

  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  const MazeRobot& robot_;
  const examples::Interrupt* interrupt_;
  bool interrupted_ = false;
};

ripen::Budget budget_of(const Options& options) {
  if (options.passes) return {.passes = *options.passes};
  return {.time = std::chrono::microseconds(options.budget())};
}

}  // namespace

Result run_episode(int task, int number, const Options& options, ripen::Denoiser& denoiser,
                   const examples::Interrupt* interrupt) {
  const Maze& maze = *options.maze;
  const Problem problem = task == 0 ? free_problem(maze, options.seed, number)
                                    : problem_of_task(maze, task, options.protocol, options.seed, number);
  ripen::Random seeds(options.seed + 1, (static_cast<std::uint64_t>(task) << 32) + static_cast<std::uint64_t>(number));
  MazeRobot robot(maze, problem, max_steps(maze, options.protocol), seeds.next());
  ripen::PlannerOptions wanted = options.planner;
  wanted.seed = seeds.next();
  const std::unique_ptr<ripen::PlanSource> plan = ripen::opponents::make(denoiser, wanted, options.opponent);
  const std::chrono::microseconds period(options.step_us);
  ripen::SteadyClock steady;
  examples::WorkClock work{period};
  ripen::Clock& clock = options.virtual_time ? static_cast<ripen::Clock&>(work) : steady;
  Watcher watcher(robot, interrupt);
  ripen::ControlLoop loop(
      *plan, robot, clock,
      {.period = period,
       .budget = budget_of(options),
       .step_ticks = kStepTicks,
       // An action is a speed, which the maze changes at once.
       .limits = {{.low = -1.0, .high = 1.0, .rate = ripen::kUnlimited, .acceleration = ripen::kUnlimited},
                  {.low = -1.0, .high = 1.0, .rate = ripen::kUnlimited, .acceleration = ripen::kUnlimited}},
       .max_stale = ripen::kNever,  // A state is fresh as a step begins, and not in between.
       .max_frozen = ripen::kNever},
      {&watcher});

  const auto reset = loop.reset({.goal = {problem.goal.x, problem.goal.y}, .rest = {0.0, 0.0}});
  if (reset != ripen::ResetResult::kOk) throw std::invalid_argument(std::string("loop: ") + ripen::to_text(reset));
  loop.run(std::stop_token());

  const ripen::LoopStatistics& statistics = loop.statistics();
  return {.maze = maze.name,
          .task = task,
          .start = problem.start,
          .goal = problem.goal,
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
