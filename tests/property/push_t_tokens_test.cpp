#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "push_t/tokens.hpp"
#include "ripen/token_layout.hpp"
#include "support/property.hpp"

namespace ripen::push_t {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Where agent and block are, and where the agent shall go.
struct Case {
  State state;
  Point target;
};

std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  const auto point = [](Point p) { return "{" + test::exact(p.x) + ", " + test::exact(p.y) + "}"; };
  const auto& [agent, block] = drawn.state;
  return out << "{{" << point(agent) << ", {" << point(block.position) << ", " << test::exact(block.angle) << "}}, "
             << point(drawn.target) << "}";
}

Case draw(Random& random) {
  const auto anywhere = [&] { return Point{512.0 * random.uniform(), 512.0 * random.uniform()}; };
  return {{anywhere(), {anywhere(), (4.0 * random.uniform() - 2.0) * kTurn}}, anywhere()};
}

double angle_between(const State& a, const State& b) { return std::remainder(a.block.angle - b.block.angle, kTurn); }

std::string check(const Case& drawn) {
  static const Tokenizer tokenizer(layout());
  double channels[kStates + kActions];
  to_channels(drawn.state, std::span(channels).first(kStates));
  channels[kStates] = drawn.target.x;
  channels[kStates + 1] = drawn.target.y;
  const State exact = from_channels(std::span(channels).first(kStates));
  if (exact.agent.x != drawn.state.agent.x || exact.agent.y != drawn.state.agent.y) return "another agent came back";
  if (!(std::hypot(exact.block.position.x - drawn.state.block.position.x,
                   exact.block.position.y - drawn.state.block.position.y) < 1e-9)) {
    return "another position came back";
  }
  if (!(std::abs(angle_between(exact, drawn.state)) < 1e-9)) return "another angle came back";

  double twice[kStates + kActions];
  std::ranges::copy(channels, twice);
  mirror(twice);
  mirror(twice);
  bool on_table = true;
  double binned[kStates + kActions];
  for (int s = 0; s < kStates + kActions; ++s) {
    const std::string name = tokenizer.layout().slot(s).name;
    if (!(std::abs(twice[s] - channels[s]) < 1e-9)) return "mirrored twice is elsewhere: " + name;
    binned[s] = tokenizer.decode(s, tokenizer.encode(s, channels[s]));
    const bool in_range = channels[s] >= -0.5 && channels[s] <= 511.5;
    on_table = on_table && in_range;
    const double half = s < kStates ? 1.0 : 0.5;  // of a bin [px]
    if (in_range && !(std::abs(binned[s] - channels[s]) <= half + 1e-9)) return "another bin: " + name;
  }
  // A block that is on the table with all of its points is found again among them.
  if (!on_table) return "";
  const State near = from_channels(std::span(binned).first(kStates));
  if (!(std::abs(angle_between(near, exact)) < 0.03)) return "binned, the angle is elsewhere";
  return std::hypot(near.block.position.x - exact.block.position.x, near.block.position.y - exact.block.position.y) <
                 4.0
             ? ""
             : "binned, the block is elsewhere";
}

TEST(PushTTokensProperty, SayWhereTheBlockIs) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen::push_t
