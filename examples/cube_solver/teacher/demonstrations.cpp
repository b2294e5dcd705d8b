#include "cube_solver/teacher/demonstrations.hpp"

#include <algorithm>
#include <bit>

namespace ripen::cube {

namespace {

constexpr double kStray = 0.03;   // Of the turns, any one; it mostly leads back to the first phase.
constexpr double kWander = 0.03;  // Of the turns, the beginning of some without a goal, of this phase or the last.
constexpr int kLongestWander = 6;
constexpr float kEasy = 0.2F;  // Chance of a state that every model gets right to be trained on again.
constexpr std::array<int, 3> kHard = {5, 7, 1};  // By phase: turns to its end from which on models err.
constexpr int kHolds = 3;                        // Steps shown after the cube is solved.

/// The turns of each phase.
constexpr std::array<std::uint32_t, 2> kGroup = {(1U << kTurns) - 1, kDominoMoves};

/// One of the mask's moves, uniformly.
Move pick(std::uint32_t mask, Random& random) {
  for (int skip = random.below(std::popcount(mask)); skip > 0; --skip) mask &= mask - 1;
  return static_cast<Move>(std::countr_zero(mask));
}

}  // namespace

void Demonstrations::make(std::uint64_t number, train::Trajectory& out) const {
  Random random(number, 0);
  Cube cube = random_cube(random);
  out.steps = 0;
  out.tokens.clear();
  out.good_actions.clear();
  out.to_goal.clear();
  out.chance.clear();
  int strayed = 0;  // Steps up to the last stray turn: what was left to do there is not the teacher's.
  int turns = 0;
  int wandering = 0;      // Turns left without a goal ...
  std::size_t group = 0;  // ... and the phase whose turns they are.
  for (int holds = 0; holds < kHolds;) {
    const auto [phase, distance, good] = teacher_.advise(cube);
    const bool solved = distance == 0;
    if (!solved && wandering == 0 && random.uniform() < kWander) {
      // A planner's candidates do this when they take a phase for done; only so does the model see where it leads.
      wandering = 1 + random.below(kLongestWander);
      group = static_cast<std::size_t>(phase == 0 ? random.below(2) : 1);
    }
    const bool stray = !solved && (wandering > 0 || random.uniform() < kStray);
    Move move = kHold;
    if (!stray) {
      move = pick(good, random);
    } else if (wandering > 0) {
      move = pick(kGroup[group], random);
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
    out.chance.push_back(distance >= kHard[static_cast<std::size_t>(phase)] ? 1.0F : kEasy);
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
