#pragma once
// What the terminal at standard output can show.

namespace ripen::cube {

struct Terminal {
  int columns = 80;
  int rows = 24;
  bool moves = true;   ///< a picture can be drawn over the one before
  bool colour = true;  ///< wanted, too
  bool utf8 = true;    ///< otherwise ASCII

  /// Whether a live view has room.
  [[nodiscard]] bool fits_view() const { return moves && columns >= 20 && rows >= 6; }
};

/// As the system, TERM (unset, empty or "dumb": it cannot move), NO_COLOR (no-color.org) and the locale say it. One
/// that tells no size has the usual one. Nothing that is no terminal moves.
[[nodiscard]] Terminal terminal();

}  // namespace ripen::cube
