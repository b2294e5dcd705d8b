#pragma once
// Push-T as channels and tokens of a plan. One step is one control period.

#include <array>
#include <span>

#include "push_t/world.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::push_t {

inline constexpr int kStates = 8;
inline constexpr int kActions = 2;

/// One step's channels, states and actions [px].
using Channels = std::array<double, kStates + kActions>;

/// Bins of a state channel, 2 px each, and of an action channel, 1 px each.
inline constexpr int kStateBins = 256;
inline constexpr int kActionBins = 512;

/// The points of the T that say where it is: both ends of its bar and the end of its stem. Points have no angle that
/// jumps from a whole turn to none.
inline constexpr std::array<Point, 3> kKeypoints = {{{-60, 15}, {60, 15}, {0, 120}}};

/// Eight state slots, agent x, y and x, y of each keypoint, and two action slots, the target's x, y, all in [px] and
/// binned. Bins are centred on what the demonstrations' targets are: whole numbers.
[[nodiscard]] TokenLayout layout(int state_bins = kStateBins, int action_bins = kActionBins);

/// channels: [kStates] in [px]. Real-time safe.
void to_channels(const State& state, std::span<double> channels) noexcept;

/// The same as a camera that sees only the table: a keypoint beyond its edge is seen at the edge. Real-time safe.
void to_seen_channels(const State& state, std::span<double> channels) noexcept;

/// The state whose keypoints are nearest (least squares). channels: [kStates], finite. Real-time safe.
[[nodiscard]] State from_channels(std::span<const double> channels) noexcept;

/// channels: [kStates + kActions], in place: seen in the mirror that leaves the goal where it is, the axis of the T at
/// the goal. The task is the same there (but for walls that are half a pixel off centre). Real-time safe.
void mirror(std::span<double> channels) noexcept;

}  // namespace ripen::push_t
