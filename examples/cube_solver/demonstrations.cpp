#include "cube_solver/demonstrations.hpp"

#include <bit>

namespace ripen::cube {

namespace {

constexpr double kStray = 0.03;  // Of the turns.
constexpr int kHolds = 3;        // Steps shown after the cube is solved.

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
  int strayed = 0;  // Steps up to the last stray turn: what was left to do there is not the teacher's.
  int turns = 0;
  for (int holds = 0; holds < kHolds;) {
    const std::uint32_t good = teacher_.good_moves(cube);
    const bool solved = (good >> kHold & 1) != 0;
    const bool stray = !solved && random.uniform() < kStray;
    const Move move = stray ? static_cast<Move>(random.below(kTurns)) : pick(good, random);
    out.tokens.resize(out.tokens.size() + static_cast<std::size_t>(layout_.slots()));
    const std::span<Token> step = std::span(out.tokens).last(static_cast<std::size_t>(layout_.slots()));
    to_tokens(cube, step.first(kCubies));
    step.back() = static_cast<Token>(move);
    out.good_actions.push_back(good);
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
