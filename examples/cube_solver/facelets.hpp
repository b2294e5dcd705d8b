#pragma once
// The cube as 54 stickers.

#include <array>
#include <string>
#include <string_view>

#include "cube_solver/cube.hpp"

namespace ripen::cube {

inline constexpr int kFacelets = 54;

/// The stickers of the faces U R F D L B, each row by row as seen from outside: U with B above, D with F above, the
/// others with U above. A sticker's letter is the face whose colour it has.
[[nodiscard]] std::string to_facelets(const Cube& cube);

/// text: UTF-8; a byte order mark before it is left out. Throws std::invalid_argument saying which rule is broken and
/// where: letters (what stands there instead, with its code point), length, centres, colour counts, a corner or edge
/// that no cube has or that is there twice, corner twist, edge flip, permutation parity.
[[nodiscard]] Cube from_facelets(std::string_view text);

}  // namespace ripen::cube
