#include "util/save_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "ripen/error.hpp"

namespace ripen {
namespace {

namespace fs = std::filesystem;

class SaveFileTest : public testing::Test {
 protected:
  SaveFileTest() { fs::create_directory(folder_); }
  ~SaveFileTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string old_file(const std::string& name = "file") const {
    std::ofstream(at(name)) << "old";
    return at(name);
  }
  /// Everything below the folder.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      all.push_back(entry.path().lexically_relative(folder_).string());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("save_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + std::to_string(getpid()));
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string complaint(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777;
}

TEST_F(SaveFileTest, MakesAFileAsAnyProgramDoes) {
  const std::string bytes("a\0b\n", 4);
  const mode_t mask = ::umask(027);
  save_file(at("new"), bytes);
  ::umask(mask);
  EXPECT_EQ(content(at("new")), bytes);
  EXPECT_EQ(mode_of(at("new")), 0640U);
  EXPECT_THAT(names(), testing::ElementsAre("new"));
  const std::string longest(255, 'n');
  save_file(at(longest), "");
  EXPECT_EQ(fs::file_size(at(longest)), 0U);
}

TEST_F(SaveFileTest, ReplacesAFileAndKeepsItsPermissions) {
  const std::string path = old_file();
  for (const mode_t mode : {0600U, 0755U, 0444U}) {
    if (::geteuid() != 0 && mode == 0444) continue;
    fs::permissions(path, static_cast<fs::perms>(mode));
    save_file(path, std::to_string(mode));
    EXPECT_EQ(content(path), std::to_string(mode));
    EXPECT_EQ(mode_of(path), mode);
  }
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(SaveFileTest, ALinkStaysALinkAndItsTargetIsReplaced) {
  fs::create_directory(at("a"));
  fs::create_directory(at("b"));
  const std::string path = old_file("b/file");
  fs::create_symlink("../b/file", at("a/one"));
  fs::create_symlink(at("a/one"), at("two"));
  fs::create_symlink("b/new", at("dangling"));
  save_file(at("two"), "new");
  save_file(at("dangling"), "made");
  EXPECT_EQ(content(path), "new");
  EXPECT_EQ(content(at("b/new")), "made");
  for (const char* link : {"a/one", "two", "dangling"}) EXPECT_TRUE(fs::is_symlink(at(link))) << link;
  EXPECT_FALSE(fs::is_symlink(path));
  EXPECT_THAT(names(), testing::ElementsAre("a", "a/one", "b", "b/file", "b/new", "dangling", "two"));
}

TEST_F(SaveFileTest, DevicesAndFifosAreWrittenToAndStayWhatTheyAre) {
  fs::create_symlink("/dev/full", at("full"));
  EXPECT_EQ(complaint([&] { save_file(at("full"), "x"); }), "No space left on device");
  fs::create_symlink("/dev/null", at("null"));
  save_file(at("null"), "x");
  save_file("/dev/null", "x");
  for (const char* device : {"/dev/full", "/dev/null"}) ASSERT_TRUE(fs::is_character_file(device)) << device;

  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  const std::string sent(100'000, 'x');  // More than a pipe holds.
  std::string received;
  {
    const std::jthread reader([&] { received = content(at("fifo")); });
    save_file(at("fifo"), sent);
  }
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(fs::is_fifo(at("fifo")));
  EXPECT_THAT(names(), testing::ElementsAre("fifo", "full", "null"));
}

TEST_F(SaveFileTest, ASocketIsNotReplaced) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);  // A socket's path is short.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, "socket");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(complaint([&] { save_file("socket", "x"); }), "No such device or address");
  EXPECT_TRUE(fs::is_socket("socket"));
  ::close(socket);
  fs::current_path(before);
  EXPECT_THAT(names(), testing::ElementsAre("socket"));
}

TEST_F(SaveFileTest, AFullDiskLeavesTheOldFileAndNothingElse) {
  const std::string path = old_file();
  const auto fill = [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 1000, .rlim_max = 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string why = complaint([&] { save_file(path, std::string(2000, 'x')); });
    std::fputs(why.c_str(), stderr);
    ::_exit(0);
  };
  EXPECT_EXIT(fill(), testing::ExitedWithCode(0), "^File too large$");
  EXPECT_EQ(content(path), "old");
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(SaveFileTest, SaysWhyNotBeforeAndAfterARun) {
  old_file();
  fs::create_symlink("round", at("about"));
  fs::create_symlink("about", at("round"));
  fs::create_symlink("none/file", at("astray"));
  struct Case {
    std::string path, why;
  };
  std::vector<Case> cases = {{"", "No such file or directory"},
                             {folder_.string(), "Is a directory"},
                             {at("none/file"), "No such file or directory"},
                             {at("none/"), "No such file or directory"},
                             {at("astray"), "No such file or directory"},
                             {at("file/below"), "Not a directory"},
                             {at("round"), "Too many levels of symbolic links"},
                             {at(std::string(256, 'n')), "File name too long"}};
  if (::geteuid() != 0) {
    old_file("mine");
    fs::permissions(at("mine"), fs::perms::owner_read);
    cases.push_back({at("mine"), "Permission denied"});
  }
  const auto before = names();
  for (const auto& [path, why] : cases) {
    EXPECT_EQ(complaint([&, p = path] { save_file(p, "x"); }), why) << path;
    EXPECT_EQ(complaint([&, p = path] { check_writable(p); }), why) << path;
  }
  EXPECT_EQ(names(), before);
}

TEST_F(SaveFileTest, ACheckTouchesNothing) {
  const std::string path = old_file();
  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  const auto time = fs::last_write_time(path);
  for (const char* name : {"file", "new", "fifo"}) check_writable(at(name));  // Nobody reads the FIFO.
  check_writable("/dev/null");
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(fs::last_write_time(path), time);
  EXPECT_THAT(names(), testing::ElementsAre("fifo", "file"));
}

TEST_F(SaveFileTest, WhatAKilledProcessLeftIsNotInTheWay) {
  save_file(at("file"), "first");
  std::vector<std::string> left;
  for (int i = 0; i < 100; ++i) {
    left.push_back(".ripen-" + std::to_string(getpid()) + "-" + std::to_string(i) + ".partial");
    old_file(left.back());
  }
  save_file(at("file"), "second");
  EXPECT_EQ(content(at("file")), "second");
  EXPECT_EQ(content(at(left[50])), "old");
}

TEST_F(SaveFileTest, AReaderSeesOneWholeFileOfSeveralWriters) {
  const std::string path = old_file();
  std::atomic<int> left = 4;
  std::vector<std::jthread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([&, letter] {
      for (int i = 0; i < 50; ++i) save_file(path, std::string(100'000, letter));
      --left;
    });
  }
  while (left > 0) {
    const std::string seen = content(path);
    if (seen == "old") continue;
    ASSERT_EQ(seen.size(), 100'000U);
    ASSERT_EQ(seen.find_first_not_of(seen[0]), std::string::npos);
  }
  writers.clear();
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

}  // namespace
}  // namespace ripen
