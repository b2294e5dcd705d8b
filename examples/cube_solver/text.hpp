#pragma once
// What people type and paste: UTF-8, character by character.

#include <string>
#include <string_view>

namespace ripen::cube {

/// A text's first character. A byte that begins none stands for itself.
struct Character {
  std::string_view bytes;  ///< its part of the text
  char32_t code = 0;       ///< its code point, or the byte
  bool valid = false;      ///< it is UTF-8

  [[nodiscard]] bool is(char ascii) const { return bytes.size() == 1 && bytes[0] == ascii; }
};

/// text: not empty.
[[nodiscard]] Character first_character(std::string_view text);

/// "'f' (U+0066)"; "U+0007" where there is nothing to show; "byte 0xFF" where there is no UTF-8.
[[nodiscard]] std::string name_of(const Character& character);

/// The text with nothing in it that a terminal takes for a command: such characters are as name_of() has them, in <>.
[[nodiscard]] std::string printable(std::string_view text);

/// The text without the byte order mark that some editors put before UTF-8.
[[nodiscard]] std::string_view without_mark(std::string_view text);

}  // namespace ripen::cube
