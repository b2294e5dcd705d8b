#pragma once
// A program in a terminal of its own, as somebody would start it.

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace ripen::test {

struct TerminalSettings {
  unsigned short rows = 24, columns = 80;
  std::map<std::string, std::string> environment = {};  ///< added to TERM=xterm, LC_ALL=C.UTF-8
};

class RunningProgram {
 public:
  RunningProgram(const std::string& program, std::vector<std::string> arguments,
                 const TerminalSettings& settings = {}) {
    winsize size{};
    size.ws_row = settings.rows;
    size.ws_col = settings.columns;
    arguments.insert(arguments.begin(), program);
    process_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (process_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty, which needs /dev/pts");
    if (process_ != 0) return;
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "xterm", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    for (const auto& [name, value] : settings.environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    ::_exit(127);
  }
  ~RunningProgram() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(terminal_);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  /// Reads until the text was written; false if the program ends before.
  [[nodiscard]] bool writes(const std::string& text) { return writes_behind(0, text); }
  /// The same, of what is read from now on.
  [[nodiscard]] bool writes_again(const std::string& text) { return writes_behind(output_.size(), text); }
  /// Sends a signal and waits until the program takes it up: two that wait together would be one.
  void signal(int number) const {
    ::kill(process_, number);
    while (pending() >> (number - 1) & 1U) ::usleep(1000);
  }
  void resize(unsigned short rows, unsigned short columns) const {
    winsize size{};
    size.ws_row = rows;
    size.ws_col = columns;
    ::ioctl(terminal_, TIOCSWINSZ, &size);
  }

  /// Waits for the end: the exit status, or minus the signal that ended it.
  [[nodiscard]] int status() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(std::exchange(process_, 0), &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  [[nodiscard]] std::uint64_t pending() const {
    std::ifstream status("/proc/" + std::to_string(process_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("ShdPnd:")) return std::stoull(line.substr(7), nullptr, 16);
    }
    return 0;
  }
  bool writes_behind(std::size_t place, const std::string& text) {
    while (output_.find(text, place) == std::string::npos) {
      if (!read_more()) return false;
    }
    return true;
  }
  bool read_more() {
    char bytes[4096];
    const ssize_t count = ::read(terminal_, bytes, sizeof bytes);
    if (count > 0) output_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int terminal_ = -1;
  pid_t process_ = -1;
  std::string output_;
};

}  // namespace ripen::test
