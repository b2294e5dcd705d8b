#pragma once
// What a loop measured, as percentiles and as text.

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "ripen/histogram.hpp"

namespace ripen::examples {

/// Percentiles of a duration over many ticks [us].
struct Spread {
  double p50 = 0.0, p90 = 0.0, p99 = 0.0, p999 = 0.0, max = 0.0;
};

[[nodiscard]] inline Spread spread_of(const Histogram& histogram) {
  const auto us = [](std::chrono::nanoseconds duration) {
    return std::chrono::duration<double, std::micro>(duration).count();
  };
  return {us(histogram.percentile(0.5)), us(histogram.percentile(0.9)), us(histogram.percentile(0.99)),
          us(histogram.percentile(0.999)), us(histogram.max())};
}

/// A number for people, with so many digits behind the point.
[[nodiscard]] inline std::string rounded(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

[[nodiscard]] inline nlohmann::ordered_json to_object(const Spread& spread) {
  return {{"p50", spread.p50}, {"p90", spread.p90}, {"p99", spread.p99}, {"p999", spread.p999}, {"max", spread.max}};
}

}  // namespace ripen::examples
