#pragma once
// Face turns as text: "R U2 F'".

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cube_solver/moves.hpp"

namespace ripen::cube {

/// "R", "U2", "F'"; "-" for kHold.
[[nodiscard]] std::string to_text(Move move);
/// Separated by single spaces.
[[nodiscard]] std::string to_text(std::span<const Move> moves);

/// Turns separated by white space: a face of U R F D L B, then nothing, ', 2 or 2'. An empty text is no turn. UTF-8; a
/// byte order mark before it is left out, and what is typed for a prime is one: ` and U+00B4, U+2018, U+2019, U+2032.
/// Throws std::invalid_argument naming the turn, its place in the text, counted from 1, and what is no ASCII in it.
[[nodiscard]] std::vector<Move> parse_moves(std::string_view text);

}  // namespace ripen::cube
