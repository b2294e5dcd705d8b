#pragma once
// A robot of one's own: a carriage whose speed is commanded every 5 ms and which a camera sees every 50 ms.

#include <chrono>

#include "carriage/denoiser.hpp"
#include "ripen/robot.hpp"

namespace carriage {

inline constexpr std::chrono::milliseconds kPeriod(5);
inline constexpr int kStepTicks = 10;  ///< kStepSeconds; tell the loop, and it counts the steps

/// On hardware, read() takes what the fieldbus has received and write() queues what it is to send. Both are called in
/// the tick: they must return at once, and neither allocate nor lock.
class Robot : public ripen::Robot {
 public:
  explicit Robot(double position) : position_(position) {}

  [[nodiscard]] bool read(std::int64_t tick, ripen::Observation& observation) noexcept override {
    using Seconds = std::chrono::duration<double>;
    position_ += velocity_ * Seconds(kPeriod).count() * static_cast<double>(tick - tick_);  // missed ticks count
    tick_ = tick;
    observation.fresh = tick % kStepTicks == 0;  // the camera's rate
    observation.state[0] = position_;
    return true;  // false: nothing could be read; the plan goes on unobserved
  }

  [[nodiscard]] bool write(const ripen::Command& command) noexcept override {
    velocity_ = command.action[0];  // finite and within limits, whatever happened
    return true;
  }

  /// Somebody takes the carriage and puts it elsewhere. [m]
  void push(double distance) noexcept { position_ += distance; }
  [[nodiscard]] double position() const noexcept { return position_; }

 private:
  double position_;        // [m]
  double velocity_ = 0.0;  // [m/s]
  std::int64_t tick_ = 0;
};

}  // namespace carriage
