#pragma once
// A planar arm of two links: where it is, its robot for the loop, and an expert that knows the way.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "ripen/robot.hpp"
#include "ripen/token_layout.hpp"
#include "util/random.hpp"

namespace arm {

struct Point {
  double x = 0.0, y = 0.0;  ///< [m]
};
struct Joints {
  double shoulder = 0.0, elbow = 0.0;  ///< [rad]; 0, 0 is the arm stretched along x
};

inline constexpr double kUpper = 0.4, kFore = 0.3;               // [m] the links
inline constexpr Joints kLow = {0.0, -2.6}, kHigh = {3.1, 2.6};  // [rad] where the joints end
inline constexpr Point kDisc = {0.1, 0.52};                      // [m] what no link may touch
inline constexpr double kDiscRadius = 0.07, kMargin = 0.04;      // [m] and the clearance that the expert keeps
inline constexpr double kNear = 0.02, kTick = 0.005;             // [m] to the target; [s]
inline constexpr int kEpisodeTicks = 1200, kStaysTicks = 40;     // 6 s; 0.2 s that the tip has to stay near
inline constexpr int kStepTicks = 10;                            // a step of the plan is 50 ms
inline constexpr double kReach = 0.25, kLag = 0.1;               // [rad], [s] the expert sends what is so far ahead

inline double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }
inline double distance(Joints a, Joints b) { return std::hypot(a.shoulder - b.shoulder, a.elbow - b.elbow); }
inline Joints between(Joints a, Joints b, double part) {
  return {a.shoulder + part * (b.shoulder - a.shoulder), a.elbow + part * (b.elbow - a.elbow)};
}
inline Joints clamped(Joints q) {
  return {std::clamp(q.shoulder, kLow.shoulder, kHigh.shoulder), std::clamp(q.elbow, kLow.elbow, kHigh.elbow)};
}

inline Point elbow_of(Joints q) { return {kUpper * std::cos(q.shoulder), kUpper * std::sin(q.shoulder)}; }
inline Point tip_of(Joints q) {
  const double along = q.shoulder + q.elbow;
  return {elbow_of(q).x + kFore * std::cos(along), elbow_of(q).y + kFore * std::sin(along)};
}

/// How far the disc's edge is from the nearer link; negative: they touch. [m]
inline double clearance(Joints q) {
  const auto to_link = [](Point a, Point b) {
    const double x = b.x - a.x, y = b.y - a.y;
    const double part = std::clamp(((kDisc.x - a.x) * x + (kDisc.y - a.y) * y) / (x * x + y * y), 0.0, 1.0);
    return distance(kDisc, {a.x + part * x, a.y + part * y});
  };
  return std::min(to_link({}, elbow_of(q)), to_link(elbow_of(q), tip_of(q))) - kDiscRadius;
}

/// Postures with the tip there and clear of the disc: none, one or two.
inline std::vector<Joints> postures_at(Point p) {
  std::vector<Joints> found;
  const double cosine = (p.x * p.x + p.y * p.y - kUpper * kUpper - kFore * kFore) / (2 * kUpper * kFore);
  for (const double elbow : {std::acos(cosine), -std::acos(cosine)}) {  // NaN where it is out of reach
    const double bend = std::atan2(kFore * std::sin(elbow), kUpper + kFore * std::cos(elbow));
    const Joints q{std::atan2(p.y, p.x) - bend, elbow};
    if (distance(q, clamped(q)) < 1e-9 && clearance(q) >= kMargin) found.push_back(q);
  }
  return found;
}

inline Joints random_posture(ripen::Random& random) {
  for (;;) {
    const Joints q{kLow.shoulder + random.uniform() * (kHigh.shoulder - kLow.shoulder),
                   kLow.elbow + random.uniform() * (kHigh.elbow - kLow.elbow)};
    const double reach = distance({}, tip_of(q));  // Neither folded nor stretched: there both postures meet.
    if (clearance(q) >= 1.25 * kMargin && tip_of(q).y > 0.05 && reach > 0.3 && reach < 0.66) return q;
  }
}

inline constexpr int kStates = 4, kActions = 2;

/// A step of the plan: where the joints are, where the tip is to be, and where the joints are sent.
inline ripen::TokenLayout layout() {
  const auto slot = [](const char* name, ripen::SlotRole role, double low, double high) {
    return ripen::Slot{.name = name, .role = role, .vocabulary = 128, .low = low, .high = high};
  };
  constexpr double kRoom = 0.2;  // [rad] so that no bin that matters is an outer one
  return ripen::TokenLayout({slot("shoulder", ripen::SlotRole::kState, kLow.shoulder - kRoom, kHigh.shoulder + kRoom),
                             slot("elbow", ripen::SlotRole::kState, kLow.elbow - kRoom, kHigh.elbow + kRoom),
                             slot("target_x", ripen::SlotRole::kState, -0.75, 0.75),
                             slot("target_y", ripen::SlotRole::kState, -0.75, 0.75),
                             slot("shoulder_to", ripen::SlotRole::kAction, kLow.shoulder, kHigh.shoulder),
                             slot("elbow_to", ripen::SlotRole::kAction, kLow.elbow, kHigh.elbow)});
}

/// The arm, simulated: servos pull the joints to what was sent, as critically damped springs. At some time between
/// `first` and `last` [s] the target jumps, if it does, and at another a push throws the joints off by up to `most`
/// [rad] each, to rest elsewhere, but never to the disc.
struct Robot : ripen::Robot {
  explicit Robot(std::uint64_t seed, bool jumps = true, double first = 0.5, double last = 3.0, double most = 0.4)
      : random(seed, 7), most_pushed(most), joints(random_posture(random)), target(tip_of(random_posture(random))) {
    const auto some_tick = [&] { return static_cast<int>((first + random.uniform() * (last - first)) / kTick); };
    jump_at = jumps ? some_tick() : -1;
    push_at = some_tick();
  }

  bool read(std::int64_t now, ripen::Observation& observation) noexcept override {
    observation.fresh = now % kStepTicks == 0;  // The plan speaks of the beginnings of steps.
    std::ranges::copy(state(), observation.state.begin());
    return true;
  }
  bool write(const ripen::Command& command) noexcept override {
    move({command.action[0], command.action[1]});
    return true;
  }

  /// A tick in which the joints are sent there.
  void move(Joints to) noexcept {
    const auto servo = [](double& q, double& speed, double sent) {
      constexpr double kStiffness = 20.0, kFastest = 3.0;  // [1/s], [rad/s]
      speed += kTick * (kStiffness * kStiffness * (sent - q) - 2.0 * kStiffness * speed);
      speed = std::clamp(speed, -kFastest, kFastest);
      q += kTick * speed;
    };
    servo(joints.shoulder, speeds.shoulder, to.shoulder);
    servo(joints.elbow, speeds.elbow, to.elbow);
    joints = clamped(joints);
    ++tick;
    if (tick == push_at) push();
    if (tick == jump_at) {
      target = tip_of(random_posture(random));
      jumped = tick;
      stays = 0;
      arrived = -1;
    }
    touched = touched || clearance(joints) < 0.0;
    stays = error() < kNear ? stays + 1 : 0;
    if (stays == kStaysTicks && arrived < 0) arrived = tick;
  }
  void push() noexcept {
    const auto drawn = [&] { return most_pushed * (2.0 * random.uniform() - 1.0); };
    Joints to = clamped({joints.shoulder + drawn(), joints.elbow + drawn()});
    while (clearance(to) < 1.25 * kMargin && distance(joints, to) > 0.01) to = between(joints, to, 0.5);
    joints = to;
    speeds = {};
  }
  [[nodiscard]] std::array<double, kStates> state() const {
    return {joints.shoulder, joints.elbow, target.x, target.y};
  }
  [[nodiscard]] double error() const { return distance(tip_of(joints), target); }  ///< [m]

  ripen::Random random;
  double most_pushed;
  Joints joints, speeds;
  Point target;
  int jump_at, push_at, tick = 0, jumped = 0, stays = 0;
  int arrived = -1;      ///< tick in which the tip had stayed near the last target for long enough; -1: it has not
  bool touched = false;  ///< a link has touched the disc: the episode has failed
};

/// Knows the shortest way of the joints to a target, round the disc: Dijkstra's algorithm on a grid of postures, from
/// all postures with the tip at the target, so that it chooses the side as well.
class Expert {
 public:
  explicit Expert(Point target) : ends_(postures_at(target)), ways_(kCells) {
    std::priority_queue<std::pair<double, int>> open;  // by negative length
    const auto offer = [&](int cell, double length, int next) {
      if (length >= ways_[index(cell)].length) return;
      ways_[index(cell)] = {length, next};
      open.push({-length, cell});
    };
    for (int end = 0; end < std::ssize(ends_); ++end) {
      const int cell = cell_of(ends_[index(end)]);
      offer(cell, distance(centre(cell), ends_[index(end)]), -1 - end);
    }
    while (!open.empty()) {
      const auto [negative, cell] = open.top();
      open.pop();
      for (int way = 0; way < 9; ++way) {
        const int dx = way % 3 - 1, dy = way / 3 - 1, x = cell % kColumns + dx, y = cell / kColumns + dy;
        if (x < 0 || x >= kColumns || y < 0 || y >= kRows) continue;
        const int other = y * kColumns + x;  // There is a way out of what is too near, but hardly one through it.
        const double dear = clearance(centre(other)) < kMargin ? 20.0 : 1.0;
        offer(other, dear * kCell * std::hypot(dx, dy) - negative, cell);
      }
    }
  }

  /// What is left of the way. [rad]
  [[nodiscard]] double length(Joints q) const { return ways_[index(cell_of(q))].length; }

  /// The posture on the way that is `reach` ahead of these joints, or the end. [rad]
  [[nodiscard]] Joints ahead(Joints q, double reach) const {
    const auto clear = [q](Joints to) {
      const int parts = 1 + static_cast<int>(distance(q, to) / 0.03);
      for (int i = 1; i <= parts; ++i) {
        if (clearance(between(q, to, static_cast<double>(i) / parts)) < 0.8 * kMargin) return false;
      }
      return true;
    };
    Joints seen = q;  // The farthest point of the way to which it is straight on.
    for (int cell = cell_of(q); cell >= 0;) {
      cell = ways_[index(cell)].next;
      const Joints point = cell < 0 ? ends_[index(-1 - cell)] : centre(cell);
      if (distance(seen, q) > 0.0 && !clear(point)) break;
      seen = point;
    }
    const double left = distance(q, seen);
    return left > reach ? between(q, seen, reach / left) : seen;
  }

 private:
  struct Way {
    double length = std::numeric_limits<double>::infinity();  // [rad] to the end
    int next = 0;                                             // cell; -1 - n: end n
  };
  static constexpr double kCell = 0.04;  // [rad]
  static constexpr int kColumns = 78, kRows = 131, kCells = kColumns * kRows;

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  static Joints centre(int cell) {
    return {kLow.shoulder + (cell % kColumns + 0.5) * kCell, kLow.elbow + (cell / kColumns + 0.5) * kCell};
  }
  static int cell_of(Joints q) {
    const auto at = [](double value, int cells) { return std::clamp(static_cast<int>(value / kCell), 0, cells - 1); };
    return at(q.elbow - kLow.elbow, kRows) * kColumns + at(q.shoulder - kLow.shoulder, kColumns);
  }
  std::vector<Joints> ends_;
  std::vector<Way> ways_;  // from each cell
};

/// What is shown at the beginning of a step.
struct Shown {
  std::array<double, kStates + kActions> channels;  ///< as layout() has them
  double to_goal;                                   ///< [steps]
};

/// An episode in which the expert shows the way, what to do after a push, and, for 0.75 s, how to stay. Its target does
/// not jump: wherever the joints are when one does, it is as if they began there.
inline std::vector<Shown> demonstration(std::uint64_t seed) {
  constexpr double kPushed = 1.5, kShowsRest = 0.75, kResting = 0.02;  // [s], [s], [rad]
  constexpr double kStep = kReach / kLag * kStepTicks * kTick;         // [rad] as far as the joints come in one
  Robot robot(seed, false, 0.0, kPushed, 0.5);
  const Expert expert(robot.target);
  std::vector<Shown> steps;
  for (int resting = 0; resting * kTick < kShowsRest;) {
    const Joints now = expert.ahead(robot.joints, kReach), next = expert.ahead(robot.joints, kReach + kStep);
    const auto s = robot.state();
    steps.push_back({{s[0], s[1], s[2], s[3], now.shoulder, now.elbow}, expert.length(robot.joints) / kStep});
    for (int i = 0; i < kStepTicks; ++i) robot.move(between(now, next, static_cast<double>(i) / kStepTicks));
    const bool rests = robot.tick * kTick > kPushed && distance(robot.joints, now) < kResting;
    resting = rests ? resting + kStepTicks : 0;
  }
  return steps;
}

}  // namespace arm
