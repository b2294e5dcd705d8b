#include "cube_solver/facelets.hpp"

#include <algorithm>
#include <stdexcept>

#include "cube_solver/text.hpp"

namespace ripen::cube {

namespace {

constexpr std::string_view kLetters = "URFDLB";

/// Outward direction of a face: x to the right (R), y up (U), z to the viewer (F).
struct Vector {
  int x, y, z;
};

constexpr Vector normal(char face) {
  switch (face) {
    case 'U':
      return {0, 1, 0};
    case 'D':
      return {0, -1, 0};
    case 'R':
      return {1, 0, 0};
    case 'L':
      return {-1, 0, 0};
    case 'F':
      return {0, 0, 1};
    default:
      return {0, 0, -1};
  }
}

/// The sticker on a face of the cubie at a point, whose coordinates are -1, 0 or 1.
constexpr int facelet_at(char face, Vector point) {
  int row = 1 - point.y;
  int column = 1;
  switch (face) {
    case 'U':
      row = 1 + point.z, column = 1 + point.x;
      break;
    case 'D':
      row = 1 - point.z, column = 1 + point.x;
      break;
    case 'R':
      column = 1 - point.z;
      break;
    case 'L':
      column = 1 + point.z;
      break;
    case 'F':
      column = 1 + point.x;
      break;
    default:
      column = 1 - point.x;
      break;
  }
  return static_cast<int>(kLetters.find(face)) * 9 + row * 3 + column;
}

constexpr int orientations(int cubie) { return cubie < kCorners ? 3 : 2; }

/// Stickers of each position, in the order of its name's faces: [cubie][face].
constexpr std::array<std::array<int, 3>, kCubies> make_stickers() {
  std::array<std::array<int, 3>, kCubies> stickers{};
  for (int cubie = 0; cubie < kCubies; ++cubie) {
    const char* name = kCubieNames[static_cast<std::size_t>(cubie)];
    Vector point{0, 0, 0};
    for (int i = 0; i < orientations(cubie); ++i) {
      const Vector direction = normal(name[i]);
      point = {point.x + direction.x, point.y + direction.y, point.z + direction.z};
    }
    for (int i = 0; i < orientations(cubie); ++i) {
      stickers[static_cast<std::size_t>(cubie)][static_cast<std::size_t>(i)] = facelet_at(name[i], point);
    }
  }
  return stickers;
}

constexpr auto kStickers = make_stickers();

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument("facelets: " + why); }

/// "3 (U3)": counted from 1, and by face.
std::string name_of_facelet(int facelet) {
  return std::to_string(facelet + 1) + " (" + kLetters[static_cast<std::size_t>(facelet / 9)] +
         std::to_string(facelet % 9 + 1) + ")";
}

void check_stickers(std::string_view facelets) {
  // First, for what is no letter may be as good as invisible, and then a length says nothing.
  if (const std::size_t i = facelets.find_first_not_of(kLetters); i != std::string_view::npos) {
    const std::string where =
        i < kFacelets ? "facelet " + name_of_facelet(static_cast<int>(i)) : "what stands behind the 54 facelets";
    refuse("letter: " + where + " is " + name_of(first_character(facelets.substr(i))) + ", not one of U R F D L B");
  }
  if (facelets.size() != kFacelets) {
    refuse("length: there must be 54 letters, there are " + std::to_string(facelets.size()));
  }
  for (int face = 0; face < kFaces; ++face) {
    const char centre = facelets[static_cast<std::size_t>(face * 9 + 4)];
    const char letter = kLetters[static_cast<std::size_t>(face)];
    if (centre != letter) {
      refuse("centre: facelet " + name_of_facelet(face * 9 + 4) + " is " + centre +
             ", but a face's centre is its name, " + letter);
    }
  }
  std::string wrong;
  for (const char letter : kLetters) {
    const auto count = std::count(facelets.begin(), facelets.end(), letter);
    if (count != 9)
      wrong += (wrong.empty() ? "" : ", ") + std::string(1, letter) + " is there " + std::to_string(count) + " times";
  }
  if (!wrong.empty()) refuse("colour count: every colour must be there 9 times, but " + wrong);
}

/// Puts the piece seen at a position into the cube. found_at: [20], the position of each cubie found so far, or -1.
void read_piece(std::string_view facelets, int position, Cube& cube, std::array<int, kCubies>& found_at) {
  const int faces = orientations(position);
  const char* here = kCubieNames[static_cast<std::size_t>(position)];
  const std::string kind = faces == 3 ? "corner" : "edge";
  std::string colours;
  std::string where;
  for (int i = 0; i < faces; ++i) {
    const int sticker = kStickers[static_cast<std::size_t>(position)][static_cast<std::size_t>(i)];
    colours += facelets[static_cast<std::size_t>(sticker)];
    where += (i == 0 ? "facelets " : ", ") + std::to_string(sticker + 1);
  }
  where = "the " + kind + " at " + here + " (" + where + ")";
  for (int cubie = faces == 3 ? 0 : kCorners; cubie < (faces == 3 ? kCorners : kCubies); ++cubie) {
    const std::string name = kCubieNames[static_cast<std::size_t>(cubie)];
    for (int turned = 0; turned < faces; ++turned) {
      std::string seen = colours;  // from the cubie's first face on
      std::rotate(seen.begin(), seen.begin() + turned, seen.end());
      if (seen != name) continue;
      int& found = found_at[static_cast<std::size_t>(cubie)];
      if (found >= 0) {
        refuse("duplicate " + kind + ": the piece " + name + " is at " + kCubieNames[static_cast<std::size_t>(found)] +
               " and again at " + here + ": " + where);
      }
      found = position;
      const int index = position - (faces == 3 ? 0 : kCorners);
      cube.places[static_cast<std::size_t>(cubie)] = static_cast<std::uint8_t>(index * faces + turned);
      return;
    }
  }
  refuse("impossible " + kind + ": " + where + " shows " + colours + ", which is no piece of a cube");
}

}  // namespace

std::string to_facelets(const Cube& cube) {
  std::string facelets(kFacelets, ' ');
  for (int face = 0; face < kFaces; ++face) {
    facelets[static_cast<std::size_t>(face * 9 + 4)] = kLetters[static_cast<std::size_t>(face)];
  }
  for (int cubie = 0; cubie < kCubies; ++cubie) {
    const int faces = orientations(cubie);
    const int position = cube.position(cubie) + (faces == 3 ? 0 : kCorners);
    for (int i = 0; i < faces; ++i) {
      const int face = (i + cube.orientation(cubie)) % faces;
      const int sticker = kStickers[static_cast<std::size_t>(position)][static_cast<std::size_t>(face)];
      facelets[static_cast<std::size_t>(sticker)] = kCubieNames[static_cast<std::size_t>(cubie)][i];
    }
  }
  return facelets;
}

Cube from_facelets(std::string_view text) {
  const std::string_view facelets = without_mark(text);
  check_stickers(facelets);
  Cube cube;
  std::array<int, kCubies> found_at;
  found_at.fill(-1);
  for (int position = 0; position < kCubies; ++position) read_piece(facelets, position, cube, found_at);
  if (const int twist = twist_sum(cube); twist != 0) {
    refuse("corner twist: the corners' twists must add up to a multiple of 3, but " + std::to_string(twist) +
           " is over: one corner has been twisted in its place");
  }
  if (flip_sum(cube) != 0) {
    refuse("edge flip: an even number of edges must be flipped: one edge has been flipped in its place");
  }
  if (parity_mismatch(cube) != 0) {
    refuse(
        "permutation parity: corners and edges must both be permuted evenly or both oddly: two pieces have been "
        "exchanged");
  }
  return cube;
}

}  // namespace ripen::cube
