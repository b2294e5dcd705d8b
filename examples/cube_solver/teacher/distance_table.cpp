#include "cube_solver/teacher/distance_table.hpp"

#include <bit>

#include "cube_solver/frames.hpp"

namespace ripen::cube {

namespace {

constexpr std::uint8_t kUnreached = 0xFF;

Cube seen_in(const Frame& frame, const Cube& cube) {
  Cube seen;
  for (std::size_t i = 0; i < kCubies; ++i) seen.places[frame.cubie[i]] = frame.place[i][cube.places[i]];
  return seen;
}

}  // namespace

DistanceTable::DistanceTable(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves)
    : classes_(static_cast<std::size_t>(reduced.size()), {-1, 0}), seen_(static_cast<std::size_t>(other.size())) {
  std::vector<const Frame*> sides;
  for (const Frame& frame : frames()) {
    if (same_axis(face_of(frame.world[kU1]), kFaceU)) sides.push_back(&frame);
  }
  std::vector<int> first;                     // member of each class
  std::vector<std::vector<int>> same_sides;  // from which it looks the same
  for (int number = 0; number < reduced.size(); ++number) {
    if (classes_[static_cast<std::size_t>(number)].number >= 0) continue;
    same_sides.emplace_back();
    for (int side = 0; side < kSides; ++side) {
      // Of two sides that are each other's inverse one leads from the first member to this one, the other back.
      const int seen = reduced.of(seen_in(*sides[static_cast<std::size_t>(side)], reduced.example(number)));
      if (seen == number) same_sides.back().push_back(side);
      classes_[static_cast<std::size_t>(seen)].number = static_cast<int>(first.size());
    }
    first.push_back(number);
  }
  for (int number = 0; number < reduced.size(); ++number) {
    Class& of = classes_[static_cast<std::size_t>(number)];
    while (reduced.of(seen_in(*sides[static_cast<std::size_t>(of.side)], reduced.example(number))) !=
           first[static_cast<std::size_t>(of.number)]) {
      ++of.side;
    }
  }
  for (int number = 0; number < other.size(); ++number) {
    for (std::size_t side = 0; side < kSides; ++side) {
      seen_[static_cast<std::size_t>(number)][side] = other.of(seen_in(*sides[side], other.example(number)));
    }
  }

  search(reduced, other, moves, first, same_sides);
}

void DistanceTable::search(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves,
                           const std::vector<int>& first, const std::vector<std::vector<int>>& same_sides) {
  distances_.assign(first.size() * seen_.size(), kUnreached);
  distances_[0] = 0;
  std::size_t reached = 1;
  std::uint8_t depth = 0;
  const auto reach = [&](std::uint8_t& distance) {
    if (distance == kUnreached) ++reached;
    distance = static_cast<std::uint8_t>(depth + 1);
  };
  for (std::size_t before = 0; before != reached; ++depth) {
    before = reached;
    // Once many are reached it is quicker to look for one of them from the others.
    const bool backwards = reached > distances_.size() / 4;
    std::uint8_t* distance = distances_.data();
    for (const int from : first) {
      for (int from_other = 0; from_other < other.size(); ++from_other, ++distance) {
        if (*distance != (backwards ? kUnreached : depth)) continue;
        for (std::uint32_t left = moves; left != 0; left &= left - 1) {
          const int move = std::countr_zero(left);
          const int to = reduced.next(from, move), to_other = other.next(from_other, move);
          const std::uint8_t found = distances_[index(to, to_other)];
          if (backwards && found == depth) {
            reach(*distance);
            break;
          }
          if (!backwards && found == kUnreached) {
            const Class& of = classes_[static_cast<std::size_t>(to)];
            const int seen = seen_[static_cast<std::size_t>(to_other)][static_cast<std::size_t>(of.side)];
            for (const int side : same_sides[static_cast<std::size_t>(of.number)]) {
              const int same = seen_[static_cast<std::size_t>(seen)][static_cast<std::size_t>(side)];
              reach(distances_[static_cast<std::size_t>(of.number) * seen_.size() + static_cast<std::size_t>(same)]);
            }
          }
        }
      }
    }
  }
}

}  // namespace ripen::cube
