#include "cube_solver/facelets.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace ripen::cube {
namespace {

const std::string kSolved = "UUUUUUUUURRRRRRRRRFFFFFFFFFDDDDDDDDDLLLLLLLLLBBBBBBBBB";

/// What refuses the facelets; "accepted" if nothing does.
std::string refusal(const std::string& facelets) {
  try {
    (void)from_facelets(facelets);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

void expect_refused(const std::string& facelets, const std::string& rule, const std::string& where) {
  const std::string message = refusal(facelets);
  EXPECT_EQ(message.find("facelets: " + rule + ":"), 0U) << facelets << "\n" << message;
  EXPECT_NE(message.find(where), std::string::npos) << facelets << "\n" << message;
}

/// The stickers that are counted from 1 exchange their colours.
std::string exchanged(std::string facelets, std::initializer_list<std::pair<int, int>> pairs) {
  for (const auto& [a, b] : pairs)
    std::swap(facelets[static_cast<std::size_t>(a - 1)], facelets[static_cast<std::size_t>(b - 1)]);
  return facelets;
}

TEST(Facelets, RoundTrip) {
  EXPECT_EQ(to_facelets(Cube()), kSolved);
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    const Cube cube = random_cube(random);
    ASSERT_EQ(from_facelets(to_facelets(cube)), cube) << to_facelets(cube);
  }
}

TEST(Facelets, RefusesWrongLength) {
  expect_refused("", "length", "there are 0");
  expect_refused(kSolved.substr(1), "length", "there are 53");
  expect_refused(kSolved + "B", "length", "there are 55");
}

TEST(Facelets, RefusesWrongLetters) {
  std::string facelets = kSolved;
  facelets[20] = 'f';
  expect_refused(facelets, "letter", "21 (F3) is 'f'");
}

TEST(Facelets, AByteOrderMarkBeforeThemIsLeftOut) {
  EXPECT_EQ(to_facelets(from_facelets("\uFEFF" + kSolved)), kSolved);
  EXPECT_NE(refusal("\uFEFF\uFEFF" + kSolved), "accepted");
}

TEST(Facelets, WhatIsNoLetterIsNamedWithItsCodePoint) {
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"f", "facelet 3 (U3) is 'f' (U+0066), not one of U R F D L B"},
      {" ", "is ' ' (U+0020)"},
      {"\u0415", "is '\u0415' (U+0415)"},  // Cyrillic, looks like a Latin E
      {"\u200B", "is U+200B"},             // of no width
      {"\u202E", "is U+202E"},             // would write the rest of the message from right to left
      {"\U0001F600", "is '\U0001F600' (U+1F600)"},
      {"\x1b", "is U+001B"},
      {std::string(1, '\0'), "is U+0000"},
      {"\xff", "is byte 0xFF"},
      {"\xc0\xaf", "is byte 0xC0"},  // longer than it has to be
      {"\xe2\x80", "is byte 0xE2"},
  };
  for (const auto& [text, expected] : cases) {
    for (const std::string& rest : {kSolved.substr(2), kSolved.substr(3)}) {
      expect_refused(kSolved.substr(0, 2) + text + rest, "letter", expected);
    }
  }
  expect_refused(kSolved + "\u00A0", "letter", "behind the 54 facelets is '\u00A0' (U+00A0)");
}

TEST(Facelets, RefusesMovedCentres) { expect_refused(exchanged(kSolved, {{5, 14}}), "centre", "5 (U5) is R"); }

TEST(Facelets, RefusesWrongColourCounts) {
  std::string facelets = kSolved;
  facelets[0] = 'R';
  expect_refused(facelets, "colour count", "U is there 8 times, R is there 10 times");
}

TEST(Facelets, RefusesPiecesThatNoCubeHas) {
  expect_refused(exchanged(kSolved, {{9, 36}}), "impossible corner", "URF (facelets 9, 10, 21) shows DRF");
  expect_refused(exchanged(kSolved, {{6, 38}}), "impossible edge", "UR (facelets 6, 11) shows LR");
  expect_refused(exchanged(kSolved, {{10, 21}}), "impossible corner", "shows UFR");  // mirrored
}

TEST(Facelets, RefusesPiecesThatAreThereTwice) {
  // UF becomes another UR, and DR another DF.
  expect_refused(exchanged(kSolved, {{20, 17}}), "duplicate edge", "the piece UR is at UR and again at UF");
}

TEST(Facelets, RefusesATwistedCorner) {
  expect_refused(exchanged(kSolved, {{9, 10}, {10, 21}}), "corner twist", "one corner has been twisted");
}

TEST(Facelets, RefusesAFlippedEdge) {
  expect_refused(exchanged(kSolved, {{6, 11}}), "edge flip", "one edge has been flipped");
}

TEST(Facelets, RefusesTwoExchangedPieces) {
  expect_refused(exchanged(kSolved, {{11, 20}}), "permutation parity", "two pieces have been exchanged");
}

TEST(Facelets, RandomTextIsRefusedNotMisread) {
  Random random(11);
  for (int i = 0; i < 20000; ++i) {
    std::string facelets = kSolved;
    // A few exchanged stickers, now and then other letters or lengths.
    for (int n = random.below(4) + 1; n > 0; --n) {
      facelets = exchanged(facelets, {{random.below(kFacelets) + 1, random.below(kFacelets) + 1}});
    }
    if (random.below(10) == 0)
      facelets[static_cast<std::size_t>(random.below(kFacelets))] = static_cast<char>(random.below(256));
    if (random.below(50) == 0) facelets.resize(static_cast<std::size_t>(random.below(100)));
    if (refusal(facelets) == "accepted") {
      ASSERT_EQ(to_facelets(from_facelets(facelets)), facelets);
    }
  }
}

}  // namespace
}  // namespace ripen::cube
