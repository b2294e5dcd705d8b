#include "push_t/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ripen::push_t {

namespace {

constexpr double kLow = -0.5, kHigh = kTableSize - 0.5;  // [px] what bins cover

// The goal's axis is x + y = 512.
Point mirrored(Point p) noexcept { return {kTableSize - p.y, kTableSize - p.x}; }

}  // namespace

TokenLayout layout(int state_bins, int action_bins) {
  std::vector<Slot> slots;
  const auto add = [&](const char* name, SlotRole role, int bins) {
    slots.push_back({.name = name, .role = role, .vocabulary = bins, .low = kLow, .high = kHigh});
  };
  for (const char* name :
       {"agent_x", "agent_y", "bar_start_x", "bar_start_y", "bar_end_x", "bar_end_y", "stem_end_x", "stem_end_y"}) {
    add(name, SlotRole::kState, state_bins);
  }
  for (const char* name : {"target_x", "target_y"}) add(name, SlotRole::kAction, action_bins);
  return TokenLayout(std::move(slots));
}

void to_channels(const State& state, std::span<double> channels) noexcept {
  channels[0] = state.agent.x;
  channels[1] = state.agent.y;
  std::size_t at = 2;
  for (const Point keypoint : kKeypoints) {
    const Point p = on_table(state.block, keypoint);
    channels[at++] = p.x;
    channels[at++] = p.y;
  }
}

void to_seen_channels(const State& state, std::span<double> channels) noexcept {
  to_channels(state, channels);
  for (double& channel : channels) channel = std::clamp(channel, kLow, kHigh);
}

State from_channels(std::span<const double> channels) noexcept {
  const double shares = 1.0 / static_cast<double>(kKeypoints.size());
  Point own, seen;  // Means of the keypoints, in the T's frame and on the table.
  for (std::size_t k = 0; k < kKeypoints.size(); ++k) {
    own = {own.x + shares * kKeypoints[k].x, own.y + shares * kKeypoints[k].y};
    seen = {seen.x + shares * channels[2 + 2 * k], seen.y + shares * channels[3 + 2 * k]};
  }
  double along = 0.0, across = 0.0;
  for (std::size_t k = 0; k < kKeypoints.size(); ++k) {
    const Point a{kKeypoints[k].x - own.x, kKeypoints[k].y - own.y};
    const Point b{channels[2 + 2 * k] - seen.x, channels[3 + 2 * k] - seen.y};
    along += a.x * b.x + a.y * b.y;
    across += a.x * b.y - a.y * b.x;
  }
  Pose pose{{0.0, 0.0}, std::atan2(across, along)};
  const Point turned = on_table(pose, own);
  pose.position = {seen.x - turned.x, seen.y - turned.y};
  return {{channels[0], channels[1]}, pose};
}

void mirror(std::span<double> channels) noexcept {
  for (std::size_t i = 0; i + 1 < channels.size(); i += 2) {
    const Point p = mirrored({channels[i], channels[i + 1]});
    channels[i] = p.x;
    channels[i + 1] = p.y;
  }
  std::swap(channels[2], channels[4]);  // The bar's ends change places.
  std::swap(channels[3], channels[5]);
}

}  // namespace ripen::push_t
