#include "push_t/starts.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <random>

namespace ripen::push_t {

namespace {

/// As RandomState::randint draws below 2^32: bits below the range's highest, until they are in it.
int between(std::mt19937& bits, int low, int high) {
  const auto range = static_cast<std::uint32_t>(high - low - 1);
  const std::uint32_t mask = std::bit_ceil(range + 1) - 1;
  for (;;) {
    if (const auto draw = static_cast<std::uint32_t>(bits()) & mask; draw <= range) {
      return low + static_cast<int>(draw);
    }
  }
}

/// Uniform in [0, 1) with 53 bits of two draws.
double uniform(std::mt19937& bits) {
  const auto high = static_cast<double>(bits() >> 5);
  const auto low = static_cast<double>(bits() >> 6);
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

/// The first normal number of a pair (Marsaglia's polar method).
double normal(std::mt19937& bits) {
  for (;;) {
    const double x = 2.0 * uniform(bits) - 1.0;
    const double y = 2.0 * uniform(bits) - 1.0;
    const double square = x * x + y * y;
    if (square < 1.0 && square != 0.0) return y * std::sqrt(-2.0 * std::log(square) / square);
  }
}

}  // namespace

State start_of(std::uint32_t seed) {
  std::mt19937 bits(seed);
  State start;
  start.agent.x = between(bits, 50, 450);
  start.agent.y = between(bits, 50, 450);
  start.block.position.x = between(bits, 100, 400);
  start.block.position.y = between(bits, 100, 400);
  start.block.angle = normal(bits) * 2.0 * std::numbers::pi - std::numbers::pi;
  return start;
}

}  // namespace ripen::push_t
