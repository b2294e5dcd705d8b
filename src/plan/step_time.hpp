#pragma once
// Predicts what a pass will cost, so that none starts that would end late.

#include <algorithm>
#include <chrono>
#include <vector>

namespace ripen {

/// The worst seen for each number of windows, decaying. Real-time safe but for construction.
class StepTimePredictor {
 public:
  explicit StepTimePredictor(int most_windows) : worst_(static_cast<std::size_t>(most_windows) + 1) {}

  /// Never less than what fewer windows cost, so that sizes not met yet are not taken for free.
  [[nodiscard]] std::chrono::nanoseconds predict(int windows) const noexcept {
    return *std::max_element(worst_.begin(), worst_.begin() + windows + 1);
  }

  void observe(int windows, std::chrono::nanoseconds cost) noexcept {
    auto& worst = worst_[static_cast<std::size_t>(windows)];
    // One interruption in hundreds of passes should not empty the ticks that follow for long.
    worst = std::max(cost, worst - worst / kDecay);
  }

 private:
  static constexpr int kDecay = 16;
  std::vector<std::chrono::nanoseconds> worst_;
};

}  // namespace ripen
