#pragma once
// What every program does with a command line that it cannot take.

#include <CLI/CLI.hpp>
#include <optional>

namespace ripen::examples {

/// Exit status of a program whose arguments or files are wrong.
inline constexpr int kBadInput = 2;

/// The exit status if the program ends here: 0 after --help, kBadInput after a message on standard error.
[[nodiscard]] inline std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
}

}  // namespace ripen::examples
