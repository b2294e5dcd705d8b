#include "push_t/push_t_robot.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "push_t/tokens.hpp"
#include "ripen/random.hpp"
#include "util/problems.hpp"

namespace ripen::push_t {

namespace {

constexpr double kShove = 20.0;        // [px]
constexpr double kShoveAngle = 0.2;    // [rad]
constexpr double kPush = 300.0;        // [px/s]
constexpr double kTableMargin = 10.0;  // [px] from the table's edge, inside the walls

/// Random numbers of a tick: one stream for the faults of the world, one for lost states, one for hidden points.
Random stream_of(std::uint64_t seed, std::int64_t tick, std::uint64_t which) {
  constexpr std::uint64_t kHidden = 2;  // From another seed: the others' streams are two a tick.
  if (which == kHidden) return {seed ^ 0x9E3779B97F4A7C15ULL, static_cast<std::uint64_t>(tick)};
  return {seed, static_cast<std::uint64_t>(tick) * 2 + which};
}

bool on_table(const Pose& pose) {
  for (const Rectangle& part : {kBar, kStem}) {
    for (const Point corner : part) {
      const Point p = on_table(pose, corner);
      if (std::min(p.x, p.y) < kTableMargin || std::max(p.x, p.y) > kTableSize - kTableMargin) return false;
    }
  }
  return true;
}

}  // namespace

std::string PushTRobotOptions::validate() const {
  Problems problems("Push-T robot");
  problems.range("sensor_latency_ticks", sensor_latency_ticks, 0, 100000);
  problems.range("disturb_rate", disturb_rate, 0.0, 1.0);
  problems.range("drop_rate", drop_rate, 0.0, 1.0);
  problems.range("occlusion_rate", occlusion_rate, 0.0, 1.0);
  problems.range("max_steps", max_steps, 1, 1000000);
  return problems.text();
}

PushTRobot::PushTRobot(const State& start, const PushTRobotOptions& options) : options_(options) {
  if (const std::string problems = options.validate(); !problems.empty()) throw std::invalid_argument(problems);
  world_.reset(start);
  target_ = world_.state().agent;
  samples_.resize(static_cast<std::size_t>(options.sensor_latency_ticks) + 1);
  sense();
}

bool PushTRobot::read(std::int64_t tick, Observation& observation) noexcept {
  advance_to(tick);
  observation.steps_begun = observation.steps_done = now_;
  const std::int64_t due = now_ - options_.sensor_latency_ticks;
  const auto slots = static_cast<std::int64_t>(samples_.size());
  const Sample& sample = samples_[static_cast<std::size_t>(std::max<std::int64_t>(due, 0) % slots)];
  observation.fresh = due >= 0 && sample.tick == due && due > delivered_;
  if (!observation.fresh) return true;
  delivered_ = due;
  observation.state_step = due;
  to_seen_channels(sample.state, observation.state);
  hide_points(due, observation);
  return true;
}

void PushTRobot::hide_points(std::int64_t sensed, Observation& observation) const {
  Random random = stream_of(options_.seed, sensed, 2);
  for (std::size_t point = 0; sensed > 0 && 2 * point < observation.seen.size(); ++point) {
    const bool hidden = random.uniform() < options_.occlusion_rate;
    for (const std::size_t channel : {2 * point, 2 * point + 1}) observation.seen[channel] = !hidden;
  }
}

bool PushTRobot::write(const Command& command) noexcept {
  advance_to(command.tick);
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (command.action.size() != kActions || !std::ranges::all_of(command.action, is_finite)) return false;
  target_ = {command.action[0], command.action[1]};
  return true;
}

void PushTRobot::advance_to(std::int64_t tick) {
  while (now_ < tick && !done()) {
    world_.act(target_);
    ++now_;
    best_ = std::max(best_, world_.coverage());
    disturb();
    sense();
  }
}

void PushTRobot::disturb() {
  Random random = stream_of(options_.seed, now_, 0);
  if (random.uniform() >= options_.disturb_rate) return;
  const bool is_shove = random.below(2) == 0;
  const auto within = [&](double limit) { return limit * (2.0 * random.uniform() - 1.0); };
  if (is_shove) {
    Pose pose = world_.state().block;
    pose.position.x += within(kShove);
    pose.position.y += within(kShove);
    pose.angle += within(kShoveAngle);
    if (!on_table(pose)) return;  // Nobody shoves it through a wall.
    world_.move_block(pose);
  } else {
    const double x = within(kPush), y = within(kPush);
    world_.push_agent({x, y});
  }
  ++disturbances_;
}

void PushTRobot::sense() {
  const bool lost = now_ > 0 && stream_of(options_.seed, now_, 1).uniform() < options_.drop_rate;
  const auto slots = static_cast<std::int64_t>(samples_.size());
  samples_[static_cast<std::size_t>(now_ % slots)] = {world_.state(), lost ? -1 : now_};
}

}  // namespace ripen::push_t
