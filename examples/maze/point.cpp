#include "maze/point.hpp"

#include <algorithm>

namespace maze {

namespace {

/// Of how deep the point is in a wall, what five steps of MuJoCo's contact push it out by (2.2.2; 0.1 s).
constexpr double kPushedOut = 0.82278;
/// Two blocks whose normals differ by less than 60 degrees are one wall.
constexpr double kSameWall = 0.5;

struct Contact {
  double depth = 0.0;  // 0: none.
  Point normal;        // Out of the wall.
};

/// The deepest contact, of those whose normal is not that of `before`.
Contact deepest(const Maze& maze, Point p, const Contact& before) {
  Contact result;
  const Cell own = cell_of(p);
  for (int row = own.row - 1; row <= own.row + 1; ++row) {
    for (int column = own.column - 1; column <= own.column + 1; ++column) {
      if (maze.is_free({row, column})) continue;
      const Point block = centre_of({row, column});
      const double half = kUnit / 2;
      Point out{p.x - std::clamp(p.x, block.x - half, block.x + half),
                p.y - std::clamp(p.y, block.y - half, block.y + half)};
      double away = std::hypot(out.x, out.y);
      if (away == 0.0) {  // Its centre is inside: out by the nearest face.
        const double dx = half - std::abs(p.x - block.x), dy = half - std::abs(p.y - block.y);
        out = dx < dy ? Point{p.x < block.x ? -1.0 : 1.0, 0.0} : Point{0.0, p.y < block.y ? -1.0 : 1.0};
        away = -std::min(dx, dy);
      } else {
        out = {out.x / away, out.y / away};
      }
      const double depth = kRadius - away;
      if (depth <= result.depth) continue;
      if (before.depth > 0.0 && out.x * before.normal.x + out.y * before.normal.y > kSameWall) continue;
      result = {depth, out};
    }
  }
  return result;
}

}  // namespace

bool touches_wall(const Maze& maze, Point p) { return deepest(maze, p, {}).depth > 0.0; }

Point moved(const Maze& maze, Point p, Point action) {
  p = {p.x + kStride * action.x, p.y + kStride * action.y};
  Contact contact;
  for (int i = 0; i < 2; ++i) {
    contact = deepest(maze, p, contact);
    if (contact.depth == 0.0) break;
    p = {p.x + contact.normal.x * kPushedOut * contact.depth, p.y + contact.normal.y * kPushedOut * contact.depth};
  }
  return p;
}

}  // namespace maze
