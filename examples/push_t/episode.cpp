#include "push_t/episode.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>

#include "push_t/push_t_robot.hpp"
#include "push_t/tokens.hpp"
#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/planner.hpp"
#include "ripen/random.hpp"
#include "ripen/tokenizer.hpp"
#include "shared/work_clock.hpp"

namespace ripen::push_t {

namespace {

/// Ends the loop when the robot is done, and records what happens.
class Watcher : public TickObserver {
 public:
  Watcher(const PushTRobot& robot, const PlanSource& plan, Recording* recording, const examples::Interrupt* interrupt)
      : robot_(robot), plan_(plan), tokenizer_(plan.layout()), recording_(recording), interrupt_(interrupt) {}

  bool on_tick(const Tick&) noexcept override {
    if (Frame* frame = recording_ != nullptr ? recording_->next() : nullptr) record(*frame);
    interrupted_ = interrupt_ != nullptr && *interrupt_ != 0 && !robot_.done();
    return !interrupted_ && !robot_.done();
  }

  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  void record(Frame& frame) noexcept {
    frame.state = robot_.state();
    frame.target = robot_.target();
    frame.coverage = coverage(frame.state.block);
    frame.disturbed = robot_.disturbances() > disturbances_;
    disturbances_ = robot_.disturbances();
    frame.plan.clear();
    for (int i = 0; i < plan_.horizon() && plan_.step(i).decided; ++i) {
      const auto step = plan_.step(i);
      std::array<double, kActions> target{};
      tokenizer_.decode_action(step.action, target);
      frame.plan.push_back({{target[0], target[1]}, 1.0F - static_cast<float>(step.level) / kFullNoise});
      std::array<double, kStates> state{};
      const auto tokens = step.tokens.first(kStates);
      for (int s = 0; s < kStates; ++s) {
        state[static_cast<std::size_t>(s)] = tokenizer_.decode(s, tokens[static_cast<std::size_t>(s)]);
      }
      frame.expects = plan_.layout().valid(tokens, false);
      if (frame.expects) frame.expected = from_channels(state).block;
    }
  }

  const PushTRobot& robot_;
  const PlanSource& plan_;
  Tokenizer tokenizer_;
  Recording* recording_;
  const examples::Interrupt* interrupt_;
  bool interrupted_ = false;
  int disturbances_ = 0;
};

Budget budget_of(const Options& options) {
  if (options.budget_us) return {.time = std::chrono::microseconds(*options.budget_us)};
  return {.passes = options.passes.value_or(kDefaultPasses)};
}

}  // namespace

Result run_episode(std::uint32_t start_seed, const Options& options, Denoiser& denoiser, Recording* recording,
                   int attempt, const examples::Interrupt* interrupt) {
  // The published start states leave --seed to say something else; the others' own seeds make each the same alone.
  const std::uint64_t from = (options.published ? options.seed : 0) + (static_cast<std::uint64_t>(attempt) << 32);
  const std::uint64_t seed = Random(from, start_seed).next();
  PushTRobot robot(start_of(start_seed), {.sensor_latency_ticks = options.sensor_latency_ticks,
                                          .disturb_rate = options.disturb_rate,
                                          .drop_rate = options.drop_rate,
                                          .occlusion_rate = options.occlusion_rate,
                                          .seed = seed,
                                          .max_steps = options.max_steps});
  PlannerOptions wanted = options.planner;
  wanted.seed = seed;
  const std::unique_ptr<PlanSource> plan = opponents::make(denoiser, wanted, options.opponent);
  SteadyClock steady;
  examples::WorkClock work{std::chrono::microseconds(options.tick_us)};
  Clock& clock = options.virtual_time ? static_cast<Clock&>(work) : steady;
  Watcher watcher(robot, *plan, recording, interrupt);
  ControlLoop loop(*plan, robot, clock,
                   {.period = std::chrono::microseconds(options.tick_us),
                    .budget = budget_of(options),
                    .step_ticks = 1,
                    // The benchmark limits nothing; its agent follows a target within the table at its own speed.
                    .limits = {{.rate = kUnlimited, .acceleration = kUnlimited, .measured_by = 0},
                               {.rate = kUnlimited, .acceleration = kUnlimited, .measured_by = 1}},
                    .max_stale = kNever,
                    .max_frozen = kNever},  // It stops nobody either.
                   {&watcher});

  // The goal is always the same: the model knows it, and no token says it. Until anything is planned the agent stays.
  std::array<double, kStates> channels{};
  to_seen_channels(robot.state(), channels);
  if (loop.reset(Task{}, channels) != ResetResult::kOk) {
    throw std::invalid_argument("the denoiser's layout is not that of Push-T");
  }
  loop.run(std::stop_token());

  const LoopStatistics& statistics = loop.statistics();
  return {.start_seed = start_seed,
          .score = robot.score(),
          .coverage = robot.best_coverage(),
          .succeeded = robot.succeeded(),
          .interrupted = watcher.interrupted(),
          .steps = robot.steps(),
          .disturbances = robot.disturbances(),
          .ticks = statistics.ticks,
          .missed = statistics.missed,
          .passes = statistics.passes,
          .wake_up = examples::spread_of(statistics.wake_up),
          .compute = examples::spread_of(statistics.compute),
          .slack = examples::spread_of(statistics.slack),
          .observation_to_action = examples::spread_of(statistics.observation_to_action)};
}

Episode episode_of(const Recording& recording) {
  Episode episode;
  for (std::size_t i = 0; i + 1 < recording.size(); ++i) {
    episode.states.push_back(recording[i].state);
    episode.targets.push_back(recording[i].target);
  }
  return episode;
}

}  // namespace ripen::push_t
