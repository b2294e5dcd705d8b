#include "cube_solver/teacher/distance_table.hpp"

#include <bit>

namespace ripen::cube {

namespace {

constexpr std::uint8_t kUnreached = 0xFF;

Cube seen_in(const Frame& frame, const Cube& cube) {
  Cube seen;
  frame.see<std::uint8_t>(cube.places, seen.places);
  return seen;
}

}  // namespace

DistanceTable::DistanceTable(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves)
    : seen_(static_cast<std::size_t>(other.size())) {
  std::vector<const Frame*> sides;
  for (const Frame& frame : frames()) {
    if (same_axis(face_of(frame.world[kU1]), kFaceU)) sides.push_back(&frame);
  }
  for (int number = 0; number < other.size(); ++number) {
    for (std::size_t side = 0; side < kSides; ++side) {
      seen_[static_cast<std::size_t>(number)][side] = other.of(seen_in(*sides[side], other.example(number)));
    }
  }
  search(reduced, other, moves, classify(reduced, sides));
}

/// Finds the class of every number, and returns the classes' first members.
std::vector<DistanceTable::Member> DistanceTable::classify(const Coordinate& reduced,
                                                           const std::vector<const Frame*>& sides) {
  const auto seen = [&](int number, int side) {
    return reduced.of(seen_in(*sides[static_cast<std::size_t>(side)], reduced.example(number)));
  };
  classes_.assign(static_cast<std::size_t>(reduced.size()), {-1, 0});
  std::vector<Member> first;
  for (int number = 0; number < reduced.size(); ++number) {
    if (classes_[static_cast<std::size_t>(number)].number >= 0) continue;
    Member member{number, {}};
    for (int side = 0; side < kSides; ++side) {
      if (seen(number, side) == number) member.same_sides.push_back(side);
      classes_[static_cast<std::size_t>(seen(number, side))].number = static_cast<int>(first.size());
    }
    first.push_back(member);
  }
  for (int number = 0; number < reduced.size(); ++number) {
    Class& of = classes_[static_cast<std::size_t>(number)];
    while (seen(number, of.side) != first[static_cast<std::size_t>(of.number)].number) ++of.side;
  }
  return first;
}

void DistanceTable::search(const Coordinate& reduced, const Coordinate& other, std::uint32_t moves,
                           const std::vector<Member>& first) {
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
    for (const Member& from : first) {
      for (int from_other = 0; from_other < other.size(); ++from_other, ++distance) {
        if (*distance != (backwards ? kUnreached : depth)) continue;
        for (std::uint32_t left = moves; left != 0; left &= left - 1) {
          const int move = std::countr_zero(left);
          const int to = reduced.next(from.number, move), to_other = other.next(from_other, move);
          const std::uint8_t found = distances_[index(to, to_other)];
          if (backwards && found == depth) {
            reach(*distance);
            break;
          }
          if (!backwards && found == kUnreached) {
            const Class& of = classes_[static_cast<std::size_t>(to)];
            const int seen = seen_[static_cast<std::size_t>(to_other)][static_cast<std::size_t>(of.side)];
            for (const int side : first[static_cast<std::size_t>(of.number)].same_sides) {
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
