#pragma once
// An option that is one of a few words.

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ripen::examples {

/// Declares an option whose values have names: only these are taken, not the numbers behind them. `chosen` is the
/// default and must outlive the parsing.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& option, Value& chosen,
                        const std::vector<std::pair<std::string, Value>>& values, const std::string& help) {
  std::vector<std::string> names;
  std::string by_default;
  for (const auto& [name, value] : values) {
    names.push_back(name);
    if (value == chosen) by_default = name;
  }
  const auto choose = [&chosen, values](const std::string& wanted) {
    for (const auto& [name, value] : values) {
      if (name == wanted) chosen = value;
    }
  };
  return app.add_option_function<std::string>(option, choose, help)
      ->check(CLI::IsMember(names))
      ->default_str(by_default);
}

}  // namespace ripen::examples
