#include "cube_solver/view.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <numbers>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"

namespace ripen::cube {

namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = 50ms;
constexpr int kNetRows = 9, kPlanRows = 3;
constexpr std::string_view kFaceLetters = "URFDLB";
constexpr int kLabel = 8;  // columns of a line's title
constexpr int kNetColumns = 4 * 7;

/// Background of a sticker, from the 256-colour palette.
int colour_of(char face) {
  switch (face) {
    case 'U':
      return 231;
    case 'R':
      return 160;
    case 'F':
      return 34;
    case 'D':
      return 226;
    case 'L':
      return 208;
    default:
      return 33;
  }
}

__attribute__((format(printf, 1, 2))) std::string format(const char* pattern, ...) {
  char text[256];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

/// Cuts plain ASCII text, so that no line wraps and the next drawing finds its place.
std::string fitted(const std::string& text, int columns) {
  return text.substr(0, static_cast<std::size_t>(std::max(columns, 0))) + "\n";
}

/// Three stickers of a face.
std::string row_of(const std::string& facelets, int face, int row, bool colour) {
  std::string text;
  for (int column = 0; column < 3; ++column) {
    const char letter = facelets[static_cast<std::size_t>(face * 9 + row * 3 + column)];
    if (colour) text += format("\x1b[30;48;5;%dm", colour_of(letter));
    text += format("%c ", letter);
  }
  return text + (colour ? "\x1b[0m" : "");
}

std::string net_of(const Cube& cube, bool colour) {
  const std::string facelets = to_facelets(cube);
  const std::string margin(kLabel, ' ');
  const std::string skipped(7, ' ');
  std::string text;
  for (int row = 0; row < 3; ++row) text += margin + skipped + row_of(facelets, kFaceU, row, colour) + "\n";
  for (int row = 0; row < 3; ++row) {
    text += margin;
    for (const Face face : {kFaceL, kFaceF, kFaceR, kFaceB}) text += row_of(facelets, face, row, colour) + " ";
    text += "\n";
  }
  for (int row = 0; row < 3; ++row) text += margin + skipped + row_of(facelets, kFaceD, row, colour) + "\n";
  return text;
}

/// Full when ripe.
std::string bar_of(float ripeness, bool utf8) {
  static constexpr const char* kBars[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view kPlainBars = ".:-=+*%@#";
  const auto level = static_cast<std::size_t>(std::clamp(static_cast<int>(std::lround(ripeness * 8.0F)), 0, 8));
  return utf8 ? kBars[level] : std::string(1, kPlainBars[level]);
}

/// The plan: the names of the next turns, the ripeness of each below it, and the ripeness of the whole horizon.
std::string plan_of(const Snapshot& snapshot, const Terminal& terminal, int columns) {
  const auto first = snapshot.plan.begin();
  const int named = std::clamp((columns - kLabel) / 3, 0, snapshot.planned);
  const int shown = std::clamp(columns - kLabel, 0, snapshot.planned);
  std::string names = "plan    ";
  std::string bars = "        ";
  std::for_each(first, first + named, [&](const PlannedStep& step) {
    const std::string bar = bar_of(step.ripeness, terminal.utf8);
    names += format("%-3s", step.known ? to_text(step.move).c_str() : "?");
    bars += bar + bar + " ";
  });
  std::string horizon = "horizon ";
  std::for_each(first, first + shown,
                [&](const PlannedStep& step) { horizon += bar_of(step.ripeness, terminal.utf8); });
  if (terminal.colour) horizon = "\x1b[2m" + horizon + "\x1b[0m";
  return names + "\n" + bars + "\n" + horizon + "\n";
}

std::string motors_of(const Snapshot& snapshot) {
  std::string text = "motors  ";
  for (std::size_t face = 0; face < kFaces; ++face) {
    text += format("%c %4.0f ", kFaceLetters[face], snapshot.angles[face] * 180.0 / std::numbers::pi);
  }
  return text + "deg";
}

std::string spread_of(const Spread& spread) {
  return format("p50 %6.0f  p99 %6.0f  max %6.0f us", spread.p50, spread.p99, spread.max);
}

/// In one go where the system takes it, so that a program that is killed leaves no half of an escape sequence.
void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;  // There is nobody to tell.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::atomic<bool> was_stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler may not lock");

}  // namespace

std::string draw(const Snapshot& snapshot, const Terminal& terminal) {
  // A full last column may wrap, a full last row scrolls.
  const int columns = terminal.columns - 1, rows = terminal.rows - 1;
  if (rows < 1) return "";
  const double seconds = static_cast<double>(snapshot.tick) * snapshot.tick_us * 1e-6;
  std::string title = fitted(format("cube %d of %d: %s   %.2f s", snapshot.cube_number, snapshot.cubes,
                                    snapshot.solved ? "solved" : "solving", seconds),
                             columns);
  if (rows < 1 + kPlanRows || columns < kLabel) return title;
  const bool net = rows >= 1 + kPlanRows + kNetRows && columns >= kLabel + kNetColumns;
  // Figures below the plan, as many as there is room for.
  const std::string figures[] = {
      format("turns   %d by the robot (%d slipped), %d by the world", snapshot.robot_turns, snapshot.slips,
             snapshot.world_turns),
      format("ticks   %lld of %.0f us, %lld missed", static_cast<long long>(snapshot.tick), snapshot.tick_us,
             static_cast<long long>(snapshot.missed)),
      "wake-up " + spread_of(snapshot.wake_up),
      "compute " + spread_of(snapshot.compute),
      format("passes  %lld, %d in this tick", static_cast<long long>(snapshot.passes), snapshot.tick_passes),
      motors_of(snapshot)};
  std::string text = title + (net ? net_of(snapshot.cube, terminal.colour) : "") + plan_of(snapshot, terminal, columns);
  int room = rows - 1 - kPlanRows - (net ? kNetRows : 0);
  for (const std::string& figure : figures) {
    if (room-- > 0) text += fitted(figure, columns);
  }
  return text;
}

LiveView::LiveView(TripleBuffer<Snapshot>& snapshots)
    : snapshots_(snapshots),
      before_(std::signal(SIGCONT, [](int) { was_stopped = true; })),
      thread_([this](const std::stop_token& stop) {
        for (; !stop.stop_requested(); std::this_thread::sleep_for(kPeriod)) redraw();
      }) {}

LiveView::~LiveView() {
  thread_.request_stop();
  thread_.join();
  redraw();
  std::signal(SIGCONT, before_);
}

void LiveView::redraw() {
  // One write a frame, so that the cursor need not be hidden: an interrupted program could not bring it back.
  const Terminal now = terminal();
  const std::string text = draw(snapshots_.latest(), now);
  std::string frame;
  if (was_stopped.exchange(false)) lines_ = 0;
  if (lines_ > 0) frame = format("\x1b[%dA\r", lines_);
  // In another size the last frame's lines may have been wrapped anew: nobody knows where it begins.
  if (lines_ > 0 && (now.columns != drawn_on_.columns || now.rows != drawn_on_.rows)) frame = "\x1b[2J\x1b[H";
  for (const char c : text) frame += c == '\n' ? "\x1b[K\n" : std::string(1, c);
  frame += "\x1b[J";
  lines_ = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  drawn_on_ = now;
  print(frame);
}

}  // namespace ripen::cube
