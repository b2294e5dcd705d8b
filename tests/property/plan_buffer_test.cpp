#include "ripen/plan_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "support/property.hpp"

namespace ripen {
namespace {

/// One call: 's'hift by a; 'r'eset; 't'oken or noise 'l'evel of candidate a, step head + b, slot c becomes d; 'm'ask
/// candidate a from head + b on; 'c'opy candidate a over candidate b, steps [head + c, head + d).
struct Call {
  char what;
  int a = 0, b = 0, c = 0, d = 0;
};

struct Case {
  int candidates, horizon, history;
  std::vector<Call> calls;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
  return out << "{'" << call.what << "', " << call.a << ", " << call.b << ", " << call.c << ", " << call.d << "}";
}
std::ostream& operator<<(std::ostream& out, const Case& drawn) {
  return out << "{" << drawn.candidates << ", " << drawn.horizon << ", " << drawn.history << ", "
             << test::listed(drawn.calls) << "}";
}

const TokenLayout kLayout({{"s", SlotRole::kState, 1000}, {"a", SlotRole::kAction, 10}});

Case draw(Random& random) {
  Case drawn{1 + random.below(3), 1 + random.below(6), random.below(4), {}};
  const int ring = drawn.horizon + drawn.history;
  const auto candidate = [&] { return random.below(drawn.candidates); };
  const auto step = [&](int most) { return random.below(most) - drawn.history; };  // in the ring
  for (int n = 1 + random.below(8); n > 0; --n) {
    Call call{"sssttttllmmccr"[random.below(14)]};
    switch (call.what) {
      case 's':
        call.a = random.below(20) == 0 ? random.below(1 << 30) : random.below(2 * ring);
        break;
      case 'm':
        call.a = candidate();
        call.b = step(ring + 1);
        break;
      case 'c':
        call.a = candidate();
        call.b = candidate();
        call.c = step(ring);
        call.d = step(ring + 1);
        break;
      case 'r':
        break;
      default:
        call = {call.what, candidate(), step(ring), random.below(2), random.below(250)};
    }
    drawn.calls.push_back(call);
  }
  return drawn;
}

/// What a plan buffer is: a row of steps for each candidate, the oldest first.
struct Reference {
  struct Step {
    std::array<Token, 2> tokens{kMask, kMask};
    std::array<NoiseLevel, 2> levels{kFullNoise, kFullNoise};
  };

  explicit Reference(const Case& drawn)
      : history(drawn.history),
        rows(static_cast<std::size_t>(drawn.candidates),
             std::vector<Step>(static_cast<std::size_t>(drawn.horizon + drawn.history))) {}

  Step& at(int candidate, int ahead) {
    return rows[static_cast<std::size_t>(candidate)][static_cast<std::size_t>(ahead + history)];
  }

  void apply(const Call& call) {
    const int end = static_cast<int>(rows[0].size()) - history;
    switch (call.what) {
      case 's':
        head += call.a;
        for (auto& row : rows) {
          for (int i = std::min(call.a, static_cast<int>(row.size())); i > 0; --i) {
            row.erase(row.begin());
            row.emplace_back();
          }
        }
        break;
      case 'r':
        head = 0;
        for (auto& row : rows) std::ranges::fill(row, Step());
        break;
      case 't':
        at(call.a, call.b).tokens[static_cast<std::size_t>(call.c)] = static_cast<Token>(call.d);
        break;
      case 'l':
        at(call.a, call.b).levels[static_cast<std::size_t>(call.c)] = static_cast<NoiseLevel>(call.d);
        break;
      case 'm':
        for (int ahead = call.b; ahead < end; ++ahead) at(call.a, ahead) = Step();
        break;
      case 'c':
        for (int ahead = call.c; ahead < call.d; ++ahead) at(call.b, ahead) = at(call.a, ahead);
        break;
    }
  }

  int history;
  std::int64_t head = 0;
  std::vector<std::vector<Step>> rows;
};

void apply(PlanBuffer& buffer, const Call& call) {
  const std::int64_t head = buffer.head();
  switch (call.what) {
    case 's':
      return buffer.shift(call.a);
    case 'r':
      return buffer.reset();
    case 't':
      buffer.tokens(call.a, head + call.b)[static_cast<std::size_t>(call.c)] = static_cast<Token>(call.d);
      return;
    case 'l':
      buffer.levels(call.a, head + call.b)[static_cast<std::size_t>(call.c)] = static_cast<NoiseLevel>(call.d);
      return;
    case 'm':
      return buffer.mask_from(call.a, head + call.b);
    case 'c':
      return buffer.copy(call.a, call.b, head + call.c, head + call.d);
  }
}

std::string check(const Case& drawn) {
  PlanBuffer buffer(kLayout, drawn.candidates, drawn.horizon, drawn.history);
  Reference reference(drawn);
  for (std::size_t i = 0; i < drawn.calls.size(); ++i) {
    apply(buffer, drawn.calls[i]);
    reference.apply(drawn.calls[i]);
    const auto wrong = [&](const std::string& what) { return what + " after call " + std::to_string(i); };
    if (buffer.head() != reference.head) return wrong("the head is elsewhere");
    if (buffer.contains(buffer.head() - drawn.history - 1) || buffer.contains(buffer.head() + drawn.horizon)) {
      return wrong("a step outside the ring is in it");
    }
    for (int c = 0; c < drawn.candidates; ++c) {
      for (int ahead = -drawn.history; ahead < drawn.horizon; ++ahead) {
        const std::int64_t step = buffer.head() + ahead;
        const std::string where = " of candidate " + std::to_string(c) + ", head + " + std::to_string(ahead);
        const Reference::Step& expected = reference.at(c, ahead);
        if (!buffer.contains(step)) return wrong("a step of the ring is not in it," + where);
        if (!std::ranges::equal(buffer.tokens(c, step), expected.tokens)) return wrong("other tokens" + where);
        if (!std::ranges::equal(buffer.levels(c, step), expected.levels)) return wrong("other levels" + where);
        if (buffer.state(c, step)[0] != expected.tokens[0] || buffer.action(c, step)[0] != expected.tokens[1]) {
          return wrong("state and action are not the tokens" + where);
        }
      }
    }
  }
  return "";
}

TEST(PlanBufferProperty, IsARowOfStepsThatMovesOn) { test::check_cases(draw, check); }

}  // namespace
}  // namespace ripen
