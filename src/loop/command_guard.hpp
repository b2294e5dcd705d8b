#pragma once
// The last thing between a plan and a robot.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ripen/task.hpp"
#include "ripen/token_layout.hpp"

namespace ripen {

/// What is wanted of one channel.
struct Setpoint {
  double value = 0.0;  ///< [unit]
  bool hold = false;   ///< slow down and stay, whatever the value; a category rests
};

/// Makes commands follow what is wanted within limits. What it gives out is finite, in limits, and a category where one
/// is due, whatever comes in. Of a continuous channel neither a tick's change nor the change of that exceeds its
/// limits, and it can always stop before the end of its range. A target that moves within the limits is followed
/// without lag; another one is approached so that it can be stopped at (the braking curve of a double integrator). All
/// calls but the constructor are real-time safe.
class CommandGuard {
 public:
  /// limits: [actions], or empty if no action is continuous. period: between two commands. Throws OptionsError listing
  /// every problem.
  CommandGuard(const TokenLayout& layout, const std::vector<ChannelLimits>& limits, std::chrono::nanoseconds period);

  /// What a category becomes that is none, and holds. rest: [actions], checked.
  void set_rest(std::span<const ChannelValue> rest) noexcept;

  /// The next command starts from what was measured, at rest. Returns false, changing nothing, if that is further out
  /// of the limits than one command may move.
  [[nodiscard]] bool start_at(std::size_t channel, double measured) noexcept;

  /// Fills the command. The first one is free of rate and acceleration unless start_at() was called. wanted, command:
  /// [actions]. Returns Fault bits that say what was changed, 0 for nothing.
  [[nodiscard]] std::uint32_t apply(std::span<const Setpoint> wanted, std::span<double> command) noexcept;

  /// Whether every value is finite, in limits, and a category where one is due. command: [actions].
  [[nodiscard]] bool within_limits(std::span<const double> command) const noexcept;

  /// Whether a command can be reached in so many commands from the last one. command: [actions].
  [[nodiscard]] bool reaches(std::span<const double> command, int commands) const noexcept;

  [[nodiscard]] bool continuous(std::size_t channel) const noexcept { return channels_[channel].continuous; }
  [[nodiscard]] bool begun(std::size_t channel) const noexcept { return states_[channel].begun; }
  /// What was given out last.
  [[nodiscard]] double last(std::size_t channel) const noexcept { return states_[channel].value; }
  /// What was wanted last, where last() is on its way to.
  [[nodiscard]] double wanted(std::size_t channel) const noexcept { return states_[channel].wanted; }

 private:
  struct Channel {
    bool continuous = false;
    double low = 0.0;          // of a category: the first
    double high = 0.0;         // of a category: the last
    double most_change = 0.0;  // in one command
    double most_bend = 0.0;    // change of the change
  };
  struct State {
    double value = 0.0;   // given out last
    double change = 0.0;  // of the last command
    double wanted = 0.0;  // last
    double rest = 0.0;    // of a category
    bool begun = false;
  };

  [[nodiscard]] static bool usable(const Channel& channel, double value) noexcept;
  [[nodiscard]] static std::uint32_t follow(const Channel& channel, State& state, double wanted) noexcept;

  std::vector<Channel> channels_;
  std::vector<State> states_;
};

}  // namespace ripen
