#pragma once
// A planar arm of two links: its geometry, its robot for the loop, and an expert that knows the way.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "ripen/random.hpp"
#include "ripen/robot.hpp"
#include "ripen/token_layout.hpp"

namespace arm {

struct Point {
  double x = 0.0, y = 0.0;  ///< [m]
};

/// Of shoulder and elbow; 0, 0 is the arm stretched along x.
struct Joints {
  double shoulder = 0.0, elbow = 0.0;  ///< [rad]
};

inline constexpr double kUpper = 0.4, kFore = 0.3;                            // [m] lengths of the links
inline constexpr Joints kLow = {0.0, -2.6}, kHigh = {3.1, 2.6};               // [rad] where the joints end
inline constexpr Point kDisc = {0.1, 0.52};                                   // [m] what no link may touch: its centre
inline constexpr double kDiscRadius = 0.07, kNear = 0.02;                     // [m] ... and the tip is to be this near
inline constexpr double kTick = 0.005, kEpisodeSeconds = 6.0, kStays = 0.2;   // [s]
inline constexpr int kEpisodeTicks = 1200, kStaysTicks = 40;                  // the same in ticks

inline double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }
inline double distance(Joints a, Joints b) { return std::hypot(a.shoulder - b.shoulder, a.elbow - b.elbow); }
inline Joints between(Joints a, Joints b, double part) {
  return {a.shoulder + part * (b.shoulder - a.shoulder), a.elbow + part * (b.elbow - a.elbow)};
}

inline Point elbow_of(Joints q) { return {kUpper * std::cos(q.shoulder), kUpper * std::sin(q.shoulder)}; }
inline Point tip_of(Joints q) {
  const double along = q.shoulder + q.elbow;
  return {elbow_of(q).x + kFore * std::cos(along), elbow_of(q).y + kFore * std::sin(along)};
}

/// How far the disc's edge is from the nearer link; negative: they touch. [m]
inline double clearance(Joints q) {
  const auto to_link = [](Point a, Point b) {
    const Point along{b.x - a.x, b.y - a.y};
    const double part = ((kDisc.x - a.x) * along.x + (kDisc.y - a.y) * along.y) / (along.x * along.x + along.y * along.y);
    const double on_it = std::clamp(part, 0.0, 1.0);
    return distance(kDisc, {a.x + on_it * along.x, a.y + on_it * along.y});
  };
  return std::min(to_link({}, elbow_of(q)), to_link(elbow_of(q), tip_of(q))) - kDiscRadius;
}

inline constexpr double kMargin = 0.04;  ///< [m] clearance that the expert keeps
inline constexpr double kReach = 0.25;    ///< [rad] by which what the expert sends is ahead of the joints
inline constexpr double kLag = 0.1;       ///< [s] by which the servos follow later

/// Postures with the tip there and clear of the disc: none, one or two.
inline std::vector<Joints> postures_at(Point target) {
  std::vector<Joints> found;
  const double cosine = (target.x * target.x + target.y * target.y - kUpper * kUpper - kFore * kFore) / (2 * kUpper * kFore);
  if (std::abs(cosine) > 1.0) return found;
  for (const double elbow : {std::acos(cosine), -std::acos(cosine)}) {
    const double bend = std::atan2(kFore * std::sin(elbow), kUpper + kFore * std::cos(elbow));
    const Joints q{std::atan2(target.y, target.x) - bend, elbow};
    const bool fits = q.shoulder >= kLow.shoulder && q.shoulder <= kHigh.shoulder && std::abs(elbow) <= kHigh.elbow;
    if (fits && clearance(q) >= kMargin) found.push_back(q);
  }
  return found;
}

inline Joints random_posture(ripen::Random& random) {
  for (;;) {
    const Joints q{kLow.shoulder + random.uniform() * (kHigh.shoulder - kLow.shoulder),
                   kLow.elbow + random.uniform() * (kHigh.elbow - kLow.elbow)};
    const double reach = std::hypot(tip_of(q).x, tip_of(q).y);  // Neither folded nor stretched: there postures meet.
    if (clearance(q) >= 1.25 * kMargin && tip_of(q).y > 0.05 && reach > 0.3 && reach < 0.66) return q;
  }
}

/// A step of the plan: where the joints are, where the tip is to be, and where the joints are sent.
inline ripen::TokenLayout layout() {
  const auto state = ripen::SlotRole::kState, action = ripen::SlotRole::kAction;
  constexpr double kRoom = 0.2;  // [rad] what a push may add
  const auto slot = [](const char* name, ripen::SlotRole role, double low, double high) {
    return ripen::Slot{.name = name, .role = role, .vocabulary = 128, .low = low, .high = high};
  };
  return ripen::TokenLayout({slot("shoulder", state, kLow.shoulder - kRoom, kHigh.shoulder + kRoom),
                             slot("elbow", state, kLow.elbow - kRoom, kHigh.elbow + kRoom),
                             slot("target_x", state, -0.75, 0.75), slot("target_y", state, -0.75, 0.75),
                             slot("shoulder_to", action, kLow.shoulder, kHigh.shoulder),
                             slot("elbow_to", action, kLow.elbow, kHigh.elbow)});
}
inline constexpr int kStates = 4, kActions = 2;

/// What happens in an episode, all of it by chance: jumps of the target, and pushes that throw the joints off, to
/// rest elsewhere. Neither puts a link at the disc.
struct Happenings {
  int jumps = 1, pushes = 1;
  double first = 0.5, last = 3.0;  ///< [s] between which they happen
  double push = 0.4;               ///< [rad] the largest, of each joint
};

/// The arm, simulated: servos that follow the joints' targets as critically damped springs, no faster than kFastest.
class Robot : public ripen::Robot {
 public:
  /// step_ticks: states are reported as steps begin.
  explicit Robot(std::uint64_t seed, int step_ticks = 10, const Happenings& happenings = {})
      : random_(seed, 7), step_ticks_(step_ticks), push_(happenings.push) {
    q_ = sent_ = random_posture(random_);
    jump();
    for (int i = 0; i < happenings.jumps + happenings.pushes; ++i) {
      const double at = happenings.first + random_.uniform() * (happenings.last - happenings.first);
      (i < happenings.jumps ? jumps_ : pushes_).push_back(static_cast<int>(at / kTick));
    }
  }

  bool read(std::int64_t tick, ripen::Observation& observation) noexcept override {
    observation.fresh = tick % step_ticks_ == 0;
    std::ranges::copy(state(), observation.state.begin());
    return true;
  }

  bool write(const ripen::Command& command) noexcept override {
    move({command.action[0], command.action[1]});
    return true;
  }

  /// A tick with these targets of the joints.
  void move(Joints to) noexcept {
    static constexpr double kStiffness = 20.0, kFastest = 3.0;  // [1/s], [rad/s]
    const auto servo = [](double& q, double& speed, double target, double low, double high) {
      const double acceleration = kStiffness * kStiffness * (target - q) - 2.0 * kStiffness * speed;
      speed = std::clamp(speed + kTick * acceleration, -kFastest, kFastest);
      q = std::clamp(q + kTick * speed, low, high);
    };
    servo(q_.shoulder, speed_.shoulder, to.shoulder, kLow.shoulder, kHigh.shoulder);
    servo(q_.elbow, speed_.elbow, to.elbow, kLow.elbow, kHigh.elbow);
    sent_ = to;
    ++tick_;
    for (const int at : jumps_) {
      if (at == tick_) jump();
    }
    for (const int at : pushes_) {
      if (at == tick_) push();
    }
    touched_ = touched_ || clearance(q_) < 0.0;
    stays_ = error() < kNear ? stays_ + 1 : 0;
    if (stays_ == kStaysTicks && arrived_ < 0) arrived_ = tick_;
  }

  [[nodiscard]] std::array<double, kStates> state() const {
    return {q_.shoulder, q_.elbow, target_.x, target_.y};
  }
  [[nodiscard]] Joints joints() const { return q_; }
  [[nodiscard]] Point target() const { return target_; }
  [[nodiscard]] double error() const { return distance(tip_of(q_), target_); }  ///< [m]
  [[nodiscard]] int tick() const { return tick_; }
  [[nodiscard]] int jumped() const { return jumped_; }    ///< tick of the last jump
  [[nodiscard]] bool touched() const { return touched_; }  ///< a link has touched the disc
  /// The tick in which the tip had stayed near the last target for long enough; -1: it has not.
  [[nodiscard]] int arrived() const { return arrived_; }

 private:
  void jump() {
    target_ = tip_of(random_posture(random_));
    jumped_ = tick_;
    stays_ = 0;
    arrived_ = -1;
  }
  void push() {
    const auto drawn = [&] { return push_ * (2.0 * random_.uniform() - 1.0); };
    for (Joints by{drawn(), drawn()};; by = between({}, by, 0.5)) {
      const Joints q{std::clamp(q_.shoulder + by.shoulder, kLow.shoulder, kHigh.shoulder),
                     std::clamp(q_.elbow + by.elbow, kLow.elbow, kHigh.elbow)};
      if (clearance(q) < 1.25 * kMargin && distance({}, by) > 0.01) continue;
      q_ = q;
      speed_ = {};
      return;
    }
  }

  ripen::Random random_;
  int step_ticks_, tick_ = 0, jumped_ = 0, stays_ = 0, arrived_ = -1;
  double push_;
  bool touched_ = false;
  Joints q_, speed_, sent_;
  Point target_;
  std::vector<int> jumps_, pushes_;
};

/// Knows the shortest way of the joints to a target, round the disc: Dijkstra's algorithm on a grid of postures, from
/// all postures with the tip at the target, so that it chooses the side as well.
class Expert {
 public:
  explicit Expert(Point target) : ends_(postures_at(target)), ways_(kCells) {
    static const std::vector<bool> blocked = [] {
      std::vector<bool> cells(kCells);
      for (int cell = 0; cell < kCells; ++cell) cells[index(cell)] = clearance(centre(cell)) < kMargin;
      return cells;
    }();
    std::priority_queue<std::pair<double, int>> open;  // by negative length
    const auto offer = [&](int cell, double length, int next) {
      if (length >= ways_[index(cell)].length) return;
      ways_[index(cell)] = {length, next};
      open.push({-length, cell});
    };
    for (int end = 0; end < std::ssize(ends_); ++end) {
      offer(cell_of(ends_[index(end)]), distance(centre(cell_of(ends_[index(end)])), ends_[index(end)]), -1 - end);
    }
    while (!open.empty()) {
      const auto [negative, cell] = open.top();
      open.pop();
      for (int way = 0; way < 9; ++way) {
        const int dx = way % 3 - 1, dy = way / 3 - 1, x = cell % kColumns + dx, y = cell / kColumns + dy;
        if (x < 0 || x >= kColumns || y < 0 || y >= kRows) continue;
        const int other = y * kColumns + x;  // There is a way out of what is blocked, but hardly one through it.
        offer(other, -negative + (blocked[index(other)] ? 20.0 : 1.0) * kCell * std::hypot(dx, dy), cell);
      }
    }
  }

  /// What is left of the way. [rad]
  [[nodiscard]] double length(Joints q) const { return ways_[index(cell_of(q))].length; }

  /// The posture on the way that is `reach` ahead of these joints, or the end. [rad]
  [[nodiscard]] Joints ahead(Joints q, double reach) const {
    Joints seen = q;  // The farthest point of the way to which it is straight on.
    for (int cell = cell_of(q); cell >= 0;) {
      cell = ways_[index(cell)].next;
      const Joints point = cell < 0 ? ends_[index(-1 - cell)] : centre(cell);
      if (distance(seen, q) > 0.0 && !clear(q, point)) break;
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
  static bool clear(Joints a, Joints b) {
    const int parts = 1 + static_cast<int>(distance(a, b) / 0.03);
    for (int i = 1; i <= parts; ++i) {
      if (clearance(between(a, b, static_cast<double>(i) / parts)) < kMargin * 0.8) return false;
    }
    return true;
  }

  std::vector<Joints> ends_;
  std::vector<Way> ways_;  // from each cell
};

/// What is shown at the beginning of a step.
struct Shown {
  std::array<double, kStates + kActions> channels;  ///< as layout() has them
  double to_goal;                                   ///< [steps]
};

/// An episode of 4 s in which the expert shows the way, what to do after pushes, and how to stay. Its target does not
/// jump: wherever the joints are then, it is as if they began there.
inline std::vector<Shown> demonstration(std::uint64_t seed, int step_ticks) {
  const double in_a_step = kReach / kLag * step_ticks * kTick;  // [rad]
  Robot robot(seed, step_ticks, {.jumps = 0, .pushes = 3, .first = 0.0, .last = 3.0, .push = 0.5});
  const Expert expert(robot.target());
  std::vector<Shown> steps;
  while (robot.tick() < 800) {
    const Joints now = expert.ahead(robot.joints(), kReach), next = expert.ahead(robot.joints(), kReach + in_a_step);
    const auto state = robot.state();
    steps.push_back({{state[0], state[1], state[2], state[3], now.shoulder, now.elbow}, expert.length(robot.joints()) / in_a_step});
    for (int i = 0; i < step_ticks; ++i) robot.move(between(now, next, static_cast<double>(i) / step_ticks));
  }
  return steps;
}

}  // namespace arm
