#include "loop/senses.hpp"

#include <algorithm>
#include <cmath>

#include "ripen/tick_report.hpp"

namespace ripen {

namespace {

double bin_of(const Slot& slot) { return slot.continuous() ? (slot.high - slot.low) / slot.vocabulary : 0.0; }

}  // namespace

Senses::Senses(const TokenLayout& layout, const std::vector<ChannelLimits>& limits)
    : tokenizer_(layout),
      values_(static_cast<std::size_t>(layout.states())),
      seen_(std::make_unique<bool[]>(values_.size())),
      tokens_(values_.size(), kMask),
      fractions_(values_.size(), 0),
      sensors_(values_.size()),
      motors_(static_cast<std::size_t>(layout.actions())) {
  for (int s = 0; s < layout.states(); ++s) {
    const Slot& slot = layout.slot(s);
    sensors_[static_cast<std::size_t>(s)] = {.continuous = slot.continuous(), .bin = bin_of(slot)};
  }
  for (std::size_t a = 0; a < motors_.size(); ++a) {
    const Slot& slot = layout.slot(layout.states() + static_cast<int>(a));
    motors_[a] = {.measured_by = a < limits.size() ? limits[a].measured_by : -1, .bin = bin_of(slot)};
  }
}

Observation Senses::blank() noexcept {
  std::fill_n(seen_.get(), values_.size(), true);
  Observation observation;
  observation.state = values_;
  observation.seen = {seen_.get(), values_.size()};
  return observation;
}

bool Senses::owns(const Observation& observation) const noexcept {
  return observation.state.data() == values_.data() && observation.state.size() == values_.size() &&
         observation.seen.data() == seen_.get() && observation.seen.size() == values_.size();
}

std::uint32_t Senses::encode() noexcept {
  std::uint32_t faults = 0;
  for (std::size_t s = 0; s < values_.size(); ++s) {
    if (seen_[s] && tokenizer_.encode(static_cast<int>(s), values_[s]) == kMask) return kBadObservation;
  }
  for (std::size_t s = 0; s < values_.size(); ++s) {
    const Slot& slot = tokenizer_.layout().slot(static_cast<int>(s));
    const double margin = sensors_[s].bin;
    const bool out = slot.continuous() && (values_[s] < slot.low - margin || values_[s] > slot.high + margin);
    if (seen_[s] && out) {
      seen_[s] = false;
      faults |= kOutOfRange;
    }
    tokens_[s] = seen_[s] ? tokenizer_.encode(static_cast<int>(s), values_[s], fractions_[s]) : kMask;
  }
  return faults;
}

bool Senses::is_frozen() noexcept {
  bool frozen = false, news = false, any = false;
  for (std::size_t s = 0; s < values_.size(); ++s) {
    Sensor& sensor = sensors_[s];
    if (!sensor.continuous || !seen_[s]) continue;
    any = true;
    if (!sensor.known || sensor.last != values_[s]) {
      sensor.moved = false;
      news = true;
    }
    sensor.known = true;
    sensor.last = values_[s];
    frozen = frozen || sensor.moved;
  }
  if (news) moved_ = false;
  return frozen || (any && moved_);
}

void Senses::sent(std::span<const double> command, std::span<const ChannelValue> rest) noexcept {
  for (std::size_t a = 0; a < motors_.size(); ++a) {
    Motor& motor = motors_[a];
    if (motor.bin == 0.0) continue;
    // A channel with a rest moves the robot while it is away from it, another one when it changes.
    if (!motor.begun || rest[a]) motor.from = rest[a].value_or(command[a]);
    motor.begun = true;
    if (std::abs(command[a] - motor.from) < motor.bin) continue;
    motor.from = command[a];
    moved_ = true;
    if (motor.measured_by >= 0) sensors_[static_cast<std::size_t>(motor.measured_by)].moved = true;
  }
}

void Senses::forget() noexcept {
  for (Sensor& sensor : sensors_) sensor.known = sensor.moved = false;
  for (Motor& motor : motors_) motor.begun = false;
  moved_ = false;
}

}  // namespace ripen
