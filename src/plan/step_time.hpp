#pragma once
// Predicts what a pass will cost, so that none starts that would end late.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace ripen {

/// What passes of each size usually cost, and how much they vary: mean and mean deviation, as TCP predicts round trips
/// (Jacobson, "Congestion avoidance and control", SIGCOMM 1988). Real-time safe but for construction.
class StepTimePredictor {
 public:
  explicit StepTimePredictor(int most_windows) : usual_(static_cast<std::size_t>(most_windows) + 1) {}

  /// length: of the windows, as a share of the longest. What a pass costs is taken to grow with it.
  [[nodiscard]] std::chrono::nanoseconds predict(int windows, double length = 1.0) const noexcept {
    return scaled(expected(windows), patience_ * length);
  }

  void observe(int windows, std::chrono::nanoseconds cost, double length = 1.0) noexcept {
    cost = scaled(cost, 1.0 / length);
    auto& usual = usual_[static_cast<std::size_t>(windows)];
    const bool after_refusal = probing_ || patience_ < 1.0;
    patience_ = 1.0;
    probing_ = false;
    if (after_refusal && 4 * cost < 3 * expected(windows)) {
      // What was slow was the exception: nothing of it is kept, in no size.
      for (auto& each : usual_) each = std::min(each, cost);
      usual = cost;
      deviation_ = std::min(deviation_, cost / kMemory);
      return;
    }
    doubtful_ = !after_refusal && cost > 2 * usual;  // The first pass, too: caches are filled then.
    if (usual.count() == 0) usual = cost;
    cost = std::min(cost, 4 * usual);
    deviation_ += (std::chrono::abs(cost - usual) - deviation_) / kMemory;
    usual += (cost - usual) / kMemory;
  }

  /// A whole budget was too small for one pass. True if one should be run all the same: what is expected rests on one
  /// pass that was slow, and a second tells whether that was an accident. Otherwise a little less is expected until the
  /// next pass: what is never run is never seen to be cheap.
  [[nodiscard]] bool refused() noexcept {
    probing_ = std::exchange(doubtful_, false);
    if (!probing_) patience_ -= patience_ / kMemory;
    return probing_;
  }

 private:
  static constexpr int kMemory = 16;  // Passes.

  static std::chrono::nanoseconds scaled(std::chrono::nanoseconds cost, double factor) noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(cost.count()) * factor));
  }

  [[nodiscard]] std::chrono::nanoseconds expected(int windows) const noexcept {
    auto usual = usual_[static_cast<std::size_t>(windows)];
    if (usual.count() == 0) usual = of_unmet(windows);
    // Never more than twice the usual cost: being interrupted is no property of the pass, and the part of a tick that
    // is not budget is there for it.
    return usual + std::min(usual, 4 * deviation_);
  }

  /// A size not met yet: a part of the next larger one, or the dearest there is.
  [[nodiscard]] std::chrono::nanoseconds of_unmet(int windows) const noexcept {
    for (auto larger = static_cast<std::size_t>(windows) + 1; larger < usual_.size(); ++larger) {
      if (usual_[larger].count() > 0) return usual_[larger] * windows / static_cast<std::int64_t>(larger);
    }
    return *std::ranges::max_element(usual_);
  }

  std::vector<std::chrono::nanoseconds> usual_;
  std::chrono::nanoseconds deviation_{0};
  double patience_ = 1.0;  // Part of what is expected that is believed: less with each refusal in a row.
  bool doubtful_ = false;  // The last pass was far slower than those before it.
  bool probing_ = false;   // The next one is run to find out.
};

}  // namespace ripen
