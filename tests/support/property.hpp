#pragma once
// Properties, checked on many random cases.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include "ripen/random.hpp"

namespace ripen::test {

/// A whole number from the environment.
inline std::int64_t from_environment(const char* name, std::int64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

/// Checks RIPEN_CASES cases (`usual` many), drawn from RIPEN_SEED (1), up to the first that is wrong. draw: Random& to
/// a case, which prints as C++; check: a case to what is wrong with it, empty if nothing is.
template <typename Draw, typename Check>
void check_cases(Draw draw, Check check, std::int64_t usual = 1'000'000) {
  const std::int64_t cases = from_environment("RIPEN_CASES", usual), seed = from_environment("RIPEN_SEED", 1);
  for (std::int64_t i = 0; i < cases; ++i) {
    Random random(static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(i));
    const auto drawn = draw(random);
    std::string wrong;
    try {
      wrong = check(drawn);
    } catch (const std::exception& error) {
      wrong = std::string("thrown: ") + error.what();
    }
    if (wrong.empty()) continue;
    ADD_FAILURE() << "case " << i << " of seed " << seed << ": " << wrong << "\n  EXPECT_EQ(check(" << drawn
                  << "), \"\");";
    return;
  }
}

/// Any value at all: half of the time any bits, NaN, infinities and subnormals among them, else one in [-10, 10).
inline double any_number(Random& random) {
  return random.below(2) == 0 ? std::bit_cast<double>(random.next()) : 20.0 * random.uniform() - 10.0;
}

/// A number as C++ that is the same bits again.
inline std::string exact(double number) {
  if (std::isnan(number)) return "NAN";
  if (std::isinf(number)) return number < 0.0 ? "-INFINITY" : "INFINITY";
  char text[40];
  std::snprintf(text, sizeof(text), "%a", number);
  return text;
}

/// Some values as C++.
template <typename Value>
std::string listed(const std::vector<Value>& values) {
  std::ostringstream out;
  for (const Value& value : values) out << (&value == values.data() ? "{" : ", ") << value;
  return values.empty() ? "{}" : out.str() + "}";
}

}  // namespace ripen::test
