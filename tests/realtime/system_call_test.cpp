// A tick calls the system once: to sleep. The kernel itself forbids everything else while the ticks run.

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>

#include "support/allocation_counter.hpp"
#include "support/random_cube.hpp"

namespace ripen {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kTicks = 2000;

// How the process that runs the ticks ends; 128 and more: 128 plus the number of a forbidden call, or 255.
constexpr int kClean = 0, kNoFilter = 1, kWrong = 2, kForbidden = 128;

/// Counts sleeps.
class CountingClock : public SteadyClock {
 public:
  std::int64_t sleeps = 0;
  void sleep_until(TimePoint instant) noexcept override {
    ++sleeps;
    SteadyClock::sleep_until(instant);
  }
};

void report_and_end(int /*signal*/, siginfo_t* info, void* /*context*/) {
  _exit(kForbidden + (info->si_syscall < 127 ? info->si_syscall : 127));
}

/// From now on this thread may sleep and end the process; every other system call raises SIGSYS.
bool forbid_system_calls() {
  struct sigaction action {};
  action.sa_sigaction = report_and_end;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSYS, &action, nullptr);
  std::array<sock_filter, 5> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_nanosleep, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

class SystemCallTest : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Ways, SystemCallTest, testing::Values(false, true),
                         [](const auto& way) { return way.param ? "planner_thread" : "in_the_tick"; });

/// In a process of its own.
[[noreturn]] void run_ticks(bool planner_thread) {
  CountingClock clock;
  test::RandomCube cube(planner_thread, clock, {.period = 200us, .budget = Budget{.time = 100us}});
  if (!forbid_system_calls()) _exit(kNoFilter);
  const bool ran = cube.run(kTicks) && cube.loop().statistics().ticks == kTicks && clock.sleeps == kTicks;
  _exit(ran && cube.loop().statistics().passes > 0 ? kClean : kWrong);
}

/// Whether clock_gettime() needs no system call, as with most sources of time.
[[noreturn]] void ask_the_time() {
  if (!forbid_system_calls()) _exit(kNoFilter);
  (void)SteadyClock().now();
  _exit(kClean);
}

template <typename Work>
int status_of(const Work& work) {
  const pid_t child = fork();
  if (child == 0) work();
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(SystemCallFilterTest, NamesWhatIsForbidden) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "a sanitizer calls the system itself";
  const int status = status_of([] {
    if (!forbid_system_calls()) _exit(kNoFilter);
    (void)getppid();
    _exit(kClean);
  });
  if (status == kNoFilter) GTEST_SKIP() << "seccomp is not allowed here";
  EXPECT_EQ(status, kForbidden + SYS_getppid);
}

TEST_P(SystemCallTest, ATickOnlySleeps) {
  if (!test::AllocationCounter::available()) GTEST_SKIP() << "a sanitizer calls the system itself";
  const int time = status_of(ask_the_time);
  if (time == kNoFilter) GTEST_SKIP() << "seccomp is not allowed here";
  if (time != kClean) GTEST_SKIP() << "asking for the time is a system call on this machine";
  const int status = status_of([] { run_ticks(GetParam()); });
  EXPECT_LT(status, kForbidden) << "system call " << status - kForbidden << " in a tick (127: or a higher one)";
  EXPECT_EQ(status, kClean);
}

}  // namespace
}  // namespace ripen
