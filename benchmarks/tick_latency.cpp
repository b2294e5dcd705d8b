// How punctual the loop is on this machine: the real planner solves one random cube after another at a fixed rate.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cube_solver/cube_robot.hpp"
#include "cube_solver/options.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/native_denoiser.hpp"
#include "ripen/planner_thread.hpp"
#include "ripen/real_time.hpp"
#include "ripen/trace.hpp"
#include "shared/models.hpp"
#include "shared/output.hpp"
#include "shared/precision.hpp"
#include "shared/program.hpp"

namespace ripen {
namespace {

struct Options {
  double rate = 200.0;    // [Hz]
  double seconds = 10.0;  // [s]
  std::string load = "none";
  int fifo = 0;
  std::optional<int> passes;
  bool planner_thread = false;
  std::string csv;
  std::string trace;
  std::string model;
  Precision precision = fastest_precision();
  std::uint64_t seed = 1;

  [[nodiscard]] std::chrono::nanoseconds period() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(1.0 / rate));
  }
  [[nodiscard]] ControlLoopOptions loop() const {
    ControlLoopOptions loop{.period = period(), .max_stale = std::chrono::seconds(5)};
    if (passes) loop.budget = Budget{.passes = *passes};
    return loop;
  }
  [[nodiscard]] unsigned load_threads() const {
    if (load == "none") return 0;
    return load == "cpu" ? std::max(1U, std::thread::hardware_concurrency()) : static_cast<unsigned>(std::stoi(load));
  }
  [[nodiscard]] std::int64_t ticks() const { return static_cast<std::int64_t>(rate * seconds); }
};

/// Keeps every processor busy with ordinary threads, as long as it lives.
class CpuLoad {
 public:
  explicit CpuLoad(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) {
      threads_.emplace_back([](const std::stop_token& stop) {
        std::atomic<std::uint64_t> work = 0;
        while (!stop.stop_requested()) work.fetch_add(1, std::memory_order_relaxed);
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

/// Ends a loop when its cube is solved or the ticks of all cubes are spent.
class Referee : public TickObserver {
 public:
  Referee(const cube::CubeRobot& robot, std::int64_t ticks) : robot_(robot), left_(ticks) {}
  bool on_tick(const Tick& tick) noexcept override {
    left_ -= 1 + tick.report.missed;
    return left_ > 0 && !robot_.solved();
  }

 private:
  const cube::CubeRobot& robot_;
  std::int64_t left_;
};

/// What all cubes came to.
struct Totals {
  Histogram wake_up, compute, slack, observation_to_action, overshoot;
  std::int64_t ticks = 0, missed = 0, late = 0, passes = 0;
  int solved = 0;

  void add(const LoopStatistics& statistics) {
    wake_up.merge(statistics.wake_up);
    compute.merge(statistics.compute);
    slack.merge(statistics.slack);
    observation_to_action.merge(statistics.observation_to_action);
    overshoot.merge(statistics.overshoot);
    ticks += statistics.ticks;
    missed += statistics.missed;
    late += statistics.late;
    passes += statistics.passes;
  }

  [[nodiscard]] std::array<std::pair<const char*, const Histogram*>, 5> rows() const {
    return {{{"wake-up", &wake_up},
             {"compute", &compute},
             {"slack", &slack},
             {"observation-to-action", &observation_to_action},
             {"pass over prediction", &overshoot}}};
  }
};

constexpr std::array kFractions = {0.5, 0.9, 0.99, 0.999, 0.9999, 1.0};

double microseconds(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

Totals measure(const Options& options) {
  if (!options.trace.empty()) Trace::check_writable(options.trace);
  NativeDenoiser denoiser(ModelFile::load(options.model),
                          {.max_windows = cube::kPlanner.pass_windows, .precision = options.precision});
  if (!(denoiser.layout() == cube::layout())) throw std::runtime_error(options.model + ": not a model of the cube");
  const cube::CubeTransition transition;
  Trace trace(options.trace.empty() ? 0 : 100'000);
  TracedDenoiser traced(denoiser, trace);
  PlannerOptions wanted = cube::kPlanner;
  wanted.seed = options.seed;
  Planner planner(options.trace.empty() ? static_cast<Denoiser&>(denoiser) : traced, wanted, &transition);
  std::optional<PlannerThread> thread;
  if (options.planner_thread) thread.emplace(planner);
  PlanSource& plan = thread ? static_cast<PlanSource&>(*thread) : planner;
  const Task task = cube::solved_task();
  SteadyClock clock;
  Random random(options.seed);
  apply_real_time({.fifo_priority = options.fifo, .prefault_stack = std::size_t{1} << 18});

  Totals totals;
  while (totals.ticks + totals.missed < options.ticks()) {
    cube::CubeRobot robot(cube::random_cube(random), {.tick = options.period(), .seed = options.seed});
    Referee referee(robot, options.ticks() - totals.ticks - totals.missed);
    TraceTicks ticks(trace);
    const auto loop =
        std::make_unique<ControlLoop>(plan, robot, clock, options.loop(), std::vector<TickObserver*>{&ticks, &referee});
    if (const ResetResult result = loop->reset(task); result != ResetResult::kOk) {
      throw std::runtime_error(to_text(result));
    }
    loop->run({});
    totals.add(loop->statistics());
    totals.solved += robot.solved() ? 1 : 0;
  }
  thread.reset();
  if (!options.trace.empty()) trace.save(options.trace);
  return totals;
}

void print(const Options& options, const Totals& totals) {
  std::printf(
      "%.0f Hz, load %s, SCHED_FIFO %d, planner %s: %lld ticks, %lld missed, %lld late, %lld passes, %d cubes solved\n",
      options.rate, options.load.c_str(), options.fifo, options.planner_thread ? "on its own thread" : "in the tick",
      static_cast<long long>(totals.ticks), static_cast<long long>(totals.missed), static_cast<long long>(totals.late),
      static_cast<long long>(totals.passes), totals.solved);
  std::printf("%-22s %10s %10s %10s %10s %10s %10s\n", "[us]", "p50", "p90", "p99", "p99.9", "p99.99", "max");
  for (const auto& [name, histogram] : totals.rows()) {
    std::printf("%-22s", name);
    for (const double fraction : kFractions) std::printf(" %10.1f", microseconds(histogram->percentile(fraction)));
    std::printf("\n");
  }
}

void write_csv(const Options& options, const Totals& totals) {
  std::ofstream file(options.csv);
  file << "metric,rate_hz,load,fifo,ticks,missed,late,passes,p50_us,p90_us,p99_us,p99.9_us,p99.99_us,max_us\n";
  for (const auto& [name, histogram] : totals.rows()) {
    file << name << ',' << options.rate << ',' << options.load << ',' << options.fifo << ',' << totals.ticks << ','
         << totals.missed << ',' << totals.late << ',' << totals.passes;
    for (const double fraction : kFractions) file << ',' << microseconds(histogram->percentile(fraction));
    file << '\n';
  }
  file.close();
  if (!file) throw std::runtime_error(options.csv + ": cannot be written");
}

int program(int argc, char** argv) {
  Options options;
  CLI::App app("How punctual the control loop is on this machine");
  app.add_option("--rate", options.rate, "Ticks a second [Hz]")->check(CLI::Range(1.0, 1e5))->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of the whole run [s]")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
  app.add_option("--load", options.load,
                 "Other work on the machine: none, cpu (a busy thread for each processor), or a number of busy threads")
      ->check(CLI::IsMember({"none", "cpu"}) | (examples::decimal<int>() & CLI::Range(1, 1024)))
      ->capture_default_str();
  app.add_option("--fifo", options.fifo, "SCHED_FIFO priority; 0 leaves the scheduling as it is")
      ->check(CLI::Range(0, 99))
      ->capture_default_str();
  auto* passes = app.add_option("--passes", options.passes,
                                "Passes a tick may run, instead of what 80 % of it can hold; 0: the loop alone")
                     ->check(CLI::Range(0, 1000000));
  app.add_flag("--planner-thread", options.planner_thread, "Plan on a thread of its own, on any processor")
      ->excludes(passes);
  app.add_option("--csv", options.csv, "File for the table");
  app.add_option("--trace", options.trace, "File for the last ticks and passes, for ui.perfetto.dev (JSON)");
  app.add_option("--model", options.model, "Weights of the cube (the shipped ones unless given)");
  examples::declare_precision(app, options.precision, "OPTIONS");
  app.add_option("--seed", options.seed, "Of cubes and planner")->capture_default_str();
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  if (app.count("--model") == 0) options.model = examples::model_path("cube.safetensors");
  if (!options.csv.empty()) examples::check_output("--csv", options.csv);
  const CpuLoad load(options.load_threads());
  const Totals totals = measure(options);
  print(options, totals);
  if (!options.csv.empty()) write_csv(options, totals);
  return 0;
}

}  // namespace
}  // namespace ripen

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, ripen::program); }
