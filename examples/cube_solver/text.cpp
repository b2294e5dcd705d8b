#include "cube_solver/text.hpp"

#include <algorithm>
#include <cstdio>

namespace ripen::cube {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";  // U+FEFF

/// Length of a sequence by its first byte; 0: none begins so.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

/// Something to be seen: no control character, nothing that has no width or turns the direction of writing.
bool is_visible(const Character& character) {
  const char32_t c = character.code;
  if (!character.valid || c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD) return false;
  return !((c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           (c >= 0x300 && c < 0x370) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c >= 0xE0000);
}

}  // namespace

Character first_character(std::string_view text) {
  const Character byte{.bytes = text.substr(0, 1), .code = static_cast<unsigned char>(text[0]), .valid = false};
  const std::size_t length = length_of(static_cast<unsigned char>(text[0]));
  if (length == 0 || text.size() < length) return byte;
  static constexpr char32_t kFirstBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};  // What is less has a shorter sequence.
  char32_t code = byte.code & kFirstBits[length];
  for (const char next : text.substr(1, length - 1)) {
    if ((static_cast<unsigned char>(next) & 0xC0) != 0x80) return byte;
    code = code << 6 | (static_cast<unsigned char>(next) & 0x3F);
  }
  if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return byte;
  return {.bytes = text.substr(0, length), .code = code, .valid = true};
}

std::string name_of(const Character& character) {
  char code[24];
  std::snprintf(code, sizeof code, character.valid ? "U+%04X" : "byte 0x%02X", static_cast<unsigned>(character.code));
  if (!is_visible(character)) return code;
  return "'" + std::string(character.bytes) + "' (" + code + ")";
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    shown += is_visible(character) ? std::string(character.bytes) : "<" + name_of(character) + ">";
  }
  return shown;
}

std::string_view without_mark(std::string_view text) {
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace ripen::cube
