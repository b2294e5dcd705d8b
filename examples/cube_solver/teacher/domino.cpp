#include "cube_solver/teacher/domino.hpp"

#include <algorithm>

namespace ripen::cube {

namespace {

constexpr int kOrders = 40320;  // 8!
constexpr int kSliceOrders = 24;
constexpr int kFirstOfSlice = 8;  // Of the edges; those between U and D come last.

/// Lexicographic rank of the order of the `count` cubies from `first` on, which are in positions from `base` on.
int rank(const Cube& cube, int first, int base, int count) {
  unsigned left = (1U << count) - 1;
  int result = 0;
  for (int i = 0; i < count; ++i) {
    const unsigned bit = 1U << (cube.position(first + i) - base);
    result = result * (count - i) + __builtin_popcount(left & (bit - 1));
    left &= ~bit;
  }
  return result;
}

}  // namespace

Domino::Domino()
    : corners_([](const Cube& cube) { return rank(cube, 0, 0, 8); }, kOrders, kDominoMoves),
      edges_([](const Cube& cube) { return rank(cube, kCorners, 0, 8); }, kOrders, kDominoMoves),
      slice_([](const Cube& cube) { return rank(cube, kCorners + kFirstOfSlice, kFirstOfSlice, 4); }, kSliceOrders,
             kDominoMoves),
      both_(corners_, edges_, kDominoMoves),
      corners_slice_(corners_, slice_, kDominoMoves),
      edges_slice_(edges_, slice_, kDominoMoves) {}

/// Whether so many turns are enough, after one of `last_face`.
bool Domino::solvable(const Place& place, int turns, int last_face) const {
  // The small tables first: they stay in the cache.
  if (corners_slice_.distance(place.corners, place.slice) > turns) return false;
  if (edges_slice_.distance(place.edges, place.slice) > turns) return false;
  const int least = both_.distance(place.corners, place.edges);
  if (least > turns) return false;
  if (least == 0 && place.slice == 0) return true;
  for (int face = 0; face < kFaces; ++face) {
    if (face == last_face || face + 3 == last_face) continue;
    for (int quarters = 1; quarters <= 3; ++quarters) {
      const Move move = turn_of(face, quarters);
      if ((kDominoMoves >> move & 1U) != 0 && solvable(turned(place, move), turns - 1, face)) return true;
    }
  }
  return false;
}

Domino::Advice Domino::advise(const Cube& cube) const {
  const Place place{corners_.of(cube), edges_.of(cube), slice_.of(cube)};
  if (cube.is_solved()) return {};
  for (int turns = std::max(1, both_.distance(place.corners, place.edges));; ++turns) {
    Advice advice{turns, 0};
    for (int move = 0; move < kTurns; ++move) {
      if ((kDominoMoves >> move & 1U) != 0 && solvable(turned(place, move), turns - 1, -1)) {
        advice.good_moves |= 1U << move;
      }
    }
    if (advice.good_moves != 0) return advice;
  }
}

}  // namespace ripen::cube
