#pragma once
// The live view in a terminal.

#include <string>
#include <thread>

#include "cube_solver/snapshot.hpp"

namespace ripen::cube {

/// The view of one instant: some lines of at most `columns` columns, with colours as ANSI escape sequences (ECMA-48).
[[nodiscard]] std::string draw(const Snapshot& snapshot, int columns);

/// Redraws on standard output, 20 times a second from its own thread, until it is destroyed, which draws the last
/// state.
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
  std::jthread thread_;
};

}  // namespace ripen::cube
