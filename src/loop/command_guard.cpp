#include "loop/command_guard.hpp"

#include <algorithm>
#include <cmath>

#include "ripen/error.hpp"
#include "ripen/tick_report.hpp"
#include "util/problems.hpp"

namespace ripen {

namespace {

constexpr double kRounding = 1e-12;  // what sums of changes may be off

/// The largest first change with which a gap is closed and not overshot, if each change may be less than the one before
/// by at most `bend`: d with d + (d - bend) + (d - 2 bend) + ... = gap.
double approach(double gap, double bend) noexcept {
  if (std::isinf(bend)) return gap;
  const double later = std::floor((std::sqrt(1.0 + 8.0 * gap / bend) - 1.0) / 2.0);  // changes after the first
  return gap / (later + 1.0) + bend * later / 2.0;
}

double toward(double distance, double bend) noexcept {
  return std::copysign(approach(std::abs(distance), bend), distance);
}

void check_limits(Problems& problems, const std::string& name, const ChannelLimits& limits, int states) {
  const auto positive = [&](const char* field, double value) {
    problems.require(!std::isnan(value), name + field + " is not given: give it, or kUnlimited");
    problems.require(std::isnan(value) || value > 0.0, name + field + " " + std::to_string(value) + " is not positive");
  };
  problems.require(limits.low <= limits.high,
                   name + "low " + std::to_string(limits.low) + " is above high " + std::to_string(limits.high));
  positive("rate", limits.rate);
  positive("acceleration", limits.acceleration);
  problems.require(limits.measured_by >= -1 && limits.measured_by < states,
                   name + "measured_by " + std::to_string(limits.measured_by) + " is no state channel");
}

}  // namespace

CommandGuard::CommandGuard(const TokenLayout& layout, const std::vector<ChannelLimits>& limits,
                           std::chrono::nanoseconds period) {
  const auto actions = static_cast<std::size_t>(layout.actions());
  const double seconds = std::chrono::duration<double>(period).count();
  Problems problems("limits");
  problems.require(
      limits.empty() || limits.size() == actions,
      std::to_string(limits.size()) + " are given, the layout has " + std::to_string(actions) + " actions");
  channels_.resize(actions);
  states_.resize(actions);
  for (std::size_t c = 0; c < actions; ++c) {
    const Slot& slot = layout.slot(layout.states() + static_cast<int>(c));
    Channel& channel = channels_[c];
    channel.continuous = slot.continuous();
    if (!channel.continuous) {
      channel.high = slot.vocabulary - 1;
      continue;
    }
    const std::string name = "[" + std::to_string(c) + "] (" + slot.name + ") ";
    if (c >= limits.size()) {
      problems.add(name + "is continuous and has none: give them, or kUnlimitedChannel");
      continue;
    }
    check_limits(problems, name, limits[c], layout.states());
    channel.low = std::max(slot.low, limits[c].low);
    channel.high = std::min(slot.high, limits[c].high);
    channel.most_change = limits[c].rate * seconds;
    channel.most_bend = limits[c].acceleration * seconds * seconds;
    problems.require(!(channel.low > channel.high), name + "leaves nothing of the slot's range");
    states_[c].value = states_[c].wanted = std::clamp(0.0, channel.low, std::max(channel.low, channel.high));
  }
  if (!problems.text().empty()) throw OptionsError(problems.text());
}

void CommandGuard::set_rest(std::span<const ChannelValue> rest) noexcept {
  for (std::size_t c = 0; c < channels_.size(); ++c) states_[c].rest = rest[c].value_or(0.0);
}

bool CommandGuard::start_at(std::size_t channel, double measured) noexcept {
  const Channel& c = channels_[channel];
  const double start = std::clamp(measured, c.low, c.high);
  if (!(std::abs(measured - start) <= std::min(c.most_change, c.most_bend))) return false;  // NaN neither
  states_[channel] = {.value = start, .wanted = start, .rest = states_[channel].rest, .begun = true};
  return true;
}

bool CommandGuard::usable(const Channel& channel, double value) noexcept {
  if (!std::isfinite(value)) return false;
  return channel.continuous || (value >= channel.low && value <= channel.high && value == std::floor(value));
}

std::uint32_t CommandGuard::follow(const Channel& channel, State& state, double wanted) noexcept {
  std::uint32_t done = 0;
  const double target = std::clamp(wanted, channel.low, channel.high);
  if (target != wanted) done |= kLimited;
  if (!state.begun) {
    state = {.value = target, .wanted = target, .begun = true};
    return done;
  }
  // A target that moves no faster than it may is followed at its own speed; what it jumped is caught up with.
  const double distance = target - state.value;
  const double moved = target - state.wanted;
  const double speed = std::abs(moved) <= channel.most_change ? moved : 0.0;
  const double change = speed + toward(distance - speed, channel.most_bend);
  const double most = std::min(
      {channel.most_change, state.change + channel.most_bend, approach(channel.high - state.value, channel.most_bend)});
  const double least = std::max({-channel.most_change, state.change - channel.most_bend,
                                 -approach(state.value - channel.low, channel.most_bend)});
  const double allowed = std::clamp(change, std::min(least, most), most);
  const double before = state.value;
  const bool arrives = std::abs(allowed - distance) <= kRounding * (std::abs(target) + std::abs(before));
  state.value = arrives ? target : std::clamp(before + allowed, channel.low, channel.high);
  state.change = state.value - before;
  state.wanted = target;
  if (state.value != target) done |= kRateLimited;
  return done;
}

std::uint32_t CommandGuard::apply(std::span<const Setpoint> wanted, std::span<double> command) noexcept {
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    State& state = states_[c];
    Setpoint setpoint = wanted[c];
    if (!setpoint.hold && !usable(channel, setpoint.value)) {
      setpoint.hold = true;
      done |= kReplaced;
    }
    if (!channel.continuous) {
      state.value = setpoint.hold ? state.rest : setpoint.value;
    } else if (setpoint.hold) {
      const double slower = std::max(0.0, std::abs(state.change) - channel.most_bend);
      const double to = std::clamp(state.value + std::copysign(slower, state.change), channel.low, channel.high);
      state.change = to - state.value;
      state.value = state.wanted = to;
      state.begun = true;
      if (state.change != 0.0) done |= kRateLimited;
    } else {
      done |= follow(channel, state, setpoint.value);
    }
    command[c] = state.value;
  }
  return done;
}

bool CommandGuard::within_limits(std::span<const double> command) const noexcept {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (!usable(channel, command[c]) || command[c] < channel.low || command[c] > channel.high) return false;
  }
  return true;
}

bool CommandGuard::reaches(std::span<const double> command, int commands) const noexcept {
  if (!within_limits(command)) return false;
  const double n = commands;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    const State& state = states_[c];
    if (!channel.continuous || !state.begun) continue;
    const double distance = command[c] - state.value;
    const double bent = channel.most_bend * n * (n + 1.0) / 2.0;
    if (std::abs(distance) > channel.most_change * n || std::abs(distance - state.change * n) > bent) return false;
  }
  return true;
}

}  // namespace ripen
