#pragma once
// Points, poses and the T, and how much of one T lies on another.

#include <array>
#include <span>

namespace ripen::push_t {

struct Point {
  double x = 0.0, y = 0.0;  ///< [px]; y points down, as in the pictures of the task
  bool operator==(const Point&) const = default;
};

/// Where the T is: the middle of its bar's top edge, and its rotation about that point.
struct Pose {
  Point position;      ///< [px]
  double angle = 0.0;  ///< [rad]
  bool operator==(const Pose&) const = default;
};

/// The four corners of a rectangle of the T in its own frame, in one sense of rotation [px].
using Rectangle = std::array<Point, 4>;

/// Bar, 120 x 30, and stem, 30 x 90; they touch and do not overlap.
inline constexpr Rectangle kBar = {{{-60, 30}, {60, 30}, {60, 0}, {-60, 0}}};
inline constexpr Rectangle kStem = {{{-15, 30}, {-15, 120}, {15, 120}, {15, 30}}};
inline constexpr double kTeeArea = 120.0 * 30.0 + 30.0 * 90.0;  ///< [px^2]

/// Where the T has to go.
inline constexpr Pose kGoal = {{256.0, 256.0}, 0.78539816339744830962};

inline constexpr double kTableSize = 512.0;   ///< [px] of the square that targets lie in
inline constexpr double kAgentRadius = 15.0;  ///< [px]

/// A point of the T's own frame, on the table.
[[nodiscard]] Point on_table(const Pose& pose, Point local) noexcept;

/// Area that two convex polygons share [px^2], by clipping one at each edge of the other (Sutherland and Hodgman,
/// "Reentrant polygon clipping", CACM 1974). Corners of each in one sense of rotation, whichever; at most 8 of each.
[[nodiscard]] double shared_area(std::span<const Point> a, std::span<const Point> b) noexcept;

/// Share of the T at `goal` that is covered by the T at `block`, in [0, 1]: exact but for rounding.
[[nodiscard]] double coverage(const Pose& block, const Pose& goal = kGoal) noexcept;

}  // namespace ripen::push_t
