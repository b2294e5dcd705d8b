#include "ripen/safety_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ripen/tick_report.hpp"
#include "support/property.hpp"

namespace ripen {
namespace {

constexpr std::chrono::milliseconds kPeriod(100);
constexpr int kGears = 4;

/// A command, or if `safe` a new safe command.
struct Call {
  bool safe;
  double speed, gear;
};

struct Case {
  double slot_low, slot_high;  // of the slot "speed"
  ChannelLimits limits;        // of the same
  std::vector<Call> calls;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
  return out << "{" << (call.safe ? "true" : "false") << ", " << test::exact(call.speed) << ", "
             << test::exact(call.gear) << "}";
}
std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  using test::exact;
  return out << "{" << exact(drawn.slot_low) << ", " << exact(drawn.slot_high) << ", {" << exact(drawn.limits.low)
             << ", " << exact(drawn.limits.high) << ", " << exact(drawn.limits.rate) << "}, "
             << test::listed(drawn.calls) << "}";
}

Case draw(Random& random) {
  const auto ordered = [&] {
    double low = 0.0, high = 0.0;
    while (!(low < high && std::isfinite(8.0 * (high - low)))) {
      low = test::any_number(random);
      high = test::any_number(random);
      if (low > high) std::swap(low, high);
    }
    return std::pair(low, high);
  };
  const auto [slot_low, slot_high] = ordered();
  Case drawn{slot_low, slot_high, {}, {}};
  if (random.below(2) == 0) drawn.limits.rate = std::abs(test::any_number(random));
  if (!(drawn.limits.rate > 0.0)) drawn.limits.rate = 1.0;
  if (random.below(2) == 0) {
    const auto [low, high] = ordered();
    if (std::max(low, slot_low) <= std::min(high, slot_high)) {
      drawn.limits.low = low;
      drawn.limits.high = high;
    }
  }
  for (int n = 1 + random.below(8); n > 0; --n) {
    const double width = slot_high - slot_low;
    const double speed =
        random.below(2) == 0 ? test::any_number(random) : slot_low + (2.0 * random.uniform() - 0.5) * width;
    const double gear = random.below(2) == 0 ? test::any_number(random) : random.below(kGears + 2) - 1;
    drawn.calls.push_back({random.below(8) == 0, speed, gear});
  }
  return drawn;
}

bool is_gear(double value) { return value == 0.0 || value == 1.0 || value == 2.0 || value == 3.0; }

std::string check(const Case& drawn) {
  SafetyGuard guard(TokenLayout({{.name = "seen", .role = SlotRole::kState, .vocabulary = 2},
                                 {"speed", SlotRole::kAction, 8, drawn.slot_low, drawn.slot_high},
                                 {.name = "gear", .role = SlotRole::kAction, .vocabulary = kGears}}),
                    {.channels = {drawn.limits, {}}}, kPeriod);
  const double low = std::max(drawn.slot_low, drawn.limits.low), high = std::min(drawn.slot_high, drawn.limits.high);
  const double most = drawn.limits.rate * 0.1;  // in a period
  bool begun = false;
  double last = guard.safe()[0], safe_gear = guard.safe()[1];
  for (std::size_t i = 0; i < drawn.calls.size(); ++i) {
    const Call& call = drawn.calls[i];
    const auto wrong = [&](const std::string& what) { return what + " in call " + std::to_string(i); };
    if (call.safe) {
      guard.set_safe(std::array{call.speed, call.gear});
      if (!guard.within_limits(guard.safe())) return wrong("the safe command is not safe");
      if (call.speed >= low && call.speed <= high && guard.safe()[0] != call.speed) return wrong("a safe speed moved");
      if (is_gear(call.gear) && guard.safe()[1] != call.gear) return wrong("a safe gear changed");
      if (!begun) last = guard.safe()[0];
      safe_gear = guard.safe()[1];
      continue;
    }
    // What the command has to become: finite, in limits, near the last one.
    std::uint32_t faults = std::isfinite(call.speed) && is_gear(call.gear) ? 0U : kReplaced;
    double speed = std::isfinite(call.speed) ? call.speed : last;
    if (speed < low || speed > high) {
      faults |= kLimited;
      speed = speed < low ? low : high;
    }
    if (begun && std::abs(speed - last) > most) {
      faults |= kRateLimited;
      speed = speed > last ? last + most : last - most;
    }
    const double gear = is_gear(call.gear) ? call.gear : safe_gear;

    const bool may_follow = guard.may_follow(std::array{call.speed, call.gear});
    std::array action{call.speed, call.gear};
    const std::uint32_t reported = guard.apply(action);
    if (!std::isfinite(action[0]) || action[0] < low || action[0] > high || !is_gear(action[1])) {
      return wrong("an unsafe command came through");
    }
    if (begun && std::abs(action[0] - last) > most * (1.0 + 1e-12) + 1e-12 * std::abs(last)) {
      return wrong("a jump came through");
    }
    if (reported != faults) return wrong("faults " + std::to_string(reported) + ", not " + std::to_string(faults));
    if (action[0] != speed || action[1] != gear) return wrong("another command");
    if (may_follow != (faults == 0)) return wrong("may_follow is not whether it comes through unchanged");
    if (!guard.within_limits(action)) return wrong("not within_limits");
    begun = true;
    last = action[0];
  }
  return "";
}

TEST(SafetyGuardProperty, LetsThroughOnlyWhatIsSafeAndSaysWhatItDid) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
