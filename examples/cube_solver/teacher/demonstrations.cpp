#include "cube_solver/teacher/demonstrations.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace ripen::cube {

namespace {

// Share of the demonstrations that do not begin from a random cube. A planner's candidates are drawn to whatever the
// model takes for nearly done, so that it has to have seen what only looks so, and how far that is.
constexpr double kAstray = 0.3;    // A solution left by some turns without a goal ...
constexpr int kLongestWander = 6;  // ... at most.
constexpr double kFlawed = 0.3;    // A cube that only a few cubies keep from the second phase or from being solved ...
constexpr int kShuffle = 60;       // ... shuffled by so many turns of that phase before.

constexpr float kEasy = 0.2F;  // Chance of a state that every model gets right to be trained on again.
constexpr std::array<int, 3> kHard = {5, 7, 1};  // By phase: turns to its end from which on models err.
constexpr int kLongest = 30;                     // [turns] A solution has no more.
constexpr int kHolds = 3;                        // Steps shown after the cube is solved.

/// The turns of each phase.
constexpr std::array<std::uint32_t, 2> kGroup = {(1U << kTurns) - 1, kDominoMoves};

/// One of the mask's moves, uniformly.
Move pick(std::uint32_t mask, Random& random) {
  for (int skip = random.below(std::popcount(mask)); skip > 0; --skip) mask &= mask - 1;
  return static_cast<Move>(std::countr_zero(mask));
}

/// Two different cubies of those in [first, first + count).
std::array<std::size_t, 2> pick_two(int first, int count, Random& random) {
  const int one = random.below(count), other = (one + 1 + random.below(count - 1)) % count;
  return {static_cast<std::size_t>(first + one), static_cast<std::size_t>(first + other)};
}

void swap_two(Cube& cube, int first, int count, Random& random) {
  const auto [a, b] = pick_two(first, count, random);
  std::swap(cube.places[a], cube.places[b]);
}

void turn_in_place(Cube& cube, std::size_t cubie, int by, int orientations) {
  const int place = cube.places[cubie], position = place / orientations;
  cube.places[cubie] = static_cast<std::uint8_t>(position * orientations + (place + by) % orientations);
}

/// Up to two pairs of cubies flipped, twisted, or swapped with another pair; the cube can still be solved.
void spoil(Cube& cube, Random& random) {
  for (int flips = random.below(3); flips > 0; --flips) {
    for (const std::size_t edge : pick_two(kCorners, kEdges, random)) turn_in_place(cube, edge, 1, 2);
  }
  for (int twists = random.below(3); twists > 0; --twists) {
    const auto [a, b] = pick_two(0, kCorners, random);
    turn_in_place(cube, a, 1, 3);
    turn_in_place(cube, b, 2, 3);
  }
  for (int swaps = random.below(3); swaps > 0; --swaps) {  // Two at a time, so that the parities match.
    swap_two(cube, kCorners, kEdges, random);
    random.below(2) == 0 ? swap_two(cube, 0, kCorners, random) : swap_two(cube, kCorners, kEdges, random);
  }
}

void turn_at_random(Cube& cube, std::uint32_t mask, int turns, Random& random) {
  for (; turns > 0; --turns) cube.apply(pick(mask, random));
}

/// Where a demonstration begins.
Cube begin(const Teacher& teacher, Random& random) {
  Cube cube = random_cube(random);
  const double kind = random.uniform();
  if (kind < kAstray) {
    for (int turns = random.below(kLongest); turns > 0; --turns)
      cube.apply(pick(teacher.advise(cube).good_moves, random));
    turn_at_random(cube, kGroup[static_cast<std::size_t>(random.below(2))], 1 + random.below(kLongestWander), random);
  } else if (kind < kAstray + kFlawed) {
    cube = Cube();
    if (random.below(2) == 0) turn_at_random(cube, kDominoMoves, kShuffle, random);
    spoil(cube, random);
  }
  return cube;
}

}  // namespace

void Demonstrations::make(std::uint64_t number, train::Trajectory& out) const {
  Random random(number, 0);
  Cube cube = begin(teacher_, random);
  out.steps = 0;
  out.tokens.clear();
  out.good_actions.clear();
  out.to_goal.clear();
  out.chance.clear();
  int turns = 0;
  for (int holds = 0; holds < kHolds;) {
    const auto [phase, distance, good] = teacher_.advise(cube);
    const Move move = pick(good, random);
    out.tokens.resize(out.tokens.size() + static_cast<std::size_t>(layout_.slots()));
    const std::span<Token> step = std::span(out.tokens).last(static_cast<std::size_t>(layout_.slots()));
    to_tokens(cube, step.first(kCubies));
    step.back() = static_cast<Token>(move);
    out.good_actions.push_back(good);
    out.chance.push_back(distance >= kHard[static_cast<std::size_t>(phase)] ? 1.0F : kEasy);
    ++out.steps;
    if (move == kHold) {
      ++holds;
    } else {
      cube.apply(move);
      ++turns;
    }
  }
  for (int i = 0; i < out.steps; ++i) out.to_goal.push_back(static_cast<float>(std::max(0, turns - i)));
}

}  // namespace ripen::cube
