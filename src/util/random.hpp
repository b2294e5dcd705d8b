#pragma once
// Random numbers that are the same bits everywhere, which the standard library's distributions do not promise.

#include <cmath>
#include <cstdint>
#include <numbers>

namespace ripen {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Real-time safe.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// One of several independent streams of a seed: stream n's draws do not depend on how many others took.
  Random(std::uint64_t seed, std::uint64_t stream) : state_(Random(Random(seed).next() ^ stream).next()) {}

  /// 64 uniform bits.
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound), without bias; bound > 0.
  int below(int bound) noexcept {
    const auto range = static_cast<std::uint64_t>(bound);
    const std::uint64_t rejected = (0 - range) % range;  // 2^64 mod range
    for (;;) {
      if (const std::uint64_t draw = next(); draw >= rejected) return static_cast<int>(draw % range);
    }
  }

  /// Uniform in [0, 1).
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Normal with mean 0 and deviation 1 (Box and Muller, 1958).
  double normal() noexcept {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace ripen
