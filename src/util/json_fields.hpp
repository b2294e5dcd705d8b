#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ripen/error.hpp"

namespace ripen {

/// Reads fields of a foreign object, each of its type and range: the JSON library would convert a number that does not
/// fit, which is undefined. What is wrong throws Error that names the field and gives its value.
class JsonFields {
 public:
  using Json = nlohmann::json;

  /// Both must stay; the name is for messages.
  JsonFields(const Json& json, std::string_view name) : json_(json), name_(name) {}

  [[nodiscard]] bool has(const char* field) const { return json_.contains(field); }

  [[nodiscard]] JsonFields object(const char* field) const { return {at(field), field}; }

  [[nodiscard]] const Json& array(const char* field) const {
    if (!at(field).is_array()) fail(field, "is no array");
    return at(field);
  }

  template <typename Integer>
  void integer(const char* field, Integer& value, std::int64_t low = std::numeric_limits<Integer>::min(),
               std::int64_t high = std::numeric_limits<Integer>::max()) const {
    value = static_cast<Integer>(integer_of(field, at(field), low, high));
  }

  [[nodiscard]] std::vector<std::int64_t> integers(const char* field, std::int64_t low) const {
    std::vector<std::int64_t> values;
    for (const Json& json : array(field)) {
      values.push_back(integer_of(field, json, low, std::numeric_limits<std::int64_t>::max()));
    }
    return values;
  }

  /// Null is what is not finite.
  [[nodiscard]] std::vector<double> numbers(const char* field, int size) const {
    std::vector<double> values;
    for (const Json& json : array(field)) {
      if (!json.is_number() && !json.is_null()) fail(field, "has " + json.dump() + ", no number");
      values.push_back(json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>());
    }
    if (values.size() != static_cast<std::size_t>(size)) {
      fail(field, "has " + std::to_string(values.size()) + " values, not " + std::to_string(size));
    }
    return values;
  }

  /// Null is what is not finite.
  [[nodiscard]] float number(const char* field) const {
    const Json& json = at(field);
    if (!json.is_number() && !json.is_null()) fail(field, "is " + json.dump() + ", no number");
    return json.is_null() ? std::numeric_limits<float>::quiet_NaN() : json.get<float>();
  }

  void boolean(const char* field, bool& value) const {
    const Json& json = at(field);
    if (!json.is_boolean()) fail(field, "is " + json.dump() + ", neither true nor false");
    value = json.get<bool>();
  }

  [[nodiscard]] std::string text(const char* field) const {
    const Json& json = at(field);
    if (!json.is_string()) fail(field, "is " + json.dump() + ", no text");
    return json.get<std::string>();
  }

  [[noreturn]] void fail(const char* field, const std::string& what) const {
    throw Error("'" + std::string(name_) + "." + field + "' " + what);
  }

 private:
  [[nodiscard]] const Json& at(const char* field) const {
    const auto found = json_.find(field);  // Of anything but an object: the end.
    if (found == json_.end()) fail(field, "is missing");
    return *found;
  }
  [[nodiscard]] std::int64_t integer_of(const char* field, const Json& json, std::int64_t low,
                                        std::int64_t high) const {
    // A number beyond int64 is unsigned there.
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() >> 63 != 0) ||
        json.get<std::int64_t>() < low || json.get<std::int64_t>() > high) {
      fail(field, "is " + json.dump() + ", no integer of its range");
    }
    return json.get<std::int64_t>();
  }

  const Json& json_;
  std::string_view name_;
};

}  // namespace ripen
