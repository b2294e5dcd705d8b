#include "ripen/live_report.hpp"

#include <bit>

#include "ripen/error.hpp"
#include "util/problems.hpp"
#include "util/ring_buffer.hpp"
#include "util/triple_buffer.hpp"

namespace ripen {

struct LiveReport::Impl {
  explicit Impl(std::size_t reports) : ring(reports) {}

  LiveCounts running;  // The tick's.
  TripleBuffer<LiveCounts> counts;
  RingBuffer<TickReport> ring;
  LiveTimes times;  // The reader's.
};

LiveReport::LiveReport(int reports) {
  constexpr int kMost = 1 << 24;
  Problems problems("live report");
  problems.range("reports", reports, 1, kMost);
  if (!problems.text().empty()) throw OptionsError(problems.text());
  impl_ = std::make_unique<Impl>(static_cast<std::size_t>(reports));
}

LiveReport::~LiveReport() = default;

bool LiveReport::on_tick(const Tick& tick) noexcept {
  const TickReport& report = tick.report;
  LiveCounts& counts = impl_->running;
  counts.last = report;
  ++counts.ticks;
  counts.missed += report.missed;
  counts.late += report.slack.count() < 0 ? 1 : 0;
  counts.passes += report.passes;
  counts.revised += report.revised;
  counts.revealed += report.revealed;
  counts.chosen += report.chosen;
  counts.switched += report.switched ? 1 : 0;
  ++counts.sources[static_cast<std::size_t>(report.source)];
  for (std::uint32_t faults = report.faults; faults != 0; faults &= faults - 1) {
    ++counts.faults[static_cast<std::size_t>(std::countr_zero(faults))];
  }
  if (!impl_->ring.push(report)) ++counts.untold;
  impl_->counts.writing() = counts;
  impl_->counts.publish();
  return true;
}

const LiveCounts& LiveReport::counts() noexcept { return impl_->counts.latest(); }

const LiveTimes& LiveReport::times() noexcept {
  LiveTimes& times = impl_->times;
  for (TickReport report; impl_->ring.pop(report);) {
    times.wake_up.record(report.wake_up);
    times.observation_to_action.record(report.observation_to_action);
    times.compute.record(report.compute);
    times.slack.record(report.slack);
  }
  return times;
}

}  // namespace ripen
