#pragma once
// Marks the tick for the real-time sanitizer; nothing without it.

#ifdef RIPEN_RTSAN
extern "C" {
void __rtsan_realtime_enter();
void __rtsan_realtime_exit();
}
#endif

namespace ripen {

/// While one lives, the sanitizer reports heap calls, locks and system calls of this thread.
class RealTimeSection {
 public:
#ifdef RIPEN_RTSAN
  RealTimeSection() noexcept { __rtsan_realtime_enter(); }
  ~RealTimeSection() { __rtsan_realtime_exit(); }
#else
  RealTimeSection() noexcept {}
  ~RealTimeSection() {}
#endif
  RealTimeSection(const RealTimeSection&) = delete;
  RealTimeSection& operator=(const RealTimeSection&) = delete;
};

/// Lifts that, inside a RealTimeSection, for the robot's own input and output, which may call the system.
class RobotSection {
 public:
#ifdef RIPEN_RTSAN
  RobotSection() noexcept { __rtsan_realtime_exit(); }
  ~RobotSection() { __rtsan_realtime_enter(); }
#else
  RobotSection() noexcept {}
  ~RobotSection() {}
#endif
  RobotSection(const RobotSection&) = delete;
  RobotSection& operator=(const RobotSection&) = delete;
};

}  // namespace ripen
