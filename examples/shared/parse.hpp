#pragma once
// What every program does with its command line: numbers are decimal, and what it cannot take is refused.

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

namespace ripen::examples {

/// Exit status of a program whose arguments or files are wrong.
inline constexpr int kBadInput = 2;

/// Why a text is no number of the type; empty if it is one. A number is decimal: digits, with a '-' before them if the
/// type has a sign, and a fraction or an exponent if it is floating. Hexadecimal and octal numbers, a '+', blanks, nan,
/// infinities and what the type cannot hold are refused.
template <typename Number>
[[nodiscard]] std::string problem_of_number(const std::string& text) {
  const char* const end = text.data() + text.size();
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const bool octal = text.size() > first + 1 && text[first] == '0' && text[first + 1] >= '0' && text[first + 1] <= '9';
  Number number{};
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return "'" + text + "' is out of range";
  bool good = error == std::errc() && rest == end && !octal;
  if constexpr (std::is_floating_point_v<Number>) good = good && std::isfinite(number);
  if (good) return "";
  if (text.empty()) return "'' is no number: a value is missing";
  const char* kind = std::is_floating_point_v<Number> ? "a finite decimal number"
                     : std::is_unsigned_v<Number>     ? "a whole decimal number that is not negative"
                                                      : "a whole decimal number";
  return "'" + text + "' is not " + kind + (octal ? ": it begins with 0" : "");
}

/// Takes the numbers that problem_of_number() takes, and makes 0 of a negative zero. CLI11 itself reads 010 as 8,
/// clamps what is too large, and takes an empty value of an optional number for none.
template <typename Number>
[[nodiscard]] CLI::Validator decimal() {
  const auto check = [](std::string& text) {
    std::string problem = problem_of_number<Number>(text);
    if (problem.empty() && text.starts_with('-') && text.find_first_of("123456789") == std::string::npos) text = "0";
    return problem;
  };
  return {check, ""};
}

/// The exit status if the program ends here: 0 after --help, kBadInput after a message on standard error. All options
/// that were declared as numbers take decimal ones only.
[[nodiscard]] inline std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name().substr(0, option->get_type_name().find_first_of(": "));
    if (type == "INT") option->transform(decimal<std::int64_t>());
    if (type == "UINT") option->transform(decimal<std::uint64_t>());
    if (type == "FLOAT") option->transform(decimal<double>());
  }
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
}

}  // namespace ripen::examples
