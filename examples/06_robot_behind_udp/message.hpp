#pragma once
// What goes over the wire. Both ends run on one machine here; on two, fix the byte order too.

#include <chrono>
#include <cstdint>
#include <type_traits>

namespace carriage {

inline constexpr std::uint32_t kCommandMagic = 0x52504E44, kStateMagic = 0x52504E54;  // a version of the format each

/// Where a message belongs: each end numbers its own lives, and its messages in each.
struct Origin {
  std::uint64_t session = 0;   ///< new_session() when the sender started: another one means that it was restarted
  std::uint64_t sequence = 0;  ///< rises by one with each message of the session, from 1
};

/// A number that no life before had: the time [ns]. Only its being another matters, so a clock may be set back.
inline std::uint64_t new_session() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

/// Tells what is new from copies and stragglers.
class Newest {
 public:
  /// Whether a message is newer than all that were taken before, which it then is no longer. A sender that was
  /// restarted is heard at once; what its last life still had under way is not.
  [[nodiscard]] bool take(const Origin& origin) noexcept {
    if (origin.session != newest_.session) {
      if (origin.session == before_) return false;
      before_ = newest_.session;
    } else if (origin.sequence <= newest_.sequence) {
      return false;
    }
    newest_ = origin;
    return true;
  }

  [[nodiscard]] std::uint64_t session() const noexcept { return newest_.session; }  ///< 0 before the first

 private:
  Origin newest_;
  std::uint64_t before_ = 0;
};

/// Controller to plant, once a tick. Says what step `step` is to be, so that a copy, or one that comes late, does no
/// harm: a step is begun once.
struct CommandMessage {
  std::uint32_t magic = kCommandMagic;
  std::uint32_t stop = 0;  ///< 1: stand still
  Origin origin;
  std::uint64_t to = 0;  ///< session of the plant that it is for: another one counts other steps
  std::int64_t step = 0;
  double velocity = 0.0;  ///< [m/s]
};

/// Plant to controller, every 5 ms.
struct StateMessage {
  std::uint32_t magic = kStateMagic;
  std::uint32_t at_rest = 0;  ///< 1: `position` is the state after steps_done steps
  Origin origin;
  std::int64_t steps_begun = 0;
  std::int64_t steps_done = 0;
  double position = 0.0;      ///< [m]
  std::int64_t watchdog = 0;  ///< times that the plant stopped because nobody told it what to do
};

static_assert(std::is_trivially_copyable_v<CommandMessage> && sizeof(CommandMessage) == 48);
static_assert(std::is_trivially_copyable_v<StateMessage> && sizeof(StateMessage) == 56);

}  // namespace carriage
