#pragma once
// The smallest world with a plan: a carriage on a line that has to get to a place.

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <vector>

#include "ripen/control_loop.hpp"
#include "ripen/denoiser.hpp"
#include "ripen/robot.hpp"
#include "ripen/task.hpp"
#include "ripen/token_layout.hpp"

namespace ripen::test {

inline constexpr int kPlaces = 32;
inline constexpr Token kLineGoal = 20;
inline constexpr Token kLeft = 0, kStay = 1, kRight = 2;      ///< decoded: -1, 0, 1
inline constexpr std::array kGoal{kLineGoal};                 ///< of the one state slot
inline constexpr std::array kIdle{kStay};                     ///< of the one action slot
inline const Task kTask{.goal = {kLineGoal}, .rest = {0.0}};  ///< the same, as the loop takes it

/// The line's move is continuous, so it needs limits: none, unless a test gives some.
inline ControlLoopOptions with_limits(ControlLoopOptions options) {
  if (options.limits.empty()) options.limits = {kUnlimitedChannel};
  return options;
}

/// One categorical state "place" in [0, kPlaces) and one continuous action "move" of three bins around -1, 0 and 1.
inline TokenLayout line_layout() {
  return TokenLayout({{.name = "place", .role = SlotRole::kState, .vocabulary = kPlaces},
                      {.name = "move", .role = SlotRole::kAction, .vocabulary = 3, .low = -1.5, .high = 1.5}});
}

/// Knows the line perfectly: where a move leads, which move leads to kLineGoal, and how far that is.
class LineDenoiser : public Denoiser {
 public:
  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int max_windows() const noexcept override { return 64; }
  [[nodiscard]] int max_steps() const noexcept override { return 16; }

  void run(const DenoiseBatch& batch) noexcept override {
    float* logits = batch.logits;
    float* value = batch.value;
    for (int w = 0; w < batch.windows; ++w) {
      const int first = batch.depth == PassDepth::kWindow ? 0 : batch.steps - 1;
      for (int s = first; s < batch.steps; ++s) {
        const Token* step = batch.tokens + (w * batch.steps + s) * 2;
        if (batch.depth != PassDepth::kStep) {
          const bool known = s > 0 && step[-2] != kMask && step[-1] != kMask;
          logits = fill(logits, kPlaces, known ? moved(step[-2], step[-1]) : step[0]);
        }
        if (batch.depth != PassDepth::kDynamics) {
          const int distance = step[0] == kMask ? 0 : kLineGoal - step[0];
          logits = fill(logits, 3, distance > 0 ? kRight : distance < 0 ? kLeft : kStay);
          if (value != nullptr) *value++ = static_cast<float>(std::abs(distance));
        }
      }
    }
  }

  /// Where a move leads.
  static Token moved(Token place, Token move) noexcept {
    const int next = place + move - kStay;
    return static_cast<Token>(next < 0 ? 0 : next >= kPlaces ? kPlaces - 1 : next);
  }

 private:
  static float* fill(float* logits, int count, Token likely) noexcept {
    for (int i = 0; i < count; ++i) logits[i] = i == likely ? 8.0F : 0.0F;
    return logits + count;
  }

  TokenLayout layout_ = line_layout();
};

/// A carriage whose step takes some ticks, with faults on request. Every call but the constructor takes no heap, as
/// long as its log is not full.
class LineRobot : public Robot {
 public:
  struct Written {
    std::int64_t tick, step;
    CommandSource source;
    double action, next;
    bool operator==(const Written& other) const {
      const bool same_next = next == other.next || (std::isnan(next) && std::isnan(other.next));
      return tick == other.tick && step == other.step && source == other.source && action == other.action && same_next;
    }
  };

  /// step_ticks: of the robot's own step; `fixed`: it goes on with the last command at every step_ticks-th tick, and
  /// leaves the count of steps to the loop.
  explicit LineRobot(int place, int step_ticks = 1, bool fixed = false)
      : step_ticks_(step_ticks), fixed_(fixed), place_(place) {
    written.reserve(20000);
    reads.reserve(20000);
  }

  std::vector<Written> written;
  std::vector<std::int64_t> reads;             ///< ticks
  std::function<bool(std::int64_t)> fails;     ///< whether the read of a tick fails
  std::function<bool(std::int64_t)> blind;     ///< whether nothing is sensed in a tick
  std::function<bool(std::int64_t)> broken;    ///< whether the sensor gives NaN
  std::function<void(std::int64_t)> on_write;  ///< what else happens while a command is written
  bool accepts = true;                         ///< what write() returns

  [[nodiscard]] int place() const { return place_; }
  /// Somebody takes the carriage elsewhere.
  void push_to(int place) { place_ = place; }

  [[nodiscard]] bool read(std::int64_t tick, Observation& observation) noexcept override {
    reads.push_back(tick);
    if (fixed_) {
      for (; steps_done_ < tick / step_ticks_; ++steps_done_) move();
    } else if (moving_ && tick >= end_) {
      moving_ = false;
      ++steps_done_;
      move();
    }
    if (fails && fails(tick)) return false;
    observation.steps_begun = fixed_ ? 0 : steps_begun_;
    observation.steps_done = fixed_ ? 0 : steps_done_;
    observation.state_step = steps_done_;
    observation.fresh = (fixed_ ? tick % step_ticks_ == 0 : !moving_) && !(blind && blind(tick));
    observation.state[0] = broken && broken(tick) ? std::numeric_limits<double>::quiet_NaN() : place_;
    return true;
  }

  [[nodiscard]] bool write(const Command& command) noexcept override {
    written.push_back({command.tick, command.step, command.source, command.action[0], command.next[0]});
    if (on_write) on_write(command.tick);
    if (fixed_) {
      action_ = command.action[0];
    } else if (!moving_ && command.step == steps_begun_ && std::lround(command.action[0]) != 0) {
      action_ = command.action[0];
      moving_ = true;
      end_ = command.tick + step_ticks_;
      ++steps_begun_;
    }
    return accepts;
  }

 private:
  void move() noexcept {
    place_ = LineDenoiser::moved(static_cast<Token>(place_), static_cast<Token>(std::lround(action_) + kStay));
  }

  int step_ticks_;
  bool fixed_;
  int place_;
  double action_ = 0.0;
  bool moving_ = false;
  std::int64_t end_ = 0;
  std::int64_t steps_begun_ = 0;
  std::int64_t steps_done_ = 0;
};

}  // namespace ripen::test
