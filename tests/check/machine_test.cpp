#include "ripen_check/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace ripen::check {
namespace {

namespace fs = std::filesystem;

/// A folder that looks like the root of some machine.
class MachineTest : public testing::Test {
 protected:
  ~MachineTest() override { fs::remove_all(root_); }

  void file(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  [[nodiscard]] std::map<std::string, Finding> found() const {
    std::map<std::string, Finding> by_name;
    for (const Finding& finding : findings(root_)) by_name[finding.what] = finding;
    return by_name;
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("machine_" + std::to_string(getpid()));
};

TEST_F(MachineTest, AMachineThatIsAsItShouldBeNeedsNoChange) {
  file("proc/version", "Linux version 6.1.0-28-rt-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_RT Debian");
  file("sys/devices/system/cpu/online", "0-3");
  file("sys/devices/system/cpu/isolated", "2-3");
  for (const char cpu : {'0', '1'}) {
    file(std::string("sys/devices/system/cpu/cpu") + cpu + "/cpufreq/scaling_governor", "performance");
  }
  file("proc/sys/kernel/sched_rt_runtime_us", "950000");
  file("proc/self/limits",
       "Limit                     Soft Limit           Hard Limit           Units     \n"
       "Max locked memory         unlimited            unlimited            bytes     \n"
       "Max realtime priority     90                   95                   ");
  auto all = found();
  EXPECT_EQ(all["kernel"].value, "6.1.0-28-rt-amd64, PREEMPT_RT");
  EXPECT_EQ(all["processors"].value, "0-3, isolated: 2-3");
  EXPECT_EQ(all["governor"].value, "performance");
  EXPECT_EQ(all["limit rtprio"].value, "90");
  EXPECT_EQ(all["limit memlock"].value, "unlimited");
  EXPECT_EQ(all["real-time threads may run"].value, "950000 us of each second");
  for (const auto& [what, finding] : all) EXPECT_EQ(finding.change, "") << what;
}

TEST_F(MachineTest, SaysWhatToChange) {
  file("proc/version", "Linux version 6.1.0-28-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian");
  file("sys/devices/system/cpu/online", "0-1");
  file("sys/devices/system/cpu/isolated", "");
  file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave");
  file("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance");
  auto all = found();
  EXPECT_EQ(all["kernel"].value, "6.1.0-28-amd64, not PREEMPT_RT");
  EXPECT_NE(all["kernel"].change.find("linux-image-rt-amd64"), std::string::npos);
  EXPECT_NE(all["processors"].change.find("isolcpus"), std::string::npos);
  EXPECT_EQ(all["governor"].value, "performance, powersave");
  EXPECT_NE(all["governor"].change.find("-g performance"), std::string::npos);
}

TEST_F(MachineTest, WhatCannotBeReadIsUnknownAndAsksForNothing) {
  for (const auto& [what, finding] : found()) {
    EXPECT_NE(finding.value.find("unknown"), std::string::npos) << what;
    EXPECT_EQ(finding.change, "") << what;
  }
  file("sys/kernel/realtime", "1");
  file("proc/version", "Linux version 6.12.0-custom");
  EXPECT_EQ(found()["kernel"].value, "6.12.0-custom, PREEMPT_RT") << "newer kernels say so here";
}

TEST(ThisMachineTest, CanBeRead) { EXPECT_EQ(findings().size(), 6U); }

}  // namespace
}  // namespace ripen::check
