// Is this machine fit for a control loop of that rate? ripen_check --rate 200 --fifo 80

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "ripen_check/machine.hpp"
#include "ripen_check/wake_up.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen;
using namespace ripen::check;

constexpr int kNotCredible = 3;

struct Options {
  double rate = 200.0;    // [Hz]
  double seconds = 10.0;  // [s]
  int fifo = 80;          // 0: as it is
  std::vector<int> cpus;  // empty: any
};

void print(const Finding& finding) {
  std::printf("%-26s %s\n", finding.what.c_str(), finding.value.c_str());
  if (!finding.change.empty()) std::printf("%-26s change: %s\n", "", finding.change.c_str());
}

double microseconds(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

int run(const Options& options) {
  using Nanoseconds = std::chrono::nanoseconds;
  const auto in_nanoseconds = [](double seconds) {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
  };
  for (const Finding& finding : findings()) print(finding);
  std::printf("%-26s %.1f s at %g Hz ...\n", "wake-up test", options.seconds, options.rate);
  std::fflush(stdout);
  const Nanoseconds period = in_nanoseconds(1.0 / options.rate);
  const WakeUps wake_ups = measure(period, in_nanoseconds(options.seconds),
                                   {.fifo_priority = options.fifo,
                                    .cpus = options.cpus,
                                    .prefault_stack = std::size_t{1} << 18,
                                    .policy = RealTimePolicy::kIgnore});
  std::printf("%-26s", "late by [us]");
  for (const auto& [name, fraction] : {std::pair{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1.0}}) {
    std::printf(" %s %.1f", name, microseconds(wake_ups.late.percentile(fraction)));
  }
  std::printf(", missed %lld\n", static_cast<long long>(wake_ups.missed));
  for (const std::string& refused : wake_ups.refused) {
    print({"refused", refused, "as it says, or run with CAP_SYS_NICE and CAP_IPC_LOCK"});
  }
  const Verdict verdict = judge(wake_ups, period);
  std::printf("verdict: %g Hz is %s: %s\n", options.rate, verdict.credible ? "credible here" : "not credible here",
              verdict.why.c_str());
  return verdict.credible ? 0 : kNotCredible;
}

int program(int argc, char** argv) {
  Options options;
  CLI::App app("Tells whether this machine is fit for a control loop, and what to change.");
  app.footer(
      "It measures an idle machine unless you load it. Exit status: 0 the rate is credible, 3 not, 2 bad input.");
  app.add_option("--rate", options.rate, "Wanted ticks a second [Hz]")
      ->check(CLI::Range(1.0, 1e5))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Of the wake-up test [s]")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
  app.add_option("--fifo", options.fifo, "SCHED_FIFO priority of the loop; 0 leaves the scheduling as it is")
      ->check(CLI::Range(0, 99))
      ->capture_default_str();
  app.add_option("--cpu", options.cpus, "Processors that the loop may run on (any unless given)");
  if (const auto status = ripen::examples::parse(app, argc, argv)) return *status;
  return run(options);
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
