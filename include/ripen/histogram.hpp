#pragma once
// Durations of millions of ticks in fixed memory.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "ripen/export.hpp"

namespace ripen {

/// Counts durations in buckets that are linear within each power of two: relative error of a percentile below 1 % up
/// to 1,000 s, exact below 128 ns. 18 KiB, no heap. All calls are real-time safe.
class RIPEN_EXPORT Histogram {
 public:
  /// Negative durations count as 0, those beyond the last bucket's end as its last.
  void record(std::chrono::nanoseconds duration) noexcept;

  /// The duration that a fraction (0 ... 1) of all did not exceed; the exact maximum for 1. 0 if nothing was recorded.
  [[nodiscard]] std::chrono::nanoseconds percentile(double fraction) const noexcept;
  [[nodiscard]] std::chrono::nanoseconds max() const noexcept { return std::chrono::nanoseconds(max_); }  ///< exact
  [[nodiscard]] double mean() const noexcept;  ///< [ns] exact
  [[nodiscard]] std::int64_t count() const noexcept { return count_; }

  void merge(const Histogram& other) noexcept;
  void clear() noexcept { *this = Histogram(); }

 private:
  static constexpr int kLinearBits = 6;  // 64 buckets for each power of two, so that half a bucket is 0.8 %
  static constexpr int kValueBits = 40;  // 1,099 s
  static constexpr std::size_t kBuckets = std::size_t{kValueBits - kLinearBits + 1} << kLinearBits;

  static std::size_t bucket_of(std::int64_t value) noexcept;
  static std::int64_t middle_of(std::size_t bucket) noexcept;

  std::array<std::int64_t, kBuckets> buckets_{};
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
  double sum_ = 0.0;
};

}  // namespace ripen
