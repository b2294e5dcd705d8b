#include "cube_solver/notation.hpp"

#include <cctype>
#include <sstream>
#include <stdexcept>

#include "cube_solver/text.hpp"

namespace ripen::cube {

namespace {

constexpr std::string_view kFaceLetters = "URFDLB";

bool is_prime(const Character& c) {
  static constexpr std::u32string_view kPrimes = U"'`\u00B4\u2018\u2019\u2032";
  return c.valid && kPrimes.find(c.code) != std::u32string_view::npos;
}

/// The text with ' for whatever was typed for a prime.
std::string with_plain_primes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const Character c = first_character(text);
    text.remove_prefix(c.bytes.size());
    plain += is_prime(c) ? "'" : c.bytes;
  }
  return plain;
}

/// Why a token is no turn; empty if it is one.
std::string problem_of(const std::string& token) {
  for (std::string_view rest = token; !rest.empty();) {
    const Character c = first_character(rest);
    if (!c.valid || c.code < 0x20 || c.code > 0x7E) return name_of(c) + " is not understood";
    rest.remove_prefix(c.bytes.size());
  }
  if (kFaceLetters.find(token[0]) == std::string_view::npos) {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(token[0])));
    if (upper != token[0] && kFaceLetters.find(upper) != std::string_view::npos) {
      return std::string("faces are upper case, turns of two layers are not known; did you mean ") + upper + "?";
    }
    return "the face must be one of U R F D L B";
  }
  const std::string suffix = token.substr(1);
  if (suffix.empty() || suffix == "'" || suffix == "2" || suffix == "2'") return "";
  return "after the face may come nothing, ', 2 or 2'";
}

}  // namespace

std::string to_text(Move move) {
  if (move == kHold) return "-";
  static constexpr const char* kSuffixes[] = {"", "2", "'"};
  return kFaceLetters[face_of(move)] + std::string(kSuffixes[quarters_of(move) - 1]);
}

std::string to_text(std::span<const Move> moves) {
  std::string text;
  for (const Move move : moves) text += (text.empty() ? "" : " ") + to_text(move);
  return text;
}

std::vector<Move> parse_moves(std::string_view text) {
  std::vector<Move> moves;
  std::istringstream stream(with_plain_primes(without_mark(text)));
  for (std::string token; stream >> token;) {
    if (const std::string problem = problem_of(token); !problem.empty()) {
      throw std::invalid_argument("scramble: turn " + std::to_string(moves.size() + 1) + " '" + printable(token) +
                                  "': " + problem);
    }
    const int quarters = token.size() == 1 ? 1 : token[1] == '2' ? 2 : 3;
    moves.push_back(turn_of(static_cast<int>(kFaceLetters.find(token[0])), quarters));
  }
  return moves;
}

}  // namespace ripen::cube
