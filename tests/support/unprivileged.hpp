#pragma once
// What a process may do that is not root's.

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace ripen::test {

/// This thread may no longer do what only root may, and the process may lock so much memory only.
class Unprivileged {
 public:
  /// memory: that may be locked. [bytes]
  explicit Unprivileged(rlim_t memory = 0) {
    getrlimit(RLIMIT_MEMLOCK, &memory_);
    getrlimit(RLIMIT_RTPRIO, &priority_);
    set(RLIMIT_MEMLOCK, memory, memory_);
    set(RLIMIT_RTPRIO, 0, priority_);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> none{};
    dropped = syscall(SYS_capset, &header, none.data()) == 0;
  }
  ~Unprivileged() {
    setrlimit(RLIMIT_MEMLOCK, &memory_);
    setrlimit(RLIMIT_RTPRIO, &priority_);
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

  bool dropped = false;

 private:
  static void set(__rlimit_resource resource, rlim_t soft, rlimit limit) {
    limit.rlim_cur = soft;
    setrlimit(resource, &limit);
  }
  rlimit memory_{}, priority_{};
};

}  // namespace ripen::test
