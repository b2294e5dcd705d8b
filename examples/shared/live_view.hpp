#pragma once
// A picture in the terminal that is drawn over the one before.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>

#include "shared/terminal.hpp"
#include "util/triple_buffer.hpp"

namespace ripen::examples {

namespace of_view {

/// In one go where the system takes it, so that a program that is killed leaves no half of an escape sequence.
inline void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;  // There is nobody to tell.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

inline std::atomic<bool> was_stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler may not lock");

}  // namespace of_view

/// Redraws on standard output, 20 times a second from its own thread and in whatever size the terminal has by then,
/// until it is destroyed, which draws the last state. Changes nothing of the terminal that would have to be restored:
/// one that was stopped (Ctrl-Z) goes on below what was written meanwhile. One at a time.
template <typename Snapshot>
class LiveView {
 public:
  /// The view of one instant: lines that fit the terminal and leave its last row and column free, with what colours it
  /// wants as ANSI escape sequences (ECMA-48).
  using Draw = std::string (*)(const Snapshot&, const Terminal&);

  LiveView(TripleBuffer<Snapshot>& snapshots, Draw draw)
      : snapshots_(snapshots),
        draw_(draw),
        before_(std::signal(SIGCONT, [](int) { of_view::was_stopped = true; })),
        thread_([this](const std::stop_token& stop) {
          for (; !stop.stop_requested(); std::this_thread::sleep_for(kPeriod)) redraw();
        }) {}
  ~LiveView() {
    thread_.request_stop();
    thread_.join();
    redraw();
    std::signal(SIGCONT, before_);
  }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

 private:
  static constexpr std::chrono::milliseconds kPeriod{50};

  void redraw() {
    // One write a frame, so that the cursor need not be hidden: an interrupted program could not bring it back.
    const Terminal now = terminal();
    const std::string text = draw_(snapshots_.latest(), now);
    std::string frame;
    if (of_view::was_stopped.exchange(false)) lines_ = 0;
    if (lines_ > 0) frame = "\x1b[" + std::to_string(lines_) + "A\r";
    // In another size the last frame's lines may have been wrapped anew: nobody knows where it begins.
    if (lines_ > 0 && (now.columns != drawn_on_.columns || now.rows != drawn_on_.rows)) frame = "\x1b[2J\x1b[H";
    for (const char c : text) frame += c == '\n' ? "\x1b[K\n" : std::string(1, c);
    frame += "\x1b[J";
    lines_ = std::count(text.begin(), text.end(), '\n');
    drawn_on_ = now;
    of_view::print(frame);
  }

  TripleBuffer<Snapshot>& snapshots_;
  Draw draw_;
  std::ptrdiff_t lines_ = 0;  // Of the last drawing, above the cursor.
  Terminal drawn_on_;
  void (*before_)(int);  // What SIGCONT did.
  std::jthread thread_;
};

}  // namespace ripen::examples
