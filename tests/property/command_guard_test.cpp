#include "loop/command_guard.hpp"

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
constexpr double kRestGear = 2.0;

/// What is wanted, or where the next command starts.
struct Call {
  bool starts, holds;
  double speed, gear;
};

struct Case {
  double slot_low, slot_high;  // of the slot "speed"
  ChannelLimits limits;        // of the same
  std::vector<Call> calls;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
  return out << "{" << call.starts << ", " << call.holds << ", " << test::exact(call.speed) << ", "
             << test::exact(call.gear) << "}";
}
std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  using test::exact;
  const ChannelLimits& limits = drawn.limits;
  return out << "{" << exact(drawn.slot_low) << ", " << exact(drawn.slot_high) << ", {" << exact(limits.low) << ", "
             << exact(limits.high) << ", " << exact(limits.rate) << ", " << exact(limits.acceleration) << "}, "
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
  Case drawn{slot_low, slot_high, kUnlimitedChannel, {}};
  const double width = slot_high - slot_low;
  const auto limit = [&] {
    const double any = random.below(2) == 0 ? std::abs(test::any_number(random)) : width * random.uniform();
    return any > 0.0 ? any : kUnlimited;
  };
  if (random.below(2) == 0) drawn.limits.rate = limit();
  if (random.below(2) == 0) drawn.limits.acceleration = limit();
  if (random.below(2) == 0) {
    const auto [low, high] = ordered();
    if (std::max(low, slot_low) <= std::min(high, slot_high)) {
      drawn.limits.low = low;
      drawn.limits.high = high;
    }
  }
  for (int n = 1 + random.below(12); n > 0; --n) {
    const double speed =
        random.below(2) == 0 ? test::any_number(random) : slot_low + (2.0 * random.uniform() - 0.5) * width;
    const double gear = random.below(2) == 0 ? test::any_number(random) : random.below(kGears + 2) - 1;
    drawn.calls.push_back({random.below(8) == 0, random.below(8) == 0, speed, gear});
  }
  return drawn;
}

bool is_gear(double value) { return value == 0.0 || value == 1.0 || value == 2.0 || value == 3.0; }

/// What a robot relies on, whatever comes.
std::string check(const Case& drawn) {
  CommandGuard guard(TokenLayout({{.name = "seen", .role = SlotRole::kState, .vocabulary = 2},
                                  {"speed", SlotRole::kAction, 8, drawn.slot_low, drawn.slot_high},
                                  {.name = "gear", .role = SlotRole::kAction, .vocabulary = kGears}}),
                     {drawn.limits, {}}, kPeriod);
  guard.set_rest(std::array{ChannelValue(), ChannelValue(kRestGear)});
  const double low = std::max(drawn.slot_low, drawn.limits.low), high = std::min(drawn.slot_high, drawn.limits.high);
  const double most = drawn.limits.rate * 0.1, bend = drawn.limits.acceleration * 0.01;
  const double rounding = 1e-9 * (std::abs(low) + std::abs(high));
  bool begun = false;
  double last = 0.0, change = 0.0;
  for (std::size_t i = 0; i < drawn.calls.size(); ++i) {
    const Call& call = drawn.calls[i];
    const auto wrong = [&](const std::string& what) { return what + " in call " + std::to_string(i); };
    if (call.starts) {
      if (!guard.start_at(0, call.speed)) continue;
      if (!(std::abs(guard.last(0) - call.speed) <= most + rounding)) return wrong("it starts elsewhere");
      begun = true;
      last = guard.last(0);
      change = 0.0;
      continue;
    }
    const bool reaches = guard.reaches(std::array{call.speed, call.gear}, 1);
    std::array<double, 2> command{};
    const std::uint32_t faults =
        guard.apply(std::array{Setpoint{call.speed, call.holds}, Setpoint{.value = call.gear}}, command);
    if (!std::isfinite(command[0]) || command[0] < low || command[0] > high || !is_gear(command[1])) {
      return wrong("an unsafe command came through");
    }
    if (!guard.within_limits(command)) return wrong("not within_limits");
    if (begun && std::abs(command[0] - last) > most * (1.0 + 1e-12) + rounding) return wrong("a jump came through");
    if (begun && std::abs(command[0] - last - change) > bend * (1.0 + 1e-12) + rounding) return wrong("a jerk");
    const bool is_command = std::isfinite(call.speed) && is_gear(call.gear);
    if (((faults & kReplaced) != 0) != ((!call.holds && !std::isfinite(call.speed)) || !is_gear(call.gear))) {
      return wrong("what was replaced is not told");
    }
    const bool same = is_command && command[0] == call.speed && command[1] == call.gear;
    if (!call.holds && same != (faults == 0)) return wrong("a change is not told");
    const bool near = call.speed >= low && call.speed <= high && std::abs(call.speed - last) <= most * (1.0 - 1e-9);
    if (is_command && begun && near && !reaches && std::isinf(bend)) return wrong("it says that it does not reach it");
    if (!is_gear(call.gear) && command[1] != kRestGear) return wrong("what is no gear does not rest");
    if (call.holds && begun && (command[0] - last) * change < 0.0) return wrong("it turned around instead of holding");
    change = begun ? command[0] - last : 0.0;
    begun = true;
    last = command[0];
  }
  return "";
}

TEST(CommandGuardProperty, LetsThroughOnlyWhatIsSafeAndSaysWhatItDid) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
