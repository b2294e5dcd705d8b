// The other process: a carriage with its own clock, a watchdog, and a bad network in front of it.

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include "06_robot_behind_udp/bad_link.hpp"
#include "06_robot_behind_udp/message.hpp"
#include "06_robot_behind_udp/socket.hpp"
#include "carriage/denoiser.hpp"

namespace {

using namespace carriage;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr LinkFaults kFaults{.drop = 0.1, .duplicate = 0.1, .longest_delay = 8ms};
constexpr Clock::duration kWatchdog = 30ms;   // without a command for so long, it stands still
constexpr Clock::duration kFreezeAt = 600ms;  // since the first command: nothing gets through, either way
constexpr Clock::duration kFreeze = 400ms;
constexpr Clock::duration kLife = 120s;

/// Drives for kStepSeconds for each step it is told, and counts.
class Carriage {
 public:
  /// What to send next.
  [[nodiscard]] const StateMessage& next_state() {
    ++state_.origin.sequence;
    return state_;
  }

  void take(const CommandMessage& command, Clock::time_point now) {
    if (command.to != state_.origin.session || !newest_.take(command.origin)) return;
    heard_at_ = now;
    if (command.stop != 0) finish();
    if (command.stop != 0 || moving_ || command.step != state_.steps_begun || command.velocity == 0.0) return;
    velocity_ = command.velocity;
    end_ = now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kStepSeconds));
    moving_ = true;
    ++state_.steps_begun;
  }

  void advance(Clock::time_point now) {
    if (moving_ && now - heard_at_ > kWatchdog) {
      ++state_.watchdog;
      finish();
    }
    if (moving_) {
      const Clock::time_point until = std::min(now, end_);
      state_.position += velocity_ * std::chrono::duration<double>(until - time_).count();
      if (now >= end_) finish();
    }
    time_ = now;
    state_.at_rest = moving_ ? 0 : 1;
  }

 private:
  void finish() {
    if (moving_) ++state_.steps_done;
    moving_ = false;
  }

  StateMessage state_{.origin = {.session = new_session()}, .position = 0.2};
  Newest newest_;
  Clock::time_point heard_at_, time_ = Clock::now(), end_;
  double velocity_ = 0.0;
  bool moving_ = false;
};

void run(std::uint16_t controller) {
  Socket socket;
  socket.set_peer(controller);
  BadLink<StateMessage> out(kFaults, 1);
  BadLink<CommandMessage> in(kFaults, 2);
  Carriage carriage;
  Clock::time_point freeze = Clock::time_point::max();
  const Clock::time_point begin = Clock::now();
  for (Clock::time_point tick = begin; tick < begin + kLife; tick += 1ms) {
    std::this_thread::sleep_until(tick);
    const Clock::time_point now = Clock::now();
    for (CommandMessage command; socket.receive(command);) {
      if (freeze == Clock::time_point::max()) freeze = now + kFreezeAt;
      in.put(command, now);
    }
    const bool frozen = now >= freeze && now < freeze + kFreeze;
    in.deliver(now, [&](const CommandMessage& command) {
      if (!frozen) carriage.take(command, now);
    });
    carriage.advance(now);
    if ((tick - begin) % 5ms == 0ms) out.put(carriage.next_state(), now);
    out.deliver(now, [&](const StateMessage& state) {
      if (!frozen) (void)socket.send(state);
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // not to outlive the controller
  const long port = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (port < 1 || port > 65535) {
    std::fprintf(stderr, "usage: %s PORT\n", argv[0]);
    return 2;
  }
  try {
    run(static_cast<std::uint16_t>(port));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plant: %s\n", error.what());
    return 1;
  }
  return 0;
}
