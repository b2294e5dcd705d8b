#pragma once
// A denoiser without a network: a carriage on a rail of 2 m is simple enough to know the posterior.

#include <cmath>
#include <cstdlib>

#include "ripen/denoiser.hpp"
#include "ripen/task.hpp"

namespace carriage {

inline constexpr int kPlaces = 41;            ///< bins of 5 cm, their centres at 0, 0.05, ... 2 m
inline constexpr double kStepSeconds = 0.05;  ///< a step of the plan; 5 cm at full speed
inline constexpr ripen::Token kBack = 0, kStay = 1, kForth = 2;

/// One state, where the carriage is, and one action, how fast it goes. Both are continuous, so they are binned.
inline ripen::TokenLayout layout() {
  using ripen::SlotRole;
  return ripen::TokenLayout({
      {.name = "position [m]", .role = SlotRole::kState, .vocabulary = kPlaces, .low = -0.025, .high = 2.025},
      {.name = "velocity [m/s]", .role = SlotRole::kAction, .vocabulary = 3, .low = -1.5, .high = 1.5},
  });
}

/// The carriage gets to a position and stands where there is nothing to do. [m]
inline ripen::Task go_to(double position) { return {.goal = {position}, .rest = {0.0}}; }

/// What no command leaves, whatever the model says: at most 1 m/s either way, from standing to that in 1/150 s.
inline constexpr ripen::ChannelLimits kVelocityLimits{
    .low = -1.0, .high = 1.0, .rate = 150.0, .acceleration = ripen::kUnlimited};

/// Says where an action leads, which action is good, and how many steps are left to the goal it was made for.
class Denoiser : public ripen::Denoiser {
 public:
  explicit Denoiser(ripen::Token goal) : goal_(goal) {}

  [[nodiscard]] const ripen::TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 64; }
  [[nodiscard]] int max_steps() const noexcept override { return 16; }

  void run(const ripen::DenoiseBatch& batch) noexcept override {
    float* logits = batch.logits;
    float* value = batch.value;
    for (int window = 0; window < batch.windows; ++window) {
      // Two of the depths ask for a window's last step alone.
      const int first = batch.depth == ripen::PassDepth::kWindow ? 0 : batch.steps - 1;
      for (int step = first; step < batch.steps; ++step) {
        const ripen::Token* tokens = batch.tokens + (window * batch.steps + step) * 2;
        if (batch.depth != ripen::PassDepth::kStep) {
          const bool known = step > 0 && tokens[-2] != ripen::kMask && tokens[-1] != ripen::kMask;
          logits = write(logits, kPlaces, known ? moved(tokens[-2], tokens[-1]) : tokens[0]);
        }
        if (batch.depth != ripen::PassDepth::kDynamics) {
          const int distance = tokens[0] == ripen::kMask ? 0 : goal_ - tokens[0];
          logits = write(logits, 3, distance > 0 ? kForth : distance < 0 ? kBack : kStay);
          if (value != nullptr) *value++ = static_cast<float>(std::abs(distance));
        }
      }
    }
  }

  static ripen::Token moved(ripen::Token place, ripen::Token velocity) noexcept {
    const int next = place + velocity - kStay;
    return static_cast<ripen::Token>(next < 0 ? 0 : next >= kPlaces ? kPlaces - 1 : next);
  }

 private:
  /// Unnormalised log-probabilities: the likely token e^8 times as likely as any other; all alike for kMask.
  static float* write(float* logits, int count, ripen::Token likely) noexcept {
    for (int i = 0; i < count; ++i) logits[i] = i == likely ? 8.0F : 0.0F;
    return logits + count;
  }

  ripen::TokenLayout layout_ = carriage::layout();
  ripen::Token goal_;
};

}  // namespace carriage
