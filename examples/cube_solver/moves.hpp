#pragma once
// The face turns of a cube, and what each does to one cubie.

#include <array>
#include <cstdint>

namespace ripen::cube {

/// Faces in the order used everywhere; opposite faces are three apart.
enum Face : std::uint8_t { kFaceU, kFaceR, kFaceF, kFaceD, kFaceL, kFaceB };

/// Clockwise turns by 1, 2 or 3 quarters: face * 3 + quarters - 1. kHold turns nothing.
enum Move : std::uint8_t {
  kU1,
  kU2,
  kU3,
  kR1,
  kR2,
  kR3,
  kF1,
  kF2,
  kF3,
  kD1,
  kD2,
  kD3,
  kL1,
  kL2,
  kL3,
  kB1,
  kB2,
  kB3,
  kHold  // clang-format off
};  // clang-format on

inline constexpr int kFaces = 6;
inline constexpr int kTurns = 18;
inline constexpr int kActions = 19;  ///< turns and hold
inline constexpr int kCorners = 8;   ///< cubies 0 ... 7
inline constexpr int kEdges = 12;    ///< cubies 8 ... 19
inline constexpr int kCubies = 20;
inline constexpr int kPlaces = 24;  ///< of one cubie: position * orientations + orientation

/// Corners are named by their faces clockwise, beginning with U or D; edges with U or D, else with F or B. A cubie's
/// orientation counts how far its first face lies, clockwise, from the first face of the position it is at.
inline constexpr std::array<const char*, kCubies> kCubieNames = {"URF", "UFL", "ULB", "UBR", "DFR", "DLF", "DBL",
                                                                 "DRB", "UR",  "UF",  "UL",  "UB",  "DR",  "DF",
                                                                 "DL",  "DB",  "FR",  "FL",  "BL",  "BR"};

/// The face of a turn. Not for kHold.
constexpr Face face_of(Move move) { return static_cast<Face>(move / 3); }
/// Clockwise quarters of a turn: 1, 2 or 3. Not for kHold.
constexpr int quarters_of(Move move) { return move % 3 + 1; }
/// The turn of a face by 1, 2 or 3 quarters.
constexpr Move turn_of(int face, int quarters) { return static_cast<Move>(face * 3 + quarters - 1); }
/// What undoes a move.
constexpr Move inverse(Move move) { return move == kHold ? kHold : turn_of(face_of(move), 4 - quarters_of(move)); }
/// Whether two faces lie on one axis: the same, or opposite.
constexpr bool same_axis(Face a, Face b) { return a % 3 == b % 3; }

/// Where a place goes under each move: [corner, edge][move][place].
using PlaceTable = std::array<std::array<std::array<std::uint8_t, kPlaces>, kActions>, 2>;

namespace detail {

/// A clockwise quarter turn as two cycles of positions, each cubie going to the next position. Corners of the side
/// faces twist by 1, 2, 1, 2 on the way (U and D keep U and D colours on their face), edges flip on F and B.
struct QuarterTurn {
  std::array<int, 4> corners;
  std::array<int, 4> edges;
};

inline constexpr std::array<QuarterTurn, kFaces> kQuarterTurns = {{
    {{0, 1, 2, 3}, {0, 1, 2, 3}},    // U
    {{0, 3, 7, 4}, {8, 0, 11, 4}},   // R
    {{1, 0, 4, 5}, {9, 1, 8, 5}},    // F
    {{5, 4, 7, 6}, {5, 4, 7, 6}},    // D
    {{2, 1, 5, 6}, {10, 2, 9, 6}},   // L
    {{3, 2, 6, 7}, {11, 3, 10, 7}},  // B
}};

constexpr PlaceTable make_place_table() {
  PlaceTable table{};
  for (auto& kind : table) {
    for (auto& move : kind) {
      for (int place = 0; place < kPlaces; ++place)
        move[static_cast<std::size_t>(place)] = static_cast<std::uint8_t>(place);
    }
  }
  for (int face = 0; face < kFaces; ++face) {
    const QuarterTurn& turn = kQuarterTurns[static_cast<std::size_t>(face)];
    const bool twists = face % 3 != kFaceU;
    const bool flips = face % 3 == kFaceF;
    auto& corners = table[0][turn_of(face, 1)];
    auto& edges = table[1][turn_of(face, 1)];
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t to = (i + 1) % 4;
      for (int twist = 0; twist < 3; ++twist) {
        const int turned = (twist + (twists ? 1 + static_cast<int>(i % 2) : 0)) % 3;
        corners[static_cast<std::size_t>(turn.corners[i] * 3 + twist)] =
            static_cast<std::uint8_t>(turn.corners[to] * 3 + turned);
      }
      for (int flip = 0; flip < 2; ++flip) {
        edges[static_cast<std::size_t>(turn.edges[i] * 2 + flip)] =
            static_cast<std::uint8_t>(turn.edges[to] * 2 + (flips ? 1 - flip : flip));
      }
    }
    for (auto& kind : table) {
      const auto& quarter = kind[turn_of(face, 1)];
      for (int quarters = 2; quarters <= 3; ++quarters) {
        const auto& before = kind[turn_of(face, quarters - 1)];
        for (std::size_t place = 0; place < kPlaces; ++place)
          kind[turn_of(face, quarters)][place] = quarter[before[place]];
      }
    }
  }
  return table;
}

}  // namespace detail

inline constexpr PlaceTable kPlaceTable = detail::make_place_table();

}  // namespace ripen::cube
