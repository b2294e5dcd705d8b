#include "cube_solver/tokens.hpp"

#include <gtest/gtest.h>

#include <array>

#include "cube_solver/facelets.hpp"

namespace ripen::cube {
namespace {

using State = std::array<Token, kCubies>;

TEST(Tokens, LayoutHasOneTokenPerCubieAndATurn) {
  const TokenLayout tokens = layout();
  EXPECT_EQ(tokens.states(), 20);
  EXPECT_EQ(tokens.actions(), 1);
  EXPECT_EQ(tokens.slot(0).name, "URF");
  EXPECT_EQ(tokens.slot(8).name, "UR");
  EXPECT_EQ(tokens.slot(20).name, "turn");
  EXPECT_EQ(tokens.slot(20).vocabulary, 19);
  EXPECT_EQ(tokens.logits(), 20 * 24 + 19);
}

TEST(Tokens, RoundTrip) {
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const Cube cube = random_cube(random);
    State tokens;
    to_tokens(cube, tokens);
    ASSERT_TRUE(layout().valid(tokens, false)) << to_facelets(cube);
    Cube back;
    ASSERT_TRUE(from_tokens(tokens, back)) << to_facelets(cube);
    ASSERT_EQ(back, cube) << to_facelets(cube);
  }
}

TEST(Tokens, RefusesWhatIsNoSolvableCube) {
  State solved;
  to_tokens(Cube(), solved);
  const auto accepted = [&](std::size_t slot, Token token) {
    State tokens = solved;
    tokens[slot] = token;
    Cube cube;
    return from_tokens(tokens, cube);
  };
  EXPECT_FALSE(accepted(0, kMask));
  EXPECT_FALSE(accepted(0, 24));
  EXPECT_FALSE(accepted(0, 1));        // twisted
  EXPECT_FALSE(accepted(0, 3));        // two corners in one position
  EXPECT_FALSE(accepted(19, 22 + 1));  // flipped
  std::swap(solved[0], solved[1]);
  Cube cube;
  EXPECT_FALSE(from_tokens(solved, cube));  // parity
  EXPECT_TRUE(cube.is_solved());
}

TEST(Tokens, TransitionIsTheCube) {
  const CubeTransition transition;
  Random random(4);
  for (int i = 0; i < 2000; ++i) {
    Cube cube = random_cube(random);
    const auto action = static_cast<Token>(random.below(kActions));
    State before;
    State after;
    State expected;
    to_tokens(cube, before);
    ASSERT_TRUE(transition.next(before, std::span(&action, 1), after));
    const std::string facelets = to_facelets(cube);
    cube.apply(static_cast<Move>(action));
    to_tokens(cube, expected);
    ASSERT_EQ(after, expected) << facelets << " " << action;
  }
}

TEST(Tokens, SensibleLeavesOutWhatIsNeverNeeded) {
  const CubeTransition transition;
  const auto sensible = [&](Token previous, Token action) {
    return transition.sensible(std::span(&previous, 1), std::span(&action, 1));
  };
  const Token first = kU1;
  EXPECT_TRUE(transition.sensible({}, std::span(&first, 1)));
  EXPECT_FALSE(sensible(kU1, kU3));
  EXPECT_FALSE(sensible(kD1, kU2));
  EXPECT_TRUE(sensible(kU2, kD1));
  EXPECT_TRUE(sensible(kU2, kR1));
  EXPECT_TRUE(sensible(kR1, kU1));
  EXPECT_FALSE(sensible(kU1, kHold));
  EXPECT_FALSE(sensible(kHold, kHold));
  EXPECT_TRUE(sensible(kHold, kU1));  // a solved cube may be disturbed
}

TEST(Tokens, AFrameSeesTheSameCube) {
  const CubeTransition transition;
  Random random(5);
  ASSERT_EQ(transition.frames(), 48);
  State solved;
  to_tokens(Cube(), solved);
  for (int frame = 0; frame < transition.frames(); ++frame) {
    State seen;
    transition.to_frame(frame, solved, seen);
    EXPECT_EQ(seen, solved) << "frame " << frame;
    for (int i = 0; i < 100; ++i) {
      const Cube cube = random_cube(random);
      State tokens, turned, seen_then;
      to_tokens(cube, tokens);
      transition.to_frame(frame, tokens, seen);
      ASSERT_EQ(seen == tokens, frame == 0) << "frame " << frame << ' ' << to_facelets(cube);
      Cube looked_at;
      ASSERT_TRUE(from_tokens(seen, looked_at)) << "frame " << frame << ' ' << to_facelets(cube);
      for (Token move = 0; move < kActions; ++move) {  // What it does there is what its own move does here.
        std::array<Token, 1> own{move};
        transition.from_frame(frame, own);
        ASSERT_TRUE(transition.next(tokens, own, turned));
        transition.to_frame(frame, turned, seen_then);
        Cube next = looked_at;
        next.apply(static_cast<Move>(move));
        State expected;
        to_tokens(next, expected);
        ASSERT_EQ(seen_then, expected) << "frame " << frame << " move " << move << ' ' << to_facelets(cube);
      }
    }
  }
}

}  // namespace
}  // namespace ripen::cube
