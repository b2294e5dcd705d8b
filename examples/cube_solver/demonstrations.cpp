#include "cube_solver/demonstrations.hpp"

#include <algorithm>
#include <bit>

namespace ripen::cube {

namespace {

constexpr double kStray = 0.03;   // Of the turns, any one; it mostly leads back to an earlier phase.
constexpr double kWander = 0.03;  // Of the turns, the beginning of some without a goal, of this phase or a later one.
constexpr double kDecoy = 0.06;   // Of the cubes, begun as one that looks like the last phase.
constexpr int kLongestWander = 6;
constexpr float kEasy = 0.2F;  // Chance of a state that every model gets right to be trained on again.
constexpr std::array<int, 5> kHard = {8, 6, 5, 9, 1};  // By phase: turns to its end from which on models err.
constexpr int kHolds = 3;                              // Steps shown after the cube is solved.

/// The turns of each phase's group, and none for a solved cube.
constexpr std::uint32_t kHalfTurns = 0b010010010010010010;
constexpr std::array<std::uint32_t, 5> kGroup = {
    0x3FFFF, kHalfTurns | 7U << (3 * kFaceU) | 7U << (3 * kFaceD) | 7U << (3 * kFaceL) | 7U << (3 * kFaceR),
    kHalfTurns | 7U << (3 * kFaceU) | 7U << (3 * kFaceD), kHalfTurns, 0};

/// One of the mask's moves, uniformly.
Move pick(std::uint32_t mask, Random& random) {
  for (int skip = random.below(std::popcount(mask)); skip > 0; --skip) mask &= mask - 1;
  return static_cast<Move>(std::countr_zero(mask));
}

/// For each cubie the places that half turns bring it to, bit = place.
std::array<std::uint32_t, kCubies> orbits() {
  std::array<std::uint32_t, kCubies> result{};
  for (std::size_t i = 0; i < kCubies; ++i) {
    result[i] = 1U << Cube().places[i];
    for (std::uint32_t before = 0; before != result[i];) {
      before = result[i];
      for (int move = 0; move < kTurns; ++move) {
        for (std::size_t place = 0; place < 24 && (kHalfTurns >> move & 1) != 0; ++place) {
          if ((before >> place & 1) != 0) {
            result[i] |= 1U << kPlaceTable[i < kCorners ? 0 : 1][static_cast<std::size_t>(move)][place];
          }
        }
      }
    }
  }
  return result;
}

/// Uniform over the cubes each of whose cubies is where half turns could bring it. Half turns solve only a sixth of
/// them (Thistlethwaite): the others are what a model most likely takes for the last phase.
Cube random_decoy(Random& random) {
  static const std::array<std::uint32_t, kCubies> kOrbits = orbits();
  Cube cube;
  for (std::size_t i = 0; i < kCubies; ++i) {
    std::array<std::size_t, kCubies> mates{};
    int count = 0;
    for (std::size_t j = i; j < kCubies; ++j) {
      if (kOrbits[j] == kOrbits[i] && (i < kCorners) == (j < kCorners)) mates[static_cast<std::size_t>(count++)] = j;
    }
    std::swap(cube.places[i], cube.places[mates[static_cast<std::size_t>(random.below(count))]]);
  }
  if (parity_mismatch(cube) != 0) {
    const auto mate = std::ranges::find(kOrbits.begin() + 1, kOrbits.end(), kOrbits[0]) - kOrbits.begin();
    std::swap(cube.places[0], cube.places[static_cast<std::size_t>(mate)]);
  }
  return cube;
}

}  // namespace

void Demonstrations::make(std::uint64_t number, train::Trajectory& out) const {
  Random random(number, 0);
  Cube cube = random.uniform() < kDecoy ? random_decoy(random) : random_cube(random);
  out.steps = 0;
  out.tokens.clear();
  out.good_actions.clear();
  out.to_goal.clear();
  out.chance.clear();
  int strayed = 0;  // Steps up to the last stray turn: what was left to do there is not the teacher's.
  int turns = 0;
  int wandering = 0;  // Turns left without a goal ...
  int group = 0;      // ... and the phase whose turns they are.
  for (int holds = 0; holds < kHolds;) {
    const std::uint32_t good = teacher_.good_moves(cube);
    const int phase = teacher_.phase(cube);
    const bool solved = (good >> kHold & 1) != 0;
    if (!solved && wandering == 0 && random.uniform() < kWander) {
      // A planner's candidates do this when they take a phase for done; only so does the model see where it leads.
      wandering = 1 + random.below(kLongestWander);
      group = phase + random.below(static_cast<int>(kGroup.size()) - 1 - phase);
    }
    const bool stray = !solved && (wandering > 0 || random.uniform() < kStray);
    Move move = kHold;
    if (!stray) {
      move = pick(good, random);
    } else if (wandering > 0) {
      move = pick(kGroup[static_cast<std::size_t>(group)], random);
      --wandering;
    } else {
      move = static_cast<Move>(random.below(kTurns));
    }
    if (solved) wandering = 0;
    out.tokens.resize(out.tokens.size() + static_cast<std::size_t>(layout_.slots()));
    const std::span<Token> step = std::span(out.tokens).last(static_cast<std::size_t>(layout_.slots()));
    to_tokens(cube, step.first(kCubies));
    step.back() = static_cast<Token>(move);
    out.good_actions.push_back(good);
    out.chance.push_back(teacher_.distance(cube) >= kHard[static_cast<std::size_t>(phase)] ? 1.0F : kEasy);
    ++out.steps;
    if (solved) {
      ++holds;
    } else {
      cube.apply(move);
      ++turns;
    }
    if (stray) strayed = out.steps;
  }
  for (int i = 0; i < out.steps; ++i)
    out.to_goal.push_back(i < strayed ? -1.0F : static_cast<float>(std::max(0, turns - i)));
}

}  // namespace ripen::cube
