#pragma once
// What a robot is to do, in its own units.

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

}  // namespace ripen
