#include "ripen/safety_guard.hpp"

#include <algorithm>
#include <cmath>

#include "ripen/error.hpp"
#include "util/problems.hpp"
#include "ripen/tick_report.hpp"

namespace ripen {

std::string SafetyGuardOptions::validate() const {
  Problems problems("safety guard");
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const std::string channel = "channels[" + std::to_string(c) + "].";
    const auto& [low, high, rate] = channels[c];
    problems.require(low <= high, channel + "low " + std::to_string(low) + " is above high " + std::to_string(high));
    problems.require(rate > 0.0, channel + "rate " + std::to_string(rate) + " is not positive");
  }
  return problems.text();
}

SafetyGuard::SafetyGuard(const TokenLayout& layout, const SafetyGuardOptions& options,
                         std::chrono::nanoseconds period) {
  const auto actions = static_cast<std::size_t>(layout.actions());
  Problems misfits("safety guard");
  misfits.require(options.channels.empty() || options.channels.size() == actions,
                  "channels has " + std::to_string(options.channels.size()) + " entries, the layout has " +
                      std::to_string(actions) + " actions");
  misfits.require(period.count() > 0, "period " + std::to_string(period.count()) + " ns is not positive");
  channels_.resize(actions);
  for (std::size_t c = 0; c < actions; ++c) {
    const Slot& slot = layout.slot(layout.states() + static_cast<int>(c));
    Channel& channel = channels_[c];
    channel.continuous = slot.continuous();
    if (!channel.continuous) {
      channel.high = slot.vocabulary - 1;
      continue;
    }
    const ChannelLimits limits = c < options.channels.size() ? options.channels[c] : ChannelLimits{};
    channel.low = std::max(slot.low, limits.low);
    channel.high = std::min(slot.high, limits.high);
    channel.largest_change = limits.rate * std::chrono::duration<double>(period).count();
    misfits.require(!(channel.low > channel.high),
                    "channels[" + std::to_string(c) + "] leaves nothing of slot " + slot.name);
  }
  const std::string problems = options.validate();
  if (!problems.empty() || !misfits.text().empty()) {
    throw OptionsError(problems + (problems.empty() || misfits.text().empty() ? "" : "\n") + misfits.text());
  }
  safe_.resize(actions);
  last_.resize(actions);
  set_safe(std::vector<double>(actions, 0.0));
}

void SafetyGuard::set_safe(std::span<const double> safe) noexcept {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    const double value = std::isfinite(safe[c]) ? safe[c] : 0.0;
    safe_[c] = std::clamp(channel.continuous ? value : std::floor(value), channel.low, channel.high);
    if (!begun_) last_[c] = safe_[c];
  }
}

bool SafetyGuard::usable(const Channel& channel, double value) noexcept {
  if (!std::isfinite(value)) return false;
  return channel.continuous || (value >= channel.low && value <= channel.high && value == std::floor(value));
}

std::uint32_t SafetyGuard::apply(std::span<double> action) noexcept {
  std::uint32_t done = 0;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    double& value = action[c];
    if (!usable(channel, value)) {
      value = channel.continuous ? last_[c] : safe_[c];
      done |= kReplaced;
    }
    if (channel.continuous) {
      if (value < channel.low || value > channel.high) {
        value = std::clamp(value, channel.low, channel.high);
        done |= kLimited;
      }
      if (begun_ && std::abs(value - last_[c]) > channel.largest_change) {
        value = last_[c] + std::copysign(channel.largest_change, value - last_[c]);
        done |= kRateLimited;
      }
    }
    if (!usable(channel, value)) {  // no arithmetic above can do this; a robot is worth the second look
      value = safe_[c];
      done |= kReplaced;
    }
    last_[c] = value;
  }
  begun_ = true;
  return done;
}

bool SafetyGuard::within_limits(std::span<const double> action) const noexcept {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (!usable(channel, action[c]) || action[c] < channel.low || action[c] > channel.high) return false;
  }
  return true;
}

bool SafetyGuard::may_follow(std::span<const double> action) const noexcept {
  if (!within_limits(action)) return false;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel& channel = channels_[c];
    if (begun_ && channel.continuous && std::abs(action[c] - last_[c]) > channel.largest_change) return false;
  }
  return true;
}

}  // namespace ripen
