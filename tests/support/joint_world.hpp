#pragma once
// A joint that goes to the angle it is told: positions are sent, and positions are measured.

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <vector>

#include "ripen/control_loop.hpp"

namespace ripen::test {

inline constexpr int kAngles = 81;         ///< bins of 0.05 rad, their centres at -2, -1.95, ... 2
inline constexpr double kAngleBin = 0.05;  ///< [rad]
inline constexpr std::chrono::milliseconds kJointPeriod(10);

inline TokenLayout joint_layout() {
  return TokenLayout({{"angle", SlotRole::kState, kAngles, -2.025, 2.025},
                      {"supply", SlotRole::kState, 16, 0.0, 16.0},
                      {"target", SlotRole::kAction, kAngles, -2.025, 2.025}});
}

/// Knows the joint: where a target leads, and a target two bins nearer to the goal. Says NaN where it is told to.
class JointDenoiser : public Denoiser {
 public:
  explicit JointDenoiser(Token goal) : goal_(goal) {}
  bool broken = false;

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 64; }
  [[nodiscard]] int max_steps() const noexcept override { return 16; }

  void run(const DenoiseBatch& batch) noexcept override {
    float* logits = batch.logits;
    float* value = batch.value;
    for (int w = 0; w < batch.windows; ++w) {
      const int first = batch.depth == PassDepth::kWindow ? 0 : batch.steps - 1;
      for (int s = first; s < batch.steps; ++s) {
        const Token* step = batch.tokens + (w * batch.steps + s) * 3;
        if (batch.depth != PassDepth::kStep) {
          const bool known = s > 0 && step[-1] != kMask;
          logits = fill(logits, kAngles, known ? step[-1] : step[0]);
          logits = fill(logits, 16, known ? step[-2] : step[1] == kMask ? 0 : step[1]);
        }
        if (batch.depth != PassDepth::kDynamics) {
          const int distance = step[0] == kMask ? 0 : goal_ - step[0];
          const int move = std::abs(distance) < 2 ? distance : distance > 0 ? 2 : -2;
          logits = fill(logits, kAngles, step[0] == kMask ? goal_ : static_cast<Token>(step[0] + move));
          if (value != nullptr) *value++ = broken ? NAN : static_cast<float>(std::abs(distance)) / 2.0F;
        }
      }
    }
  }

 private:
  float* fill(float* logits, int count, Token likely) const noexcept {
    for (int i = 0; i < count; ++i)
      logits[i] = broken ? NAN : i == likely ? 40.0F : 0.0F;  // Not in doubt: a jump would be quicker.
    return logits + count;
  }

  TokenLayout layout_ = joint_layout();
  Token goal_;
};

/// Is where it was told to be one tick later. What else happens in a read is up to the test.
class JointRobot : public Robot {
 public:
  explicit JointRobot(double angle) : angle_(angle) { sent.reserve(4000); }

  std::vector<double> sent;     // by tick
  std::vector<double> offered;  // as next
  std::vector<CommandSource> sources;
  std::function<bool(std::int64_t, Observation&)> on_read;
  int step_ticks = 1;
  double angle_;

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    observation.fresh = tick % step_ticks == 0;
    observation.state[0] = angle_;
    observation.state[1] = 12.5;
    return !on_read || on_read(tick, observation);
  }
  [[nodiscard]] bool write(const Command& command) noexcept override {
    angle_ = command.action[0];
    sent.push_back(command.action[0]);
    offered.push_back(command.next[0]);
    sources.push_back(command.source);
    return true;
  }
};

/// A joint under its loop, in virtual time.
struct JointRig : TickObserver {
  static constexpr ChannelLimits kLimits{.rate = 5.0, .acceleration = 100.0, .measured_by = 0};  // 0.05, 0.01 a tick

  JointRig(double from, double to, const ControlLoopOptions& given)
      : denoiser(static_cast<Token>(std::lround((to + 2.0) / kAngleBin))),
        robot(from),
        task{.goal = {to, {}}},
        loop(planner, robot, clock, completed(given), {this}) {
    robot.step_ticks = std::max(1, given.step_ticks);
    reports.reserve(4000);
  }
  static ControlLoopOptions completed(ControlLoopOptions options) {
    options.period = kJointPeriod;
    if (!options.budget) options.budget = Budget{.passes = 8};
    if (options.step_ticks == 0) options.step_ticks = 1;
    if (options.limits.empty()) options.limits = {kLimits};
    return options;
  }
  bool on_tick(const Tick& tick) noexcept override {
    reports.push_back(tick.report);
    return std::ssize(reports) < ticks;
  }
  /// Runs so many more ticks.
  void run(int more) {
    ticks = static_cast<int>(reports.size()) + more;
    loop.run({});
  }

  JointDenoiser denoiser;
  Planner planner{
      denoiser,
      {.method = PlanMethod::kBeam, .horizon = 48, .history = 4, .candidates = 1, .pass_windows = 1, .noise = 0.0}};
  JointRobot robot;
  ManualClock clock;
  Task task;
  int ticks = 0;
  std::vector<TickReport> reports;
  ControlLoop loop;
};

}  // namespace ripen::test
