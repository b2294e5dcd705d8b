// What a planner spends its passes on: the head first, then the way to the goal, and never more than it may.

#include "ripen/planner.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "support/line_world.hpp"
#include "support/planner_calls.hpp"
#include "support/property.hpp"

namespace ripen {
namespace {

using State = std::array<Token, 1>;

/// A tick: somebody may push the carriage (-1: nobody), it may be seen, passes may run, and so many steps begin and
/// end.
struct Tick {
  int push;
  bool seen;
  int passes, steps;
};

struct Case {
  int horizon, history, candidates, pass_windows, start;
  bool windows;
  std::vector<Tick> ticks;
};

std::ostream& operator<<(std::ostream& out, const Tick& tick) {
  return out << "{" << tick.push << ", " << (tick.seen ? "true" : "false") << ", " << tick.passes << ", " << tick.steps
             << "}";
}
std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  return out << "{" << drawn.horizon << ", " << drawn.history << ", " << drawn.candidates << ", " << drawn.pass_windows
             << ", " << drawn.start << ", " << (drawn.windows ? "true" : "false") << ", " << test::listed(drawn.ticks)
             << "}";
}

Case draw(Random& random) {
  Case drawn{2 + random.below(10),
             1 + random.below(3),
             1 + random.below(4),
             1 + random.below(3),
             random.below(test::kPlaces),
             random.below(4) == 0,
             {}};
  drawn.ticks.resize(static_cast<std::size_t>(1 + random.below(4)));
  for (Tick& tick : drawn.ticks) {
    tick = {random.below(8) == 0 ? random.below(test::kPlaces) : -1, random.below(4) > 0, random.below(5),
            random.below(8) == 0 ? random.below(20) : 1};
  }
  return drawn;
}

Token right_move(int place) {
  return place < test::kLineGoal ? test::kRight : place > test::kLineGoal ? test::kLeft : test::kStay;
}

std::string check(const Case& drawn) {
  test::LineDenoiser denoiser;
  Planner planner(denoiser, {.method = drawn.windows ? PlanMethod::kDenoise : PlanMethod::kBeam,
                             .horizon = drawn.horizon,
                             .history = drawn.history,
                             .candidates = drawn.candidates,
                             .pass_windows = drawn.windows ? std::max(2, drawn.pass_windows) : drawn.pass_windows,
                             .window_history = 1,
                             .temperature = 0.0});
  auto place = static_cast<Token>(drawn.start);
  bool idled = false;  // since the carriage was seen last
  if (planner.reset(State{place}, State{test::kLineGoal}, State{test::kStay}) != PlanReset::kOk) {
    return "the start was refused";
  }
  for (std::size_t i = 0; i < drawn.ticks.size(); ++i) {
    const Tick& tick = drawn.ticks[i];
    const auto wrong = [&](const std::string& what) { return what + " in tick " + std::to_string(i); };
    if (tick.push >= 0) place = static_cast<Token>(tick.push);
    const State seen{place};
    const PlanReport report =
        test::refine(planner,
                     {.state = tick.seen ? std::span<const Token>(seen) : std::span<const Token>(),
                      .step = planner.report().head,
                      .started = planner.report().head},
                     {.passes = tick.passes});

    if (report.passes > tick.passes) return wrong("too many passes");
    if (report.passes < tick.passes && !report.settled) return wrong("passes were left");
    for (int ahead = 0; ahead < drawn.horizon; ++ahead) {
      if (planner.step(ahead).action[0] > test::kRight) return wrong("no action");
      if (planner.step(ahead).decided != (ahead < report.decided_steps)) return wrong("decided beyond what is not");
    }
    if (tick.seen) {
      if (planner.buffer().state(0, planner.report().head)[0] != place)
        return wrong("what was seen is not in the plan");
      const bool at_goal = place == test::kLineGoal;
      if (report.goal_reached != at_goal && (tick.passes > 0 || !at_goal)) return wrong("goal_reached");
      // One pass decides the head; where the robot idled for want of one, another is spent on what it would have done.
      if (tick.passes > (idled ? 1 : 0) && !planner.step(0).decided) return wrong("the head was not decided first");
      const bool planned = tick.passes > 0 || !drawn.windows;  // a whole window is doubted, but not dropped
      if (planned && planner.step(0).decided && planner.step(0).action[0] != right_move(place))
        return wrong("the wrong action");
      const int distance = std::abs(place - test::kLineGoal);
      if (report.steps_to_goal >= 0 && report.steps_to_goal < distance) return wrong("a goal that is not there");
      // The planned states follow from the actions, as the model knows the world.
      for (int ahead = 0; ahead + 1 < report.decided_steps && !drawn.windows; ++ahead) {
        const auto now = planner.buffer().tokens(0, planner.report().head + ahead);
        const Token next = planner.buffer().state(0, planner.report().head + ahead + 1)[0];
        if (next != test::LineDenoiser::moved(now[0], now[1])) return wrong("a plan that the world does not follow");
      }
    }
    if (report.settled &&
        test::refine(planner, {.step = planner.report().head, .started = planner.report().head}, {.passes = 3}).passes >
            0) {
      return wrong("passes after all was settled");
    }
    // What goes out stays, whatever the passes after it find.
    const Token action = planner.step(0).action[0];
    const bool decided = planner.step(0).decided;
    planner.sent(1);
    test::refine(planner, {.step = planner.report().head, .started = planner.report().head}, {.passes = 1});
    if (decided && planner.step(0).action[0] != action) return wrong("an action changed that was out");
    if (tick.seen) idled = false;
    for (int step = 0; step < tick.steps; ++step) {
      idled = idled || !planner.step(step).decided;
      place =
          test::LineDenoiser::moved(place, step < drawn.horizon ? planner.step(step).action[0] : Token{test::kStay});
    }
    test::shift(planner, tick.steps);
    planner.sent(0);
  }
  return "";
}

TEST(PlannerProperty, SpendsPassesOnTheHeadFirstAndKeepsAnExactPlan) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
