#pragma once
// What one core of this processor can multiply and read at most: the roof that passes are measured against.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ripen {

namespace peak {

constexpr int kChains = 12;  ///< independent sums: at least the units' latency times their number

template <int Lanes>
struct Lane {
  typedef float Vector __attribute__((vector_size(Lanes * sizeof(float))));  // `using` drops the attribute here.
};

/// Multiply-adds on registers alone. Returns what depends on all of them.
template <int Lanes>
[[gnu::always_inline]] inline float chains(int rounds) {
  using Vector = typename Lane<Lanes>::Vector;
  Vector sums[kChains];
  for (int c = 0; c < kChains; ++c) sums[c] = Vector{} + static_cast<float>(c);
  const Vector factor = Vector{} + 0.999F, term = Vector{} + 0.001F;
  for (int i = 0; i < rounds; ++i) {
    for (int c = 0; c < kChains; ++c) sums[c] = sums[c] * factor + term;
  }
  float sum = 0.0F;
  for (int c = 0; c < kChains; ++c) {
    for (int lane = 0; lane < Lanes; ++lane) sum += sums[c][lane];
  }
  return sum;
}

#if defined(__x86_64__)
[[gnu::target("avx512f")]] inline float chains_avx512(int rounds) { return chains<16>(rounds); }
[[gnu::target("avx2,fma")]] inline float chains_avx2(int rounds) { return chains<8>(rounds); }
#endif

/// The least time of some runs [ns].
template <typename Work>
double nanoseconds(const Work& work) {
  constexpr int kRuns = 50;
  double least = 1e300;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    least = std::min(least, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

}  // namespace peak

/// Float32 multiply-adds of one core, two operations each [10^9/s].
inline double peak_gigaflops() {
  constexpr int kRounds = 100000;
  float (*run)(int) = peak::chains<4>;
  int lanes = 4;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    run = peak::chains_avx512;
    lanes = 16;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    run = peak::chains_avx2;
    lanes = 8;
  }
#endif
  volatile float kept = 0.0F;
  const double ns = peak::nanoseconds([&] { kept = run(kRounds); });
  return 2.0 * lanes * peak::kChains * kRounds / ns;
}

/// Rate at which one core reads so many bytes again and again, wherever the caches keep them [10^9 bytes/s].
inline double read_gigabytes(std::size_t bytes) {
  constexpr std::size_t kStride = 8;  // sums in parallel
  std::vector<std::uint64_t> data(bytes / sizeof(std::uint64_t) / kStride * kStride, 1);
  volatile std::uint64_t kept = 0;
  const double ns = peak::nanoseconds([&] {
    std::uint64_t sums[kStride] = {};
    for (std::size_t i = 0; i < data.size(); i += kStride) {
      for (std::size_t s = 0; s < kStride; ++s) sums[s] += data[i + s];
    }
    for (std::size_t s = 1; s < kStride; ++s) sums[0] += sums[s];
    kept = sums[0];
  });
  return static_cast<double>(data.size() * sizeof(std::uint64_t)) / ns;
}

}  // namespace ripen
