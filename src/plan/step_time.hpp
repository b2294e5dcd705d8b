#pragma once
// Predicts what a pass will cost, so that none starts that would end late.

#include <algorithm>
#include <chrono>
#include <vector>

namespace ripen {

/// What passes of each size usually cost, and how much they vary: mean and mean deviation, as TCP predicts round trips
/// (Jacobson, "Congestion avoidance and control", SIGCOMM 1988). Real-time safe but for construction.
class StepTimePredictor {
 public:
  explicit StepTimePredictor(int most_windows) : usual_(static_cast<std::size_t>(most_windows) + 1) {}

  [[nodiscard]] std::chrono::nanoseconds predict(int windows) const noexcept {
    auto usual = usual_[static_cast<std::size_t>(windows)];
    // A size not met yet is taken for the dearest there is.
    if (usual.count() == 0) usual = *std::ranges::max_element(usual_);
    // Never more than twice the usual cost: being interrupted is no property of the pass, and the part of a tick that
    // is not budget is there for it.
    return usual + std::min(usual, 4 * deviation_);
  }

  void observe(int windows, std::chrono::nanoseconds cost) noexcept {
    auto& usual = usual_[static_cast<std::size_t>(windows)];
    if (usual.count() == 0) usual = cost;
    cost = std::min(cost, 4 * usual);
    deviation_ += (std::chrono::abs(cost - usual) - deviation_) / kMemory;
    usual += (cost - usual) / kMemory;
  }

  /// A whole budget was too small for one pass. Without this, a bad start would end all refining: what is never run is
  /// never seen to be cheap.
  void refused() noexcept {
    for (auto& usual : usual_) usual -= usual / kMemory;
  }

 private:
  static constexpr int kMemory = 16;  // Passes.
  std::vector<std::chrono::nanoseconds> usual_;
  std::chrono::nanoseconds deviation_{0};
};

}  // namespace ripen
