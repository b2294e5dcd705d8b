#include "cube_solver/frames.hpp"

#include "cube_solver/cube.hpp"

namespace ripen::cube {

namespace {

constexpr std::array<std::array<int, 3>, 6> kAxes = {
    {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};

/// Faces that move a home place.
std::uint32_t faces_of(std::size_t cubie) {
  const std::size_t kind = cubie < kCorners ? 0 : 1;
  const std::size_t home = Cube().places[cubie];
  std::uint32_t faces = 0;
  for (int face = 0; face < kFaces; ++face) {
    if (kPlaceTable[kind][turn_of(face, 1)][home] != home) faces |= 1U << face;
  }
  return faces;
}

Frame make_frame(int number) {
  Frame frame;
  const auto& axes = kAxes[static_cast<std::size_t>(number % 6)];
  const int flips = number / 6;
  const bool odd_axes = number % 6 == 1 || number % 6 == 2 || number % 6 == 5;
  const bool mirror = odd_axes != (((flips & 1) ^ (flips >> 1 & 1) ^ (flips >> 2)) != 0);
  std::array<int, kFaces> face{};
  for (int f = 0; f < kFaces; ++f) {
    const int axis = axes[static_cast<std::size_t>(f % 3)];
    face[static_cast<std::size_t>(f)] = axis + 3 * ((f / 3) ^ (flips >> axis & 1));
  }
  frame.move[kHold] = frame.world[kHold] = kHold;
  for (int m = 0; m < kTurns; ++m) {
    const int quarters = quarters_of(static_cast<Move>(m));
    const Move to = turn_of(face[static_cast<std::size_t>(m / 3)], mirror ? 4 - quarters : quarters);
    frame.move[static_cast<std::size_t>(m)] = to;
    frame.world[to] = static_cast<std::uint8_t>(m);
  }
  for (std::size_t i = 0; i < kCubies; ++i) {
    std::uint32_t faces = 0;
    for (int f = 0; f < kFaces; ++f) {
      if ((faces_of(i) >> f & 1) != 0) faces |= 1U << face[static_cast<std::size_t>(f)];
    }
    for (std::size_t j = 0; j < kCubies; ++j) {
      if ((i < kCorners) == (j < kCorners) && faces_of(j) == faces) frame.cubie[i] = static_cast<std::uint8_t>(j);
    }
    // Every place is reached from home by turns; the frame's turns reach from the frame's home what the frame calls it.
    const std::size_t kind = i < kCorners ? 0 : 1;
    std::array<int, kPlaces> map;
    map.fill(-1);
    std::array<std::size_t, kPlaces> queue{};
    std::size_t head = 0, tail = 0;
    const std::size_t home = Cube().places[i];
    map[home] = Cube().places[frame.cubie[i]];
    queue[tail++] = home;
    while (head < tail) {
      const std::size_t at = queue[head++];
      for (std::size_t m = 0; m < kTurns; ++m) {
        const std::size_t next = kPlaceTable[kind][m][at];
        if (map[next] >= 0) continue;
        map[next] = kPlaceTable[kind][frame.move[m]][static_cast<std::size_t>(map[at])];
        queue[tail++] = next;
      }
    }
    for (std::size_t p = 0; p < kPlaces; ++p) frame.place[i][p] = static_cast<std::uint8_t>(map[p]);
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
