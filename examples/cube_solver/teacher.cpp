#include "cube_solver/teacher.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace ripen::cube {

namespace {

constexpr std::uint8_t kUnreached = 0xFF;
constexpr int kCornerOrders = 40320;

/// Mask of all turns of some faces and of the half turns of the others.
constexpr std::uint32_t turns(bool ud, bool rl, bool fb) {
  std::uint32_t mask = 0;
  for (int face = 0; face < kFaces; ++face) {
    const bool all = face % 3 == kFaceU ? ud : face % 3 == kFaceR ? rl : fb;
    mask |= (all ? 0b111U : 0b010U) << (face * 3);
  }
  return mask;
}

constexpr std::array<std::uint32_t, 4> kPhaseMoves = {turns(true, true, true), turns(true, true, false),
                                                      turns(true, false, false), turns(false, false, false)};

int flips_by_position(const Cube& cube) {
  int flips = 0;
  for (int i = kCorners; i < kCubies; ++i) flips |= cube.orientation(i) << cube.position(i);
  return flips & 0x7FF;  // the last follows from the others
}

int twists_by_position(const Cube& cube) {
  static constexpr std::array<int, kCorners> kWeights = {1, 3, 9, 27, 81, 243, 729, 0};  // the last follows
  int twists = 0;
  for (int i = 0; i < kCorners; ++i) {
    twists += cube.orientation(i) * kWeights[static_cast<std::size_t>(cube.position(i))];
  }
  return twists;
}

/// Mask of the positions where four edges are.
int positions_of(const Cube& cube, const std::array<int, 4>& edges) {
  int mask = 0;
  for (const int edge : edges) mask |= 1 << cube.position(kCorners + edge);
  return mask;
}

// The edges between two opposite faces, by their position.
constexpr std::array<int, 4> kSliceUd = {8, 9, 10, 11};
constexpr std::array<int, 4> kSliceFb = {0, 2, 4, 6};
constexpr std::array<int, 4> kSliceRl = {1, 3, 5, 7};

/// The order of four edges that are in their slice, in [0, 256).
int order_in_slice(const Cube& cube, const std::array<int, 4>& edges) {
  int order = 0;
  for (const int edge : edges) {
    const int position = cube.position(kCorners + edge);
    order = order * 4 + (edges == kSliceUd ? position - 8 : position / 2);
  }
  return order;
}

using CornerOrder = std::array<int, kCorners>;

CornerOrder corner_order(const Cube& cube) {
  CornerOrder order;
  for (int i = 0; i < kCorners; ++i) order[static_cast<std::size_t>(i)] = cube.position(i);
  return order;
}

/// Lexicographic rank among the 8! orders.
int rank(const CornerOrder& order) {
  unsigned left = 0xFF;
  int result = 0;
  for (int i = 0; i < kCorners; ++i) {
    const unsigned bit = 1U << order[static_cast<std::size_t>(i)];
    result = result * (kCorners - i) + __builtin_popcount(left & (bit - 1));
    left &= ~bit;
  }
  return result;
}

/// The 96 corner orders that half turns reach.
std::set<CornerOrder> corner_orders_of_half_turns() {
  std::set<CornerOrder> found;
  std::vector<Cube> open = {Cube()};
  while (!open.empty()) {
    const Cube cube = open.back();
    open.pop_back();
    if (!found.insert(corner_order(cube)).second) continue;
    for (int face = 0; face < kFaces; ++face) {
      open.push_back(cube);
      open.back().apply(turn_of(face, 2));
    }
  }
  return found;
}

/// Numbers the 420 classes of corner orders that differ only by which half turns came first: [rank].
std::vector<int> corner_classes() {
  const std::set<CornerOrder> half_turns = corner_orders_of_half_turns();
  std::vector<int> classes(kCornerOrders, -1);
  int count = 0;
  CornerOrder order;
  std::iota(order.begin(), order.end(), 0);
  do {
    if (classes[static_cast<std::size_t>(rank(order))] >= 0) continue;
    for (const CornerOrder& half_turn : half_turns) {
      CornerOrder same;  // the half turns first, then what `order` does
      for (std::size_t i = 0; i < same.size(); ++i) same[i] = order[static_cast<std::size_t>(half_turn[i])];
      classes[static_cast<std::size_t>(rank(same))] = count;
    }
    ++count;
  } while (std::next_permutation(order.begin(), order.end()));
  return classes;
}

PhaseTable make_phase(int phase) {
  const std::uint32_t moves = kPhaseMoves[static_cast<std::size_t>(phase)];
  std::vector<Coordinate> coordinates;
  const auto add = [&](std::function<int(const Cube&)> key, int keys) {
    coordinates.emplace_back(std::move(key), keys, moves);
  };
  switch (phase) {
    case 0:
      add(flips_by_position, 2048);
      break;
    case 1:
      add(twists_by_position, 2187);
      add([](const Cube& cube) { return positions_of(cube, kSliceUd); }, 4096);
      break;
    case 2:
      add([classes = corner_classes()](
              const Cube& cube) { return classes[static_cast<std::size_t>(rank(corner_order(cube)))]; },
          kCornerOrders);
      add([](const Cube& cube) { return positions_of(cube, kSliceFb); }, 4096);
      break;
    default:
      add([](const Cube& cube) { return rank(corner_order(cube)); }, kCornerOrders);
      for (const auto& slice : {kSliceUd, kSliceFb, kSliceRl}) {
        add([slice](const Cube& cube) { return order_in_slice(cube, slice); }, 256);
      }
  }
  return PhaseTable(std::move(coordinates), moves);
}

}  // namespace

Coordinate::Coordinate(std::function<int(const Cube&)> key, int keys, std::uint32_t moves)
    : key_(std::move(key)), numbers_(static_cast<std::size_t>(keys), 0xFFFF) {
  std::vector<Cube> cubes;
  const auto number_of = [&](const Cube& cube) {
    std::uint16_t& number = numbers_[static_cast<std::size_t>(key_(cube))];
    if (number == 0xFFFF) {
      number = static_cast<std::uint16_t>(cubes.size());
      cubes.push_back(cube);
    }
    return number;
  };
  number_of(Cube());
  for (std::size_t i = 0; i < cubes.size(); ++i) {
    next_.emplace_back();
    for (std::size_t move = 0; move < kTurns; ++move) {
      if ((moves >> move & 1U) == 0) continue;
      Cube turned = cubes[i];
      turned.apply(static_cast<Move>(move));
      next_.back()[move] = number_of(turned);
    }
  }
}

PhaseTable::PhaseTable(std::vector<Coordinate> coordinates, std::uint32_t moves)
    : coordinates_(std::move(coordinates)) {
  std::size_t size = 1;
  for (const Coordinate& coordinate : coordinates_) size *= static_cast<std::size_t>(coordinate.size());
  distances_.assign(size, kUnreached);
  good_.assign(size, 0);

  const auto turned = [&](std::size_t index, int move) {
    std::size_t result = 0;
    std::size_t weight = 1;
    for (const Coordinate& coordinate : coordinates_) {
      const auto radix = static_cast<std::size_t>(coordinate.size());
      result += weight * static_cast<std::size_t>(coordinate.next(static_cast<int>(index % radix), move));
      index /= radix;
      weight *= radix;
    }
    return result;
  };

  std::vector<std::uint32_t> queue = {0};
  distances_[0] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::size_t index = queue[i];
    for (int move = 0; move < kTurns; ++move) {
      if ((moves >> move & 1U) == 0) continue;
      const std::size_t farther = turned(index, move);
      if (distances_[farther] == kUnreached) {
        distances_[farther] = static_cast<std::uint8_t>(distances_[index] + 1);
        queue.push_back(static_cast<std::uint32_t>(farther));
      }
      if (distances_[farther] == distances_[index] + 1) good_[farther] |= 1U << inverse(static_cast<Move>(move));
    }
  }
  reached_ = queue.size();
}

std::size_t PhaseTable::index(const Cube& cube) const {
  std::size_t result = 0;
  std::size_t weight = 1;
  for (const Coordinate& coordinate : coordinates_) {
    result += weight * static_cast<std::size_t>(coordinate.of(cube));
    weight *= static_cast<std::size_t>(coordinate.size());
  }
  return result;
}

Teacher::Teacher() : phases_{make_phase(0), make_phase(1), make_phase(2), make_phase(3)} {}

Teacher::Place Teacher::locate(const Cube& cube) const {
  for (int phase = 0; phase < 4; ++phase) {
    const std::size_t index = phases_[static_cast<std::size_t>(phase)].index(cube);
    if (index != 0) return {phase, index};
  }
  return {4, 0};
}

int Teacher::distance(const Cube& cube) const {
  const auto [phase, index] = locate(cube);
  return phase == 4 ? 0 : phases_[static_cast<std::size_t>(phase)].distance(index);
}

std::uint32_t Teacher::good_moves(const Cube& cube) const {
  const auto [phase, index] = locate(cube);
  return phase == 4 ? 1U << kHold : phases_[static_cast<std::size_t>(phase)].good_moves(index);
}

}  // namespace ripen::cube
