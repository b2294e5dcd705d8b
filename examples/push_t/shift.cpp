#include "push_t/shift.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ripen::push_t {

namespace {

constexpr double kFar =
    150.0;  // Mean distance of the keypoints from where they shall be, from which on all counts [px].
constexpr std::size_t kFirstKeypoint = 2, kBehindKeypoints = kStates;

double distance_to_goal(const Channels& step) {
  static const auto goal = [] {
    std::array<double, kStates> channels{};
    to_channels({{}, kGoal}, channels);
    return channels;
  }();
  double sum = 0.0;
  for (std::size_t i = kFirstKeypoint; i < kBehindKeypoints; i += 2) {
    sum += std::hypot(step[i] - goal[i], step[i + 1] - goal[i + 1]);
  }
  return sum / static_cast<double>(kKeypoints.size());
}

Point middle_of_keypoints(const Channels& step) {
  Point sum;
  for (std::size_t i = kFirstKeypoint; i < kBehindKeypoints; i += 2) sum = {sum.x + step[i], sum.y + step[i + 1]};
  const double share = 1.0 / static_cast<double>(kKeypoints.size());
  return {share * sum.x, share * sum.y};
}

bool on_table(const Channels& step) {
  const auto inside = [&](std::size_t first, std::size_t last, double margin) {
    return std::all_of(step.begin() + static_cast<std::ptrdiff_t>(first),
                       step.begin() + static_cast<std::ptrdiff_t>(last),
                       [&](double p) { return p >= margin && p <= kTableSize - margin; });
  };
  constexpr double kWall = 7.0;
  return inside(0, kFirstKeypoint, kWall + kAgentRadius) && inside(kFirstKeypoint, kBehindKeypoints, kWall) &&
         inside(kBehindKeypoints, step.size(), 0.0);
}

}  // namespace

bool shift(std::span<Channels> steps, const Shift& shift) {
  std::vector<Channels> moved(steps.begin(), steps.end());
  for (Channels& step : moved) {
    const double share = std::min(1.0, distance_to_goal(step) / kFar);
    const double sine = std::sin(share * shift.turn), cosine = std::cos(share * shift.turn);
    const Point middle = middle_of_keypoints(step);
    for (std::size_t i = 0; i < step.size(); i += 2) {
      const Point p{step[i] - middle.x, step[i + 1] - middle.y};
      step[i] = middle.x + cosine * p.x - sine * p.y + share * shift.by.x;
      step[i + 1] = middle.y + sine * p.x + cosine * p.y + share * shift.by.y;
    }
    if (!on_table(step)) return false;
  }
  std::ranges::copy(moved, steps.begin());
  return true;
}

}  // namespace ripen::push_t
