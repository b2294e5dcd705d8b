#pragma once
// Formatted text, and lines of it for a view in the terminal.

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <string>

namespace ripen::examples {

/// As printf has it, cut after 1,023 characters.
__attribute__((format(printf, 1, 2))) inline std::string format(const char* pattern, ...) {
  char text[1024];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

/// Cuts plain ASCII text, so that no line wraps and the next drawing finds its place.
inline std::string fitted(const std::string& text, int columns) {
  return text.substr(0, static_cast<std::size_t>(std::max(columns, 0))) + "\n";
}

}  // namespace ripen::examples
