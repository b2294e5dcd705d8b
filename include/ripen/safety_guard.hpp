#pragma once
// The last thing between a plan and a robot.

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "ripen/token_layout.hpp"

namespace ripen {

/// What one action channel may do.
struct ChannelLimits {
  double low = -std::numeric_limits<double>::infinity();  ///< [unit of the channel]
  double high = std::numeric_limits<double>::infinity();  ///< [unit of the channel]
  double rate = std::numeric_limits<double>::infinity();  ///< [unit/s] fastest change
};

struct SafetyGuardOptions {
  /// [actions], on top of the layout's ranges; empty adds none. Categorical channels have no limits but the layout's.
  std::vector<ChannelLimits> channels;

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Makes commands safe, in this order: finite, limits, rate limit, finite. What it lets through is finite, in limits,
/// and a category where one is due, whatever comes in. All calls but the constructor are real-time safe.
class SafetyGuard {
 public:
  /// Throws OptionsError listing every problem of the options, of their fit to the layout, or a period that is
  /// not positive. period: time between two commands.
  SafetyGuard(const TokenLayout& layout, const SafetyGuardOptions& options, std::chrono::nanoseconds period);

  /// Sets the command that can always be given. safe: [actions]; what cannot be used in it is replaced (by 0, or the
  /// nearest value in limits).
  void set_safe(std::span<const double> safe) noexcept;

  /// Changes a command where it must. The rate limit counts from the last command; the first is free of it. A
  /// continuous value that is not finite becomes the last one, a category that is none the safe one. action: [actions].
  /// Returns Fault bits that say what it did, 0 for nothing.
  [[nodiscard]] std::uint32_t apply(std::span<double> action) noexcept;

  /// Whether every value is finite, in limits, and a category where one is due. action: [actions].
  [[nodiscard]] bool within_limits(std::span<const double> action) const noexcept;

  /// Whether a command may follow the last one as it is: within limits and the rate limit. action: [actions].
  [[nodiscard]] bool may_follow(std::span<const double> action) const noexcept;

  /// The safe command. [actions]
  [[nodiscard]] std::span<const double> safe() const noexcept { return safe_; }

 private:
  struct Channel {
    bool continuous = false;
    double low = 0.0;   // of a category: the first
    double high = 0.0;  // of a category: the last
    double largest_change = 0.0;
  };

  [[nodiscard]] static bool usable(const Channel& channel, double value) noexcept;

  std::vector<Channel> channels_;
  std::vector<double> safe_;
  std::vector<double> last_;
  bool begun_ = false;  // whether there was a command to count the rate limit from
};

}  // namespace ripen
