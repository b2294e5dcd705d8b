// Facelets and scrambles: refused, or they mean the same after being written and read again.

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "check.hpp"
#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"
#include "cube_solver/text.hpp"

using namespace ripen::cube;

/// There is a message, and nothing of the input in it does anything to a terminal.
void check(const std::invalid_argument& error) {
  const std::string_view message = error.what();
  FUZZ_CHECK(!message.empty() && printable(message) == message);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Cube cube = from_facelets(text);
    FUZZ_CHECK(is_solvable(cube));
    FUZZ_CHECK(from_facelets(to_facelets(cube)) == cube);
  } catch (const std::invalid_argument& error) {
    check(error);
  }
  try {
    const auto moves = parse_moves(text);
    FUZZ_CHECK(parse_moves(to_text(moves)) == moves);
    Cube cube;
    cube.apply(moves);
    FUZZ_CHECK(from_facelets(to_facelets(cube)) == cube);
  } catch (const std::invalid_argument& error) {
    check(error);
  }
  return 0;
}
