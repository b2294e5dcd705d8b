#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cube_solver/tokens.hpp"
#include "support/property.hpp"

namespace ripen::cube {
namespace {

using Tokens = std::array<Token, kCubies>;

/// Tokens of a cube that turns have made, of which some were then changed; and one more turn.
struct Case {
  std::vector<int> turns;
  std::vector<std::pair<std::size_t, Token>> changes;
  int turn;
};

std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  out << "{" << test::listed(drawn.turns) << ", {";
  for (const auto& [slot, token] : drawn.changes) out << "{" << slot << ", " << token << "}, ";
  return out << "}, " << drawn.turn << "}";
}

Case draw(Random& random) {
  Case drawn;
  drawn.turns.resize(static_cast<std::size_t>(random.below(30)));
  for (int& turn : drawn.turns) turn = random.below(kActions);
  for (int n = std::max(0, random.below(6) - 2); n > 0; --n) {
    const auto token = static_cast<Token>(random.below(16) == 0 ? random.below(1 << 16) : random.below(kPlaces));
    drawn.changes.emplace_back(random.below(kCubies), token);
  }
  drawn.turn = random.below(kActions);
  return drawn;
}

/// Whether exchanging cubies can put all of them home in an even number of exchanges.
bool is_even(const Tokens& tokens) {
  std::array<int, kCubies> at{};
  for (int i = 0; i < kCubies; ++i) {
    at[static_cast<std::size_t>(i)] =
        i < kCorners ? tokens[static_cast<std::size_t>(i)] / 3 : kCorners + tokens[static_cast<std::size_t>(i)] / 2;
  }
  bool even = true;
  for (std::size_t i = 0; i < kCubies; ++i) {
    while (at[i] != static_cast<int>(i)) {
      std::swap(at[i], at[static_cast<std::size_t>(at[i])]);
      even = !even;
    }
  }
  return even;
}

/// What a cube is that turns can solve: every place taken, corners twisted by whole turns in all, edges flipped in
/// pairs, and an even permutation.
bool is_solvable(const Tokens& tokens) {
  std::array<bool, kCubies> taken{};
  int twist = 0, flip = 0;
  for (std::size_t i = 0; i < kCubies; ++i) {
    if (tokens[i] >= kPlaces) return false;
    taken[i < kCorners ? tokens[i] / 3U : kCorners + tokens[i] / 2U] = true;
    (i < kCorners ? twist : flip) += tokens[i] % (i < kCorners ? 3 : 2);
  }
  return std::ranges::count(taken, true) == kCubies && twist % 3 == 0 && flip % 2 == 0 && is_even(tokens);
}

std::string check(const Case& drawn) {
  Cube cube;
  for (const int turn : drawn.turns) cube.apply(static_cast<Move>(turn));
  Tokens tokens{};
  to_tokens(cube, tokens);
  if (!is_solvable(tokens)) return "turns made a cube that is none";
  for (const auto& [slot, token] : drawn.changes) tokens[slot] = token;

  const bool expected = is_solvable(tokens);
  const Cube before = cube;
  const bool accepted = from_tokens(tokens, cube);
  if (accepted != expected) return accepted ? "a cube that is none was accepted" : "a cube was refused";
  if (!accepted) return cube == before ? "" : "refused, but changed";
  Tokens again{}, next{}, turned{};
  to_tokens(cube, again);
  if (again != tokens) return "other tokens came back";

  const auto action = static_cast<Token>(drawn.turn);
  if (!CubeTransition().next(tokens, std::span(&action, 1), next)) return "no next state";
  cube.apply(static_cast<Move>(drawn.turn));
  to_tokens(cube, turned);
  return next == turned ? "" : "the transition is not the turn";
}

TEST(CubeTokensProperty, AreACubeIfAndOnlyIfItCanBeSolved) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen::cube
