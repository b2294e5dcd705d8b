// A recording: refused, or it is the same after being written and read again, and can be played back or is refused.

#include <cstdint>
#include <exception>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "ripen/recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ripen::Recording recording;
  try {
    recording = ripen::Recording::from_mcap({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& error) {
    FUZZ_CHECK(*error.what() != '\0');
    return 0;
  }
  const auto again = ripen::Recording::from_mcap(recording.to_mcap());
  FUZZ_CHECK(!ripen::first_difference(recording, again));
  FUZZ_CHECK(again.notes == recording.notes && again.layout == recording.layout && again.period == recording.period);
  ripen::RecordedRobot robot(recording);
  std::vector<double> state(static_cast<std::size_t>(recording.layout.states()));
  for (const ripen::RecordedTick& tick : recording.ticks) {
    ripen::Observation observation;
    observation.state = state;
    (void)robot.read(tick.report.tick, observation);
    (void)robot.write({.tick = tick.report.tick, .step = tick.step, .action = tick.action, .next = tick.next});
  }
  return 0;
}
