#include "cube_solver/cube_robot.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "util/random.hpp"

namespace ripen::cube {

namespace {

constexpr int kMaxLatency = 100000;

// The two families of random streams, told apart by their lowest bit.
Random stream_of_step(std::uint64_t seed, std::int64_t step) { return {seed, static_cast<std::uint64_t>(step) * 2}; }
Random stream_of_tick(std::uint64_t seed, std::int64_t tick) {
  return {seed, static_cast<std::uint64_t>(tick) * 2 + 1};
}

/// The move a channel value stands for; false if none.
bool to_move(double value, Move& move) noexcept {
  if (!(value >= 0.0 && value < kActions) || value != std::floor(value)) return false;
  move = static_cast<Move>(static_cast<int>(value));
  return true;
}

}  // namespace

std::string CubeRobotOptions::validate() const {
  std::string problems;
  const auto add = [&](const std::string& problem) { problems += (problems.empty() ? "" : "\n") + problem; };
  const auto positive = [&](const char* name, std::chrono::nanoseconds value) {
    if (value.count() <= 0) add(std::string(name) + " is " + std::to_string(value.count()) + " ns, must be positive");
  };
  const auto probability = [&](const char* name, double value) {
    if (!(value >= 0.0 && value <= 1.0))
      add(std::string(name) + " is " + std::to_string(value) + ", must be in [0, 1]");
  };
  positive("tick", tick);
  positive("quarter_turn", quarter_turn);
  positive("half_turn", half_turn);
  if (sensor_latency_ticks < 0 || sensor_latency_ticks > kMaxLatency) {
    add("sensor_latency_ticks is " + std::to_string(sensor_latency_ticks) + ", must be in [0, " +
        std::to_string(kMaxLatency) + "]");
  }
  probability("slip_rate", slip_rate);
  probability("disturb_rate", disturb_rate);
  probability("drop_rate", drop_rate);
  if (log_turns < 0) add("log_turns is " + std::to_string(log_turns) + ", must not be negative");
  return problems;
}

CubeRobot::CubeRobot(const Cube& start, const CubeRobotOptions& options) : options_(options), cube_(start) {
  if (const std::string problems = options.validate(); !problems.empty()) {
    throw std::invalid_argument("cube robot: " + problems);
  }
  if (!is_solvable(start)) throw std::invalid_argument("cube robot: the cube cannot be solved by face turns");
  samples_.resize(static_cast<std::size_t>(options.sensor_latency_ticks) + 1);
  turns_.reserve(static_cast<std::size_t>(options.log_turns));
}

bool CubeRobot::read(std::int64_t tick, Observation& observation) noexcept {
  advance_to(tick);
  observation.steps_begun = steps_begun_;
  observation.steps_done = steps_done();
  observation.fresh = delivered_.valid;
  if (delivered_.valid) {
    std::copy(delivered_.cube.places.begin(), delivered_.cube.places.end(), observation.state.begin());
    observation.state_step = delivered_.steps_done;
    delivered_.valid = false;
  }
  return true;
}

bool CubeRobot::write(const Command& command) noexcept {
  advance_to(command.tick);
  Move move = kHold;
  if (command.action.size() != 1 || !to_move(command.action[0], move)) return false;
  if (command.step != steps_begun_ || !may_begin(move)) return true;
  begin_step(move);
  if (Move next = kHold; command.next.size() == 1 && to_move(command.next[0], next) && may_begin(next))
    begin_step(next);
  return true;
}

std::int64_t CubeRobot::steps_done() const noexcept {
  std::int64_t done = steps_begun_;
  for (int i = 0; i < turning_; ++i) {
    const Turning& turning = active_[static_cast<std::size_t>(i)];
    if (!turning.by_world) done = std::min(done, turning.step);
  }
  return done;
}

double CubeRobot::angle(Face face, std::chrono::nanoseconds instant) const noexcept {
  for (int i = 0; i < turning_; ++i) {
    const Turning& turning = active_[static_cast<std::size_t>(i)];
    if (face_of(turning.move) != face) continue;
    const double passed = static_cast<double>((instant - turning.begin * options_.tick).count());
    const double part = std::clamp(passed / static_cast<double>(duration(turning.move).count()), 0.0, 1.0);
    const double eased = part < 0.5 ? 2.0 * part * part : 1.0 - 2.0 * (1.0 - part) * (1.0 - part);
    const int quarters = quarters_of(turning.move) == 3 ? -1 : quarters_of(turning.move);
    return eased * quarters * std::numbers::pi / 2.0;
  }
  return 0.0;
}

std::chrono::nanoseconds CubeRobot::duration(Move move) const noexcept {
  return quarters_of(move) == 2 ? options_.half_turn : options_.quarter_turn;
}

bool CubeRobot::may_begin(Move move) const noexcept {
  if (move == kHold || awaiting_ > 0) return false;
  if (turning_ == 0) return true;
  const Turning& other = active_[0];
  return turning_ == 1 && !other.by_world && face_of(other.move) != face_of(move) &&
         same_axis(face_of(other.move), face_of(move));
}

void CubeRobot::begin_step(Move move) noexcept {
  Random random = stream_of_step(options_.seed, steps_begun_);
  const bool slips = random.uniform() < options_.slip_rate;
  const bool disturbed = random.uniform() < options_.disturb_rate;
  const auto disturbance = static_cast<Move>(random.below(kTurns));
  begin({.move = move, .slips = slips, .disturbance = disturbed ? disturbance : kHold, .step = steps_begun_});
  ++steps_begun_;
}

void CubeRobot::begin(Turning turning) noexcept {
  turning.begin = now_;
  const std::int64_t tick = options_.tick.count();
  turning.end = now_ + (duration(turning.move).count() + tick - 1) / tick;
  active_[static_cast<std::size_t>(turning_++)] = turning;
  if (turns_.size() < turns_.capacity()) {
    turns_.push_back({turning.move, turning.by_world, turning.slips, now_});
  }
}

void CubeRobot::advance_to(std::int64_t tick) noexcept {
  // Tick by tick, so that the camera senses, and turns by the world begin, in the ticks that the loop missed too.
  while (now_ < tick) {
    ++now_;
    finish_turns();
    if (turning_ == 0 && awaiting_ > 0) {
      begin({.move = awaited_[0], .by_world = true});
      awaited_[0] = awaited_[1];
      --awaiting_;
    }
    sense();
  }
}

void CubeRobot::finish_turns() noexcept {
  int left = 0;
  for (int i = 0; i < turning_; ++i) {
    const Turning turning = active_[static_cast<std::size_t>(i)];
    if (turning.end > now_) {
      active_[static_cast<std::size_t>(left++)] = turning;
      continue;
    }
    if (!turning.slips) cube_.apply(turning.move);
    if (turning.disturbance != kHold) awaited_[static_cast<std::size_t>(awaiting_++)] = turning.disturbance;
  }
  turning_ = left;
}

void CubeRobot::sense() noexcept {
  const auto slots = static_cast<std::int64_t>(samples_.size());
  Sample& sample = samples_[static_cast<std::size_t>(now_ % slots)];
  const bool lost = stream_of_tick(options_.seed, now_).uniform() < options_.drop_rate;
  sample = {cube_, steps_done(), aligned() && !lost};
  const Sample& due = samples_[static_cast<std::size_t>((now_ + 1) % slots)];  // the oldest of the ring
  if (due.valid) delivered_ = due;
}

}  // namespace ripen::cube
