// A robot behind UDP: another process with its own clock, which is restarted once, and a network that loses, doubles,
// delays and freezes.

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "06_robot_behind_udp/udp_robot.hpp"
#include "carriage/denoiser.hpp"
#include "ripen/control_loop.hpp"

namespace {

using namespace carriage;
using namespace std::chrono_literals;

constexpr std::int64_t kGiveUp = 12000;  // [ticks] a minute

/// The plant's process; ended with this.
class Plant {
 public:
  explicit Plant(std::uint16_t controller) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").replace_filename("06_plant");
    std::string name = "06_plant", port = std::to_string(controller);
    const std::array<char*, 3> arguments{name.data(), port.data(), nullptr};
    const int error = ::posix_spawn(&process_, program.c_str(), nullptr, nullptr, arguments.data(), environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), program);
  }
  ~Plant() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  Plant(const Plant&) = delete;
  Plant& operator=(const Plant&) = delete;

 private:
  pid_t process_ = 0;
};

/// Ends the loop at the goal, and when it has stopped the robot.
class Watcher : public ripen::TickObserver {
 public:
  explicit Watcher(const UdpRobot& robot) : robot_(robot) {}

  bool on_tick(const ripen::Tick& now) noexcept override {
    const ripen::TickReport& report = now.report;
    tick = report.tick;
    read_failures += (report.faults & ripen::kReadFailed) != 0 ? 1 : 0;
    stopped = report.source >= ripen::CommandSource::kRamping;
    arrived = report.goal_reached && robot_.state().at_rest != 0;  // not only on its way there
    return !stopped && !arrived && tick < kGiveUp;
  }

  std::int64_t tick = 0, read_failures = 0;
  bool stopped = false, arrived = false;

 private:
  const UdpRobot& robot_;
};

int run() {
  UdpRobot robot;
  std::optional<Plant> plant(std::in_place, robot.port());
  Denoiser denoiser(30);  // the bin of 1.5 m
  ripen::Planner planner(denoiser, {.method = ripen::PlanMethod::kBeam, .horizon = 32});
  ripen::SteadyClock clock;
  Watcher watcher(robot);
  ripen::ControlLoop loop(planner, robot, clock, {.budget = ripen::Budget{.passes = 2}, .limits = {kVelocityLimits}},
                          {&watcher});
  const ripen::Task task = go_to(1.5);
  int begun = 0;
  while (!watcher.arrived && watcher.tick < kGiveUp) {
    // A stop is latched until somebody has looked and resets. Here: until the plant is heard, and stands still.
    int attempts = 0;
    for (robot.adopt(); loop.reset(task) != ripen::ResetResult::kOk; robot.adopt()) {
      if (++attempts == 4000) throw std::runtime_error("nothing heard of the plant");
      std::this_thread::sleep_for(5ms);
    }
    ++begun;
    loop.run({});
    if (watcher.stopped) std::printf("tick %lld: out of touch, stopped\n", static_cast<long long>(watcher.tick));
    if (watcher.stopped && begun == 1) {
      plant.emplace(robot.port());  // somebody switches it off and on: it is at 0.2 m again, and counts steps from 0
      std::printf("the plant is restarted\n");
    }
  }
  std::printf(
      "at %.3f m after %lld ticks and %d beginnings; %lld ticks without news, %lld missed, watchdog %lld times\n",
      robot.state().position, static_cast<long long>(watcher.tick), begun,
      static_cast<long long>(watcher.read_failures), static_cast<long long>(loop.statistics().missed),
      static_cast<long long>(robot.state().watchdog));
  return std::abs(robot.state().position - 1.5) < 0.05 ? 0 : 1;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "06_robot_behind_udp: %s\n", error.what());
    return 1;
  }
}
