#include "push_t/geometry.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "util/random.hpp"

namespace ripen::push_t {
namespace {

constexpr Rectangle kSquare = {{{0, 0}, {10, 0}, {10, 10}, {0, 10}}};

TEST(SharedArea, OfRectanglesIsTheirOverlapWhicheverWayTheyTurn) {
  const auto area = [](const Rectangle& a, const Rectangle& b) { return shared_area(a, b); };
  EXPECT_DOUBLE_EQ(area(kSquare, kSquare), 100.0);
  EXPECT_DOUBLE_EQ(area(kSquare, {{{5, 5}, {5, 20}, {20, 20}, {20, 5}}}), 25.0);
  EXPECT_DOUBLE_EQ(area(kSquare, {{{10, 0}, {20, 0}, {20, 10}, {10, 10}}}), 0.0);
  EXPECT_DOUBLE_EQ(area(kSquare, {{{11, 0}, {20, 0}, {20, 10}, {11, 10}}}), 0.0);
  // A diamond over the square's middle loses nothing; one twice as large has the square inside.
  EXPECT_DOUBLE_EQ(area(kSquare, {{{5, 0}, {10, 5}, {5, 10}, {0, 5}}}), 50.0);
  EXPECT_DOUBLE_EQ(area(kSquare, {{{5, -5}, {15, 5}, {5, 15}, {-5, 5}}}), 100.0);
}

TEST(Coverage, IsFullAtTheGoalAndNothingFarAway) {
  EXPECT_NEAR(coverage(kGoal), 1.0, 1e-12);
  EXPECT_NEAR(coverage({kGoal.position, kGoal.angle + 2 * std::numbers::pi}), 1.0, 1e-12);
  EXPECT_EQ(coverage({{0, 0}, 0}), 0.0);
  // Turned about by half a turn at its own corner, only parts of the bars can meet.
  EXPECT_LT(coverage({kGoal.position, kGoal.angle + std::numbers::pi}), 0.3);
}

TEST(Coverage, AgreesWithCountingPoints) {
  const auto inside = [](const Pose& pose, Point p) {
    const double c = std::cos(pose.angle), s = std::sin(pose.angle);
    const double dx = p.x - pose.position.x, dy = p.y - pose.position.y;
    const double x = c * dx + s * dy, y = -s * dx + c * dy;
    return (std::abs(x) <= 60 && y >= 0 && y <= 30) || (std::abs(x) <= 15 && y >= 30 && y <= 120);
  };
  Random random(7);
  for (int n = 0; n < 20; ++n) {
    const Pose pose{{216 + 80 * random.uniform(), 216 + 80 * random.uniform()}, 6.3 * random.uniform()};
    int on_goal = 0, on_both = 0;
    for (double x = 90.25; x < 420; x += 0.5) {
      for (double y = 90.25; y < 420; y += 0.5) {
        if (!inside(kGoal, {x, y})) continue;
        ++on_goal;
        if (inside(pose, {x, y})) ++on_both;
      }
    }
    EXPECT_NEAR(coverage(pose), static_cast<double>(on_both) / on_goal, 2e-3)
        << pose.position.x << ' ' << pose.position.y << ' ' << pose.angle;
  }
}

}  // namespace
}  // namespace ripen::push_t
