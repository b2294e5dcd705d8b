#include "push_t/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace ripen::push_t {

namespace {

constexpr std::size_t kMostCorners = 16;  // A clipped polygon gains at most one corner an edge.

/// Corners in place of the heap.
struct Polygon {
  std::array<Point, kMostCorners> corners;
  std::size_t size = 0;

  void add(Point p) noexcept {
    if (size < kMostCorners) corners[size++] = p;
  }
};

/// Twice the area of the triangle, positive if it turns one way.
double turn(Point a, Point b, Point c) noexcept { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

/// Twice the polygon's area, signed by its sense of rotation.
double signed_area(std::span<const Point> p) noexcept {
  double sum = 0.0;
  for (std::size_t i = 1; i + 1 < p.size(); ++i) sum += turn(p[0], p[i], p[i + 1]);
  return sum;
}

std::array<Point, 4> on_table(const Pose& pose, const Rectangle& rectangle) noexcept {
  std::array<Point, 4> result;
  std::ranges::transform(rectangle, result.begin(), [&](Point p) { return on_table(pose, p); });
  return result;
}

}  // namespace

Point on_table(const Pose& pose, Point local) noexcept {
  const double c = std::cos(pose.angle), s = std::sin(pose.angle);
  return {pose.position.x + c * local.x - s * local.y, pose.position.y + s * local.x + c * local.y};
}

double shared_area(std::span<const Point> a, std::span<const Point> b) noexcept {
  const double sense = signed_area(b) < 0.0 ? -1.0 : 1.0;
  Polygon rest;
  for (const Point p : a) rest.add(p);
  for (std::size_t edge = 0; edge < b.size(); ++edge) {
    const Point from = b[edge], to = b[(edge + 1) % b.size()];
    Polygon kept;
    for (std::size_t i = 0; i < rest.size; ++i) {
      const Point p = rest.corners[i], q = rest.corners[(i + 1) % rest.size];
      const double at_p = sense * turn(from, to, p), at_q = sense * turn(from, to, q);
      if (at_p >= 0.0) kept.add(p);
      if ((at_p < 0.0 && at_q > 0.0) || (at_p > 0.0 && at_q < 0.0)) {
        const double part = at_p / (at_p - at_q);
        kept.add({p.x + part * (q.x - p.x), p.y + part * (q.y - p.y)});
      }
    }
    rest = kept;
  }
  return std::abs(signed_area(std::span(rest.corners).first(rest.size))) / 2.0;
}

double coverage(const Pose& block, const Pose& goal) noexcept {
  double area = 0.0;
  for (const Rectangle& part : {kBar, kStem}) {
    for (const Rectangle& place : {kBar, kStem}) area += shared_area(on_table(block, part), on_table(goal, place));
  }
  return std::clamp(area / kTeeArea, 0.0, 1.0);
}

}  // namespace ripen::push_t
