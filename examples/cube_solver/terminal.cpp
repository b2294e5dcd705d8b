#include "cube_solver/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <string_view>

namespace ripen::cube {

namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// By the locale's own name for it: the program's locale stays "C", with its decimal points.
bool locale_is_utf8() {
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool utf8 = std::string_view(nl_langinfo_l(CODESET, locale)) == "UTF-8";
  freelocale(locale);
  return utf8;
}

}  // namespace

Terminal terminal() {
  Terminal terminal;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) terminal.columns = size.ws_col;
    if (size.ws_row > 0) terminal.rows = size.ws_row;
  }
  const std::string_view type = variable("TERM");
  terminal.moves = isatty(STDOUT_FILENO) != 0 && !type.empty() && type != "dumb";
  terminal.colour = terminal.moves && variable("NO_COLOR").empty();
  terminal.utf8 = locale_is_utf8();
  return terminal;
}

}  // namespace ripen::cube
