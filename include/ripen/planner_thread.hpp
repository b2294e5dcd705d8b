#pragma once
// A planner on a thread of its own, which ripens all the time while the ticks only read.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "ripen/plan_source.hpp"
#include "ripen/planner.hpp"
#include "ripen/real_time.hpp"
#include "ripen/triple_buffer.hpp"

namespace ripen {

struct PlannerThreadOptions {
  /// Between two looks for news when there is nothing left to improve.
  std::chrono::nanoseconds poll = std::chrono::microseconds(100);
  /// Asked of the system for the planner's thread; none: as the thread that constructs it. A FIFO priority must be
  /// below the control thread's, unless each has a processor of its own: this thread rests only when the plan is
  /// settled.
  std::optional<RealTimeOptions> real_time = {};

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Runs a planner on another thread. Observations go there and plans come back through triple buffers: neither thread
/// ever waits for the other. A tick acts on the newest plan there is, which is from before what it has just observed:
/// the answer to a disturbance comes with the tick after the pass that saw it. Which actions went out and which of them
/// began goes back with each tick, and the planner goes on from there whatever it would rather have done.
///
/// Budgets mean nothing here: the thread runs one pass after the other. The planner must be kRolling.
class PlannerThread : public PlanSource {
 public:
  /// Takes a reference: the planner must outlive this and is this thread's alone. Starts the thread. Throws
  /// OptionsError listing every problem of the options, or what apply_real_time throws.
  explicit PlannerThread(Planner& planner, const PlannerThreadOptions& options = {});
  ~PlannerThread() override;  ///< stops the thread after its pass, and joins it

  [[nodiscard]] const TokenLayout& layout() const noexcept override { return layout_; }
  [[nodiscard]] int horizon() const noexcept override { return horizon_; }
  /// As Planner::reset, but the plan comes when the thread has made it; until then the action is the idle one.
  [[nodiscard]] bool reset(std::span<const Token> state, std::span<const Token> goal,
                           std::span<const Token> idle) noexcept override;
  void begin_tick(const TickObservation& observation) noexcept override;
  void refine(const Budget& /*budget*/, const Budget& /*most*/) noexcept override {}
  [[nodiscard]] std::int64_t head() const noexcept override { return told_.done; }
  [[nodiscard]] std::span<const Token> action(int step_ahead) const noexcept override;
  /// A step behind the head is also undecided if the plan is for another action than what went out for the head.
  [[nodiscard]] bool decided(int step_ahead) const noexcept override;
  [[nodiscard]] NoiseLevel level(int step_ahead) const noexcept override;
  [[nodiscard]] std::span<const Token> tokens(int step_ahead) const noexcept override;
  void emitted(int steps, std::int64_t begun) noexcept override;
  [[nodiscard]] const RefineReport& report() const noexcept override { return report_; }
  [[nodiscard]] std::int64_t behind() const noexcept override { return behind_; }

  /// Whether the newest plan knows all that the ticks have told and its head is decided, if it can be. For who wants to
  /// wait for that, in virtual time say. On the thread of the ticks.
  [[nodiscard]] bool caught_up() noexcept;

 private:
  static constexpr std::size_t kSent = 8;  // Steps whose emitted actions are remembered: more than a robot has begun.

  /// An action that went out.
  struct Sent {
    std::int64_t step = -1;
    bool decided = false;
    NoiseLevel level = kFullNoise;
    std::vector<Token> action;
  };
  /// From the ticks to the planner.
  struct News {
    std::uint64_t number = 0;
    std::uint64_t plan = 0;  // Counts resets.
    std::vector<Token> start, goal, idle;
    std::uint64_t sensed = 0;  // Counts states.
    std::vector<Token> state;
    std::int64_t state_step = 0;
    std::int64_t begun = 0, done = 0, held = 0;
    std::array<Sent, kSent> sent;
  };
  /// From the planner to the ticks.
  struct Plan {
    std::uint64_t number = 0;  // Of the news that it has seen.
    std::uint64_t plan = 0;
    std::int64_t head = 0;
    int decided = 0;                 // Steps from the head on.
    std::vector<Token> tokens;       // [horizon][slots]
    std::vector<NoiseLevel> levels;  // [horizon]
    std::int64_t passes = 0, disturbances = 0, bad_passes = 0;
    bool settled = false;
    RefineReport report;
  };

  static News first_news(const TokenLayout& layout);
  static Plan first_plan(const TokenLayout& layout, int steps);

  /// Place of a step in the newest plan; -1 if it has none.
  [[nodiscard]] int place_of(std::int64_t step) const noexcept;
  [[nodiscard]] std::span<const Token> planned_action(int place) const noexcept;
  /// What went out for a step that can no longer change; null if it can.
  [[nodiscard]] const Sent* fixed(std::int64_t step) const noexcept;
  void send() noexcept;

  void work(const std::stop_token& stop) noexcept;
  /// Returns whether what was sensed contradicted the plan.
  [[nodiscard]] bool take(const News& news) noexcept;
  void publish(const RefineReport& report) noexcept;

  TokenLayout layout_;
  int horizon_;
  std::vector<Token> nothing_;  // [slots] of a step that no plan is known for.
  PlannerThreadOptions options_;
  Planner& planner_;
  TripleBuffer<News> news_;
  TripleBuffer<Plan> plans_;

  // The ticks'.
  News told_;                     // What is sent next.
  std::uint64_t begun_with_ = 0;  // Number of the last news before this plan.
  RefineReport report_;
  std::int64_t behind_ = 0;
  std::int64_t passes_ = 0, disturbances_ = 0, bad_passes_ = 0;  // Seen so far.

  // The planner's.
  std::uint64_t plan_ = 0, sensed_ = 0, number_ = 0;
  std::int64_t begun_ = 0;
  std::int64_t all_passes_ = 0, all_disturbances_ = 0, all_bad_passes_ = 0;

  std::jthread thread_;  // Last, so that it ends first.
};

}  // namespace ripen
