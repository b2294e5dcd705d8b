#pragma once
// What the terminal at standard output can show.

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <string_view>

namespace ripen::examples {

struct Terminal {
  int columns = 80;
  int rows = 24;
  bool moves = true;   ///< a picture can be drawn over the one before
  bool colour = true;  ///< wanted, too
  bool utf8 = true;    ///< otherwise ASCII

  /// Whether a live view has room.
  [[nodiscard]] bool fits_view() const { return moves && columns >= 20 && rows >= 6; }
};

namespace of_terminal {

inline std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// By the locale's own name for it: the program's locale stays "C", with its decimal points.
inline bool locale_is_utf8() {
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool utf8 = std::string_view(nl_langinfo_l(CODESET, locale)) == "UTF-8";
  freelocale(locale);
  return utf8;
}

}  // namespace of_terminal

/// As the system, TERM (unset, empty or "dumb": it cannot move), NO_COLOR (no-color.org) and the locale say it. One
/// that tells no size has the usual one. Nothing that is no terminal moves.
[[nodiscard]] inline Terminal terminal() {
  Terminal terminal;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) terminal.columns = size.ws_col;
    if (size.ws_row > 0) terminal.rows = size.ws_row;
  }
  const std::string_view type = of_terminal::variable("TERM");
  terminal.moves = isatty(STDOUT_FILENO) != 0 && !type.empty() && type != "dumb";
  terminal.colour = terminal.moves && of_terminal::variable("NO_COLOR").empty();
  terminal.utf8 = of_terminal::locale_is_utf8();
  return terminal;
}

}  // namespace ripen::examples
