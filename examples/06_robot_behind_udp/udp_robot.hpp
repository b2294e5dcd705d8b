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
  /// of these with the plan, then stops the robot. The same for a plant that was restarted, whose steps count from 0
  /// again: it is out of touch until adopt().
  [[nodiscard]] bool read(std::int64_t /*tick*/, ripen::Observation& observation) noexcept override {
    bool newer = false;
    for (StateMessage message; socket_.receive(message);) {
      ++received_;
      if (!std::isfinite(message.position) || !newest_.take(message.origin)) continue;
      socket_.answer();
      state_ = message;
      newer = true;
    }
    if (adopted_ == 0) adopt();
    if (!newer || adopted_ != newest_.session()) return false;
    observation.state[0] = state_.position;
    observation.fresh = state_.at_rest != 0;
    observation.state_step = state_.steps_done;
    observation.steps_begun = state_.steps_begun;
    observation.steps_done = state_.steps_done;
    return true;
  }

  [[nodiscard]] bool write(const ripen::Command& command) noexcept override {
    command_.stop = command.source >= ripen::CommandSource::kRamping ? 1 : 0;
    ++command_.origin.sequence;
    command_.to = adopted_;
    command_.step = command.step;
    command_.velocity = command.action[0];
    return socket_.send(command_);
  }

  /// Goes on with the plant that was heard last. Between a stop and a reset.
  void adopt() noexcept { adopted_ = newest_.session(); }

  [[nodiscard]] const StateMessage& state() const noexcept { return state_; }  ///< the newest
  [[nodiscard]] std::int64_t received() const noexcept { return received_; }   ///< states, old and doubled ones too

 private:
  Socket socket_;
  StateMessage state_;
  Newest newest_;
  std::uint64_t adopted_ = 0;  // The session that the steps are counted in; 0 before any.
  CommandMessage command_{.origin = {.session = new_session()}};
  std::int64_t received_ = 0;
};

}  // namespace carriage
