#pragma once
// What a continuous action channel may do.

#include <limits>

namespace ripen {

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
