#include "cube_solver/cube.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"

namespace ripen::cube {
namespace {

/// Times that a sequence must be repeated until a solved cube is solved again.
int order_of(const std::string& sequence) {
  const std::vector<Move> moves = parse_moves(sequence);
  Cube cube;
  for (int times = 1; times < 2000; ++times) {
    cube.apply(moves);
    if (cube.is_solved()) return times;
  }
  return 0;
}

TEST(Cube, SequencesHaveTheirKnownOrders) {
  EXPECT_EQ(order_of("U"), 4);
  EXPECT_EQ(order_of("R"), 4);
  EXPECT_EQ(order_of("F2"), 2);
  EXPECT_EQ(order_of("R L'"), 4);
  EXPECT_EQ(order_of("R U R' U'"), 6);
  EXPECT_EQ(order_of("R U"), 105);
  EXPECT_EQ(order_of("R U2"), 30);
  EXPECT_EQ(order_of("R U2 D' B D'"), 1260);  // the largest order there is
  EXPECT_EQ(order_of("R2 L2 U2 D2 F2 B2"), 2);
}

TEST(Cube, TurningUMovesTheStickersAsSeenFromAbove) {
  Cube cube;
  cube.apply(kU1);
  // Looking at the front, what was on the right has come to the front.
  EXPECT_EQ(to_facelets(cube), "UUUUUUUUUBBBRRRRRRRRRFFFFFFDDDDDDDDDFFFLLLLLLLLLBBBBBB");
}

/// Turns stickers as points in space, which shares nothing with the cubies' tables.
struct Sticker {
  int x, y, z;  // position, in [-1, 1], pushed out by one along its face's normal: in [-2, 2]
};

Sticker sticker(int facelet) {
  const int row = facelet % 9 / 3 - 1;
  const int column = facelet % 3 - 1;
  switch (facelet / 9) {
    case 0:
      return {column, 2, row};
    case 1:
      return {2, -row, -column};
    case 2:
      return {column, -row, 2};
    case 3:
      return {column, -2, -row};
    case 4:
      return {-2, -row, column};
    default:
      return {-column, -row, -2};
  }
}

/// One quarter clockwise as seen from outside the face, of the stickers in its layer.
Sticker turned(Sticker s, Face face) {
  const int side = face < 3 ? 1 : -1;
  switch (face % 3) {
    case 0:
      return s.y * side < 1 ? s : Sticker{-s.z * side, s.y, s.x * side};
    case 1:
      return s.x * side < 1 ? s : Sticker{s.x, s.z * side, -s.y * side};
    default:
      return s.z * side < 1 ? s : Sticker{s.y * side, -s.x * side, s.z};
  }
}

TEST(Cube, TurnsAgreeWithStickersTurnedInSpace) {
  Random random(5);
  for (int trial = 0; trial < 500; ++trial) {
    Cube cube = random_cube(random);
    const auto move = static_cast<Move>(random.below(kTurns));
    const std::string before = to_facelets(cube);
    std::string expected(kFacelets, ' ');
    for (int i = 0; i < kFacelets; ++i) {
      Sticker at = sticker(i);
      for (int q = 0; q < quarters_of(move); ++q) at = turned(at, face_of(move));
      for (int j = 0; j < kFacelets; ++j) {
        const Sticker to = sticker(j);
        if (to.x == at.x && to.y == at.y && to.z == at.z)
          expected[static_cast<std::size_t>(j)] = before[static_cast<std::size_t>(i)];
      }
    }
    cube.apply(move);
    ASSERT_EQ(to_facelets(cube), expected) << before << " " << to_text(move);
  }
}

TEST(Cube, EveryMoveIsUndoneByItsInverseAndKeepsTheCubeSolvable) {
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const Cube start = random_cube(random);
    for (int m = 0; m < kActions; ++m) {
      const auto move = static_cast<Move>(m);
      Cube cube = start;
      cube.apply(move);
      EXPECT_EQ(cube == start, move == kHold) << to_facelets(start) << " " << to_text(move);
      EXPECT_TRUE(is_solvable(cube)) << to_facelets(start) << " " << to_text(move);
      cube.apply(inverse(move));
      ASSERT_EQ(cube, start) << to_facelets(start) << " " << to_text(move);
    }
  }
}

TEST(Cube, RandomCubesAreSolvableReproducibleAndSpread) {
  Random random(7);
  Random again(7);
  int place_of_first_corner[kPlaces] = {};
  int place_of_first_edge[kPlaces] = {};
  const int count = 24000;
  for (int i = 0; i < count; ++i) {
    const Cube cube = random_cube(random);
    ASSERT_TRUE(is_solvable(cube)) << i;
    ASSERT_EQ(cube, random_cube(again)) << i;
    ++place_of_first_corner[cube.places[0]];
    ++place_of_first_edge[cube.places[kCorners]];
  }
  for (int place = 0; place < kPlaces; ++place) {
    // Expected 1000, standard deviation 31.
    EXPECT_NEAR(place_of_first_corner[place], 1000, 160) << place;
    EXPECT_NEAR(place_of_first_edge[place], 1000, 160) << place;
  }
}

TEST(Cube, FirstRandomCubeNeverChanges) {
  Random random(1);
  EXPECT_EQ(to_facelets(random_cube(random)), "FDUUULFLFDDRDRUFLDUBLBFRUDDLFRBDULLBLFRFLRBUBBBURBRRFD");
}

TEST(Notation, TextAndMovesAreTheSame) {
  std::vector<Move> all;
  for (int m = 0; m < kTurns; ++m) all.push_back(static_cast<Move>(m));
  EXPECT_EQ(to_text(all), "U U2 U' R R2 R' F F2 F' D D2 D' L L2 L' B B2 B'");
  EXPECT_EQ(parse_moves(to_text(all)), all);
  EXPECT_EQ(parse_moves("  R2'\tU\n"), (std::vector<Move>{kR2, kU1}));
  EXPECT_TRUE(parse_moves(" ").empty());
}

TEST(Notation, RefusesWhatIsNoTurnAndSaysWhich) {
  const auto message = [](const char* text) -> std::string {
    try {
      (void)parse_moves(text);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(message("R U r F").find("turn 3 'r'"), std::string::npos) << message("R U r F");
  EXPECT_NE(message("R U r F").find("did you mean R?"), std::string::npos) << message("R U r F");
  EXPECT_NE(message("X").find("turn 1 'X'"), std::string::npos) << message("X");
  for (const char* text : {"R3", "R''", "R'2", "RU", "R 2", "M", "R,U", "Rw", "u2"})
    EXPECT_NE(message(text), "accepted") << text;
  // Nothing in a message only looks like what was typed, and nothing does anything to the terminal.
  EXPECT_EQ(message("R \u0055\u0301"), "scramble: turn 2 'U<U+0301>': U+0301 is not understood");
  EXPECT_EQ(message("R U\u02B9"), "scramble: turn 2 'U\u02B9': '\u02B9' (U+02B9) is not understood");
  EXPECT_EQ(message("R\u00A0U"), "scramble: turn 1 'R\u00A0U': '\u00A0' (U+00A0) is not understood");
  EXPECT_EQ(message("R\x1b[2J"), "scramble: turn 1 'R<U+001B>[2J': U+001B is not understood");
  EXPECT_EQ(message("\xff"), "scramble: turn 1 '<byte 0xFF>': byte 0xFF is not understood");
}

TEST(Notation, WhatIsTypedForAPrimeIsOne) {
  for (const char* prime : {"'", "`", "\u00B4", "\u2018", "\u2019", "\u2032"}) {
    const std::string text = std::string("R") + prime + " U2" + prime + " F";
    EXPECT_EQ(parse_moves(text), (std::vector<Move>{kR3, kU2, kF1})) << text;
  }
  EXPECT_EQ(parse_moves("\uFEFFR U"), (std::vector<Move>{kR1, kU1}));
}

}  // namespace
}  // namespace ripen::cube
