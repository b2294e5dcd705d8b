#include "maze/maze_robot.hpp"

#include <algorithm>
#include <cmath>

#include "maze/tokens.hpp"

namespace maze {

namespace {

/// Off where its action leads by so much, a point was not stopped by a wall: it was moved.
constexpr double kJolt = 0.5;

}  // namespace

MazeRobot::MazeRobot(const Maze& maze, const Problem& problem, const MazeRobotOptions& options)
    : options_(options),
      walls_(maze.walls),
      maze_(maze),
      random_(options.seed, 1),
      world_(blocked(options.event), options.seed),
      goal_(problem.goal),
      seen_(problem.start) {
  world_.place(problem.start);
  actions_.reserve(static_cast<std::size_t>(options.max_steps));
  path_.reserve(static_cast<std::size_t>(options.max_steps));
}

const Maze& MazeRobot::blocked(const Event& event) {
  if (event.kind != EventKind::kBlock) return maze_;
  walls_[static_cast<std::size_t>(maze_.index(event.blocked))] = '1';
  maze_.walls = walls_;
  event_happened_ = true;
  event_place_ = centre_of(event.blocked);
  return maze_;
}

bool MazeRobot::read(std::int64_t tick, ripen::Observation& observation) noexcept {
  advance_to(tick);
  if (options_.clock != nullptr) read_at_ = options_.clock->now();
  if (begun_at_ >= 0 && (is_over_ || steps() - begun_at_ >= kStepTicks)) {
    ++steps_done_;
    begun_at_ = -1;
  }
  is_over_ = false;
  observation.fresh = begun_at_ < 0;
  observation.state_step = observation.steps_done = steps_done_;
  observation.steps_begun = steps_done_ + (begun_at_ < 0 ? 0 : 1);
  observation.state[0] = seen_.x;
  observation.state[1] = seen_.y;
  if (observation.state.size() > 2) observation.state[2] = succeeded_ ? 1.0 : 0.0;
  return true;
}

bool MazeRobot::write(const ripen::Command& command) noexcept {
  advance_to(command.tick + periods_since_read());
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (command.action.size() != 2 || !std::ranges::all_of(command.action, is_finite)) return false;
  action_ = {std::clamp(command.action[0], -1.0, 1.0), std::clamp(command.action[1], -1.0, 1.0)};
  if (begun_at_ < 0) begun_at_ = steps();
  return true;
}

std::int64_t MazeRobot::periods_since_read() const noexcept {
  return options_.clock == nullptr ? 0 : (options_.clock->now() - read_at_) / options_.period;
}

void MazeRobot::advance_to(std::int64_t tick) {
  if (options_.own != nullptr) options_.own->pause();
  while (steps() < tick && !done()) {
    const Point expected{seen_.x + kStride * action_.x, seen_.y + kStride * action_.y};
    if (steps() == options_.event.step) happen();
    seen_ = world_.act(action_);
    compare(expected);
    actions_.push_back(action_);
    path_.push_back(seen_);
    succeeded_ = distance(seen_, goal_) <= kReached;
  }
  if (steps() == tick && steps() == options_.event.step && !done()) {  // It is seen as it happens.
    const Point expected = seen_;
    happen();
    compare(expected);
  }
  if (options_.own != nullptr) options_.own->go_on();
}

void MazeRobot::compare(Point expected) noexcept {
  if (distance(seen_, expected) > kJolt) end_step();
}

void MazeRobot::happen() {
  if (event_happened_ || options_.event.kind == EventKind::kNone) return;
  event_happened_ = true;
  if (options_.event.kind == EventKind::kShove) {
    seen_ = shoved(maze_, world_.position(), random_);
    world_.place(seen_);
    event_place_ = seen_;
  } else {
    event_place_ = goal_ = options_.event.goal;
    end_step();
    if (on_goal) on_goal();
  }
}

}  // namespace maze
