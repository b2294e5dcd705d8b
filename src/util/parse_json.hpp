#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/error.hpp"

namespace ripen {

/// A foreign text as JSON. Throws Error that begins with the name: no JSON, a key twice in an object (the library would
/// keep the last), or nested so deeply that what walks through it could run out of stack. Text is UTF-8, or it is no
/// JSON.
[[nodiscard]] inline nlohmann::json parse_json(std::string_view text, const std::string& name) {
  using Event = nlohmann::json::parse_event_t;
  constexpr int kDeepest = 64;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (depth > kDeepest) throw Error(name + ": nested deeper than " + std::to_string(kDeepest));
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(name + ": key " + parsed.dump() + " is there twice");
    }
    return true;
  };
  // The library would take it for the end of the text, and what is behind it for nothing.
  if (text.find('\0') != std::string_view::npos) throw Error(name + ": has a zero byte");
  try {
    return nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    throw Error(name + ": " + error.what());
  }
}

}  // namespace ripen
