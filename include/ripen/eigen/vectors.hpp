#pragma once
// Channels as Eigen vectors, for who computes with them. Target ripen::eigen; nothing else of ripen needs Eigen.

#include <Eigen/Core>
#include <cmath>
#include <span>
#include <vector>

#include "ripen/task.hpp"

namespace ripen {

/// The same memory as a vector, as of Observation::state: robot reads write into it. Real-time safe.
[[nodiscard]] inline Eigen::Map<Eigen::VectorXd> as_vector(std::span<double> channels) noexcept {
  return {channels.data(), static_cast<Eigen::Index>(channels.size())};
}
/// As of Command::action. Real-time safe.
[[nodiscard]] inline Eigen::Map<const Eigen::VectorXd> as_vector(std::span<const double> channels) noexcept {
  return {channels.data(), static_cast<Eigen::Index>(channels.size())};
}

/// A vector as Task::goal or Task::rest takes it. NaN stands for a channel of which the task does not say anything.
[[nodiscard]] inline std::vector<ChannelValue> channel_values(const Eigen::Ref<const Eigen::VectorXd>& vector) {
  std::vector<ChannelValue> values(static_cast<std::size_t>(vector.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = vector[static_cast<Eigen::Index>(i)];
    if (!std::isnan(value)) values[i] = value;
  }
  return values;
}

}  // namespace ripen
