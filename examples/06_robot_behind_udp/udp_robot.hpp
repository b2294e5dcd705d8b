#pragma once
// The robot as the control loop sees it: a socket.

#include <cmath>

#include "06_robot_behind_udp/message.hpp"
#include "06_robot_behind_udp/socket.hpp"
#include "ripen/robot.hpp"

namespace carriage {

class UdpRobot : public ripen::Robot {
 public:
  [[nodiscard]] std::uint16_t port() const noexcept { return socket_.port(); }

  /// Takes all that has arrived and keeps the newest. False in a tick that nothing newer reached: the loop bridges some
  /// of these with the plan, then stops the robot.
  [[nodiscard]] bool read(std::int64_t /*tick*/, ripen::Observation& observation) noexcept override {
    bool newer = false;
    for (StateMessage message; socket_.receive(message);) {
      ++received_;
      if (message.sequence <= state_.sequence || !std::isfinite(message.position)) continue;
      state_ = message;
      newer = true;
    }
    if (!newer) return false;
    observation.state[0] = state_.position;
    observation.fresh = state_.at_rest != 0;
    observation.state_step = state_.steps_done;
    observation.steps_begun = state_.steps_begun;
    observation.steps_done = state_.steps_done;
    return true;
  }

  [[nodiscard]] bool write(const ripen::Command& command) noexcept override {
    command_.stop = command.source >= ripen::CommandSource::kRamping ? 1 : 0;
    ++command_.sequence;
    command_.step = command.step;
    command_.velocity = command.action[0];
    return socket_.send(command_);
  }

  [[nodiscard]] const StateMessage& state() const noexcept { return state_; }  ///< the newest
  [[nodiscard]] std::int64_t received() const noexcept { return received_; }   ///< states, old and doubled ones too

 private:
  Socket socket_;
  StateMessage state_;
  CommandMessage command_;
  std::int64_t received_ = 0;
};

}  // namespace carriage
