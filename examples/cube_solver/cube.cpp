#include "cube_solver/cube.hpp"

#include <bit>
#include <utility>

namespace ripen::cube {

namespace {

/// 1 if the permutation of the cubies in [first, first + count) is odd.
int parity(const Cube& cube, int first, int count) noexcept {
  int inversions = 0;
  for (int i = first; i < first + count; ++i) {
    for (int j = i + 1; j < first + count; ++j) inversions += cube.position(i) > cube.position(j) ? 1 : 0;
  }
  return inversions % 2;
}

int orientation_sum(const Cube& cube, int first, int count) noexcept {
  int sum = 0;
  for (int i = first; i < first + count; ++i) sum += cube.orientation(i);
  return sum;
}

/// Shuffles the positions of the cubies in [first, first + count) and turns each, the last so that the sum is 0.
void scatter(Cube& cube, int first, int count, int orientations, Random& random) noexcept {
  std::array<int, kEdges> positions{};
  for (int i = 0; i < count; ++i) positions[static_cast<std::size_t>(i)] = i;
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    const auto here = static_cast<std::size_t>(i);
    std::swap(positions[here], positions[here + static_cast<std::size_t>(random.below(count - i))]);
    const bool last = i == count - 1;
    const int orientation = last ? (orientations - sum % orientations) % orientations : random.below(orientations);
    sum += orientation;
    cube.places[static_cast<std::size_t>(first + i)] =
        static_cast<std::uint8_t>(positions[here] * orientations + orientation);
  }
}

}  // namespace

bool is_assembled(const Cube& cube) noexcept {
  unsigned corners = 0;
  unsigned edges = 0;
  for (int i = 0; i < kCubies; ++i) {
    if (cube.places[static_cast<std::size_t>(i)] >= kPlaces) return false;
    (i < kCorners ? corners : edges) |= 1U << cube.position(i);
  }
  return std::popcount(corners) == kCorners && std::popcount(edges) == kEdges;
}

int twist_sum(const Cube& cube) noexcept { return orientation_sum(cube, 0, kCorners) % 3; }

int flip_sum(const Cube& cube) noexcept { return orientation_sum(cube, kCorners, kEdges) % 2; }

int parity_mismatch(const Cube& cube) noexcept { return parity(cube, 0, kCorners) ^ parity(cube, kCorners, kEdges); }

bool is_solvable(const Cube& cube) noexcept {
  return is_assembled(cube) && twist_sum(cube) == 0 && flip_sum(cube) == 0 && parity_mismatch(cube) == 0;
}

Cube random_cube(Random& random) noexcept {
  Cube cube;
  scatter(cube, 0, kCorners, 3, random);
  scatter(cube, kCorners, kEdges, 2, random);
  // Half of the draws have mismatched parities; swapping two edges maps those one to one onto the others.
  if (parity_mismatch(cube) != 0) std::swap(cube.places[kCorners], cube.places[kCorners + 1]);
  return cube;
}

}  // namespace ripen::cube
