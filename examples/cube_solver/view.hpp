#pragma once
// The live view in a terminal.

#include <string>
#include <thread>

#include "cube_solver/snapshot.hpp"
#include "cube_solver/terminal.hpp"

namespace ripen::cube {

/// The view of one instant: lines that fit the terminal and leave its last row and column free, with what colours it
/// wants as ANSI escape sequences (ECMA-48). Where there is little room the cube's net and the last figures are left
/// out.
[[nodiscard]] std::string draw(const Snapshot& snapshot, const Terminal& terminal);

/// Redraws on standard output, 20 times a second from its own thread and in whatever size the terminal has by then,
/// until it is destroyed, which draws the last state. Changes nothing of the terminal that would have to be restored:
/// one that was stopped (Ctrl-Z) goes on below what was written meanwhile. One at a time.
class LiveView {
 public:
  explicit LiveView(TripleBuffer<Snapshot>& snapshots);
  ~LiveView();
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

 private:
  void redraw();

  TripleBuffer<Snapshot>& snapshots_;
  int lines_ = 0;  // of the last drawing, above the cursor
  Terminal drawn_on_;
  void (*before_)(int);  // what SIGCONT did
  std::jthread thread_;
};

}  // namespace ripen::cube
