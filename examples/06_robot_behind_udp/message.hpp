#pragma once
// What goes over the wire. Both ends run on one machine here; on two, fix the byte order too.

#include <cstdint>
#include <type_traits>

namespace carriage {

inline constexpr std::uint32_t kCommandMagic = 0x52504E43, kStateMagic = 0x52504E53;  // a version of the format each

/// Controller to plant, once a tick. Says what step `step` is to be, so that a copy, or one that comes late, does no
/// harm: a step is begun once.
struct CommandMessage {
  std::uint32_t magic = kCommandMagic;
  std::uint32_t stop = 0;      ///< 1: stand still
  std::uint64_t sequence = 0;  ///< rises by one with each message; the receiver takes none that is not newer
  std::int64_t step = 0;
  double velocity = 0.0;  ///< [m/s]
};

/// Plant to controller, every 5 ms.
struct StateMessage {
  std::uint32_t magic = kStateMagic;
  std::uint32_t at_rest = 0;  ///< 1: `position` is the state after steps_done steps
  std::uint64_t sequence = 0;
  std::int64_t steps_begun = 0;
  std::int64_t steps_done = 0;
  double position = 0.0;      ///< [m]
  std::int64_t watchdog = 0;  ///< times that the plant stopped because nobody told it what to do
};

static_assert(std::is_trivially_copyable_v<CommandMessage> && sizeof(CommandMessage) == 32);
static_assert(std::is_trivially_copyable_v<StateMessage> && sizeof(StateMessage) == 48);

}  // namespace carriage
