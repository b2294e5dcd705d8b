#include "cube_solver/frames.hpp"

#include "cube_solver/cube.hpp"

namespace ripen::cube {

namespace {

using Faces = std::array<int, kFaces>;  // The frame's face, by face of the world.
using Moves = std::array<Move, kActions>;
using Places = std::array<std::uint8_t, kPlaces>;

/// An order of the axes, and whether an odd number of pairs had to change places for it.
struct Axes {
  std::array<int, 3> order;
  bool odd;
};
constexpr std::array<Axes, 6> kAxes = {{{{0, 1, 2}, false},
                                        {{0, 2, 1}, true},
                                        {{1, 0, 2}, true},
                                        {{1, 2, 0}, false},
                                        {{2, 0, 1}, false},
                                        {{2, 1, 0}, true}}};

std::size_t kind_of(std::size_t cubie) { return cubie < kCorners ? 0 : 1; }

/// Those that turn the cubie when it is at home, bit = face in `names`.
std::uint32_t faces_of(std::size_t cubie, const Faces& names) {
  const std::size_t home = Cube().places[cubie];
  std::uint32_t faces = 0;
  for (int face = 0; face < kFaces; ++face) {
    if (kPlaceTable[kind_of(cubie)][turn_of(face, 1)][home] != home)
      faces |= 1U << names[static_cast<std::size_t>(face)];
  }
  return faces;
}

/// The frame's name of each place of a cubie. Turns bring it there from home; the frame's names of these turns bring
/// the frame's cubie from home to the place that is meant.
Places places_of(std::size_t cubie, std::size_t named, const Moves& moves) {
  const auto& table = kPlaceTable[kind_of(cubie)];
  Places result{};
  std::uint32_t known = 1U << Cube().places[cubie];
  result[Cube().places[cubie]] = Cube().places[named];
  for (std::uint32_t before = 0; before != known;) {
    before = known;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      for (std::size_t move = 0; move < kTurns && (known >> place & 1) != 0; ++move) {
        result[table[move][place]] = table[moves[move]][result[place]];
        known |= 1U << table[move][place];
      }
    }
  }
  return result;
}

Frame make_frame(int number) {
  const Axes& axes = kAxes[static_cast<std::size_t>(number % 6)];
  const int turned_round = number / 6;  // bit = axis
  const bool mirrored = axes.odd != (((turned_round ^ turned_round >> 1 ^ turned_round >> 2) & 1) != 0);
  Faces faces{}, own{};
  for (int f = 0; f < kFaces; ++f) {
    const int axis = axes.order[static_cast<std::size_t>(f % 3)];
    faces[static_cast<std::size_t>(f)] = axis + 3 * (f / 3 ^ (turned_round >> axis & 1));
    own[static_cast<std::size_t>(f)] = f;
  }
  Frame frame;
  Moves moves{};
  moves[kHold] = frame.world[kHold] = kHold;
  for (int m = 0; m < kTurns; ++m) {
    const auto move = static_cast<Move>(m);
    const int quarters = mirrored ? 4 - quarters_of(move) : quarters_of(move);
    moves[move] = turn_of(faces[face_of(move)], quarters);
    frame.world[moves[move]] = move;
  }
  for (std::size_t i = 0; i < kCubies; ++i) {
    std::size_t named = kind_of(i) == 0 ? 0 : kCorners;
    while (faces_of(named, own) != faces_of(i, faces)) ++named;
    frame.cubie[i] = static_cast<std::uint8_t>(named);
    frame.place[i] = places_of(i, named, moves);
  }
  return frame;
}

}  // namespace

const std::array<Frame, kFrames>& frames() noexcept {
  static const std::array<Frame, kFrames> kAll = [] {
    std::array<Frame, kFrames> all;
    for (int i = 0; i < kFrames; ++i) all[static_cast<std::size_t>(i)] = make_frame(i);
    return all;
  }();
  return kAll;
}

}  // namespace ripen::cube
