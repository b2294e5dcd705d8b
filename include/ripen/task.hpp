#pragma once
// What a robot is to do, in its own units, and within which limits.

#include <limits>
#include <optional>
#include <vector>

namespace ripen {

/// A channel's value in its unit, or its category as a number; none where the task does not say.
using ChannelValue = std::optional<double>;

/// What the plan is for. Both lists are as long as the layout's states and actions.
struct Task {
  /// [states] Where the robot is to get. None: any value will do.
  std::vector<ChannelValue> goal = {};
  /// [actions] What is sent where there is nothing to do: 0 for a speed, "hold" for a category. None: the last command
  /// is held, which is right for a position. Must be given for categorical channels.
  std::vector<ChannelValue> rest = {};
};

/// A limit that is not wanted. It has to be written down.
inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// Limits of one action channel, on top of its range in the token layout. They hold for what is sent, whatever it
/// means: for a joint target `rate` is a speed, for a speed it is an acceleration. `rate` and `acceleration` of a
/// continuous channel must be given. Categorical channels have none: `{}`.
struct ChannelLimits {
  static constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();

  double low = -kUnlimited;         ///< [unit]
  double high = kUnlimited;         ///< [unit]
  double rate = kNotGiven;          ///< [unit/s] fastest change
  double acceleration = kNotGiven;  ///< [unit/s^2] fastest change of the change; also how fast the robot is stopped
  /// The state channel that shows what this channel commands, as the measured angle of a joint whose target is sent;
  /// -1: none does. The first command after a pause then starts from what was measured, and a sensor that shows nothing
  /// new while this channel moves is a fault.
  int measured_by = -1;
};

/// For a channel that nothing limits but its range in the layout.
inline constexpr ChannelLimits kUnlimitedChannel{.rate = kUnlimited, .acceleration = kUnlimited};

}  // namespace ripen
