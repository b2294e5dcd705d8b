#include "ripen/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ripen {

std::size_t Histogram::bucket_of(std::int64_t value) noexcept {
  const auto clamped = static_cast<std::uint64_t>(std::min(value, (std::int64_t{1} << kValueBits) - 1));
  // The highest bit chooses the power of two, the kLinearBits below it the bucket within.
  const int shift = std::max(0, static_cast<int>(std::bit_width(clamped)) - kLinearBits - 1);
  return (static_cast<std::size_t>(shift) << kLinearBits) + static_cast<std::size_t>(clamped >> shift);
}

std::int64_t Histogram::middle_of(std::size_t bucket) noexcept {
  const std::size_t row = bucket >> kLinearBits;
  if (row < 2) return static_cast<std::int64_t>(bucket);  // one value a bucket
  const std::size_t shift = row - 1;
  const auto low = static_cast<std::int64_t>((bucket - (shift << kLinearBits)) << shift);
  return low + (std::int64_t{1} << shift) / 2;
}

void Histogram::record(std::chrono::nanoseconds duration) noexcept {
  const std::int64_t value = std::max<std::int64_t>(0, duration.count());
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value);
}

std::chrono::nanoseconds Histogram::percentile(double fraction) const noexcept {
  constexpr double kRounding = 1e-6;  // 0.56 of 100 are 56, not 57
  const double rank = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_) - kRounding;
  const auto wanted = static_cast<std::int64_t>(std::ceil(rank));
  if (wanted >= count_) return max();
  std::int64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= std::max<std::int64_t>(1, wanted)) return std::chrono::nanoseconds(std::min(middle_of(bucket), max_));
  }
  return max();
}

double Histogram::mean() const noexcept { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) buckets_[bucket] += other.buckets_[bucket];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

}  // namespace ripen
