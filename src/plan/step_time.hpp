#pragma once
// Predicts what a pass will cost, so that none starts that would end late.

#include <algorithm>
#include <chrono>
#include <vector>

namespace ripen {

/// What passes of each size usually cost, and by how much the worst of late outlasted that. Real-time safe but for
/// construction.
class StepTimePredictor {
 public:
  explicit StepTimePredictor(int most_windows) : usual_(static_cast<std::size_t>(most_windows) + 1) {}

  [[nodiscard]] std::chrono::nanoseconds predict(int windows) const noexcept {
    const auto usual = usual_[static_cast<std::size_t>(windows)];
    // A size not met yet is taken for the dearest there is.
    return (usual.count() > 0 ? usual : *std::ranges::max_element(usual_)) + excess_;
  }

  void observe(int windows, std::chrono::nanoseconds cost) noexcept {
    auto& usual = usual_[static_cast<std::size_t>(windows)];
    usual = usual.count() > 0 ? usual + (cost - usual) / kMemory : cost;
    excess_ = std::max(cost - usual, excess_ - excess_ / kMemory);
  }

  /// A whole budget was too small for one pass. Without this, one interruption would end all refining: what is never
  /// run is never seen to be cheap again.
  void refused() noexcept {
    excess_ -= excess_ / kImpatience;
    for (auto& usual : usual_) usual -= usual / kMemory;
  }

 private:
  static constexpr int kMemory = 16;  // Passes.
  static constexpr int kImpatience = 2;
  std::vector<std::chrono::nanoseconds> usual_;
  std::chrono::nanoseconds excess_{0};
};

}  // namespace ripen
