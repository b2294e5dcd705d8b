#include "cube_solver/view.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <numbers>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"

namespace ripen::cube {

namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = 50ms;
constexpr const char* kReset = "\x1b[0m";
constexpr const char* kDim = "\x1b[2m";
constexpr std::string_view kFaceLetters = "URFDLB";
constexpr int kLabel = 8;  // columns of a line's title

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
std::string row_of(const std::string& facelets, int face, int row) {
  std::string text;
  for (int column = 0; column < 3; ++column) {
    const char letter = facelets[static_cast<std::size_t>(face * 9 + row * 3 + column)];
    text += format("\x1b[30;48;5;%dm%c ", colour_of(letter), letter);
  }
  return text + kReset;
}

std::string net_of(const Cube& cube, int columns) {
  static constexpr int kWidth = 4 * 7;
  if (columns < kLabel + kWidth) return "";
  const std::string facelets = to_facelets(cube);
  const std::string margin(kLabel, ' ');
  const std::string skipped(7, ' ');
  std::string text;
  for (int row = 0; row < 3; ++row) text += margin + skipped + row_of(facelets, kFaceU, row) + "\n";
  for (int row = 0; row < 3; ++row) {
    text += margin;
    for (const Face face : {kFaceL, kFaceF, kFaceR, kFaceB}) text += row_of(facelets, face, row) + " ";
    text += "\n";
  }
  for (int row = 0; row < 3; ++row) text += margin + skipped + row_of(facelets, kFaceD, row) + "\n";
  return text;
}

/// Full when ripe.
const char* bar_of(float ripeness) {
  static constexpr const char* kBars[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  return kBars[std::clamp(static_cast<int>(std::lround(ripeness * 8.0F)), 0, 8)];
}

/// The plan: the names of the next turns, the ripeness of each below it, and the ripeness of the whole horizon.
std::string plan_of(const Snapshot& snapshot, int columns) {
  const auto first = snapshot.plan.begin();
  const int named = std::clamp((columns - kLabel) / 3, 0, snapshot.planned);
  const int shown = std::clamp(columns - kLabel, 0, snapshot.planned);
  std::string names = "plan    ";
  std::string bars = "        ";
  std::for_each(first, first + named, [&](const PlannedStep& step) {
    names += format("%-3s", step.known ? to_text(step.move).c_str() : "?");
    bars += std::string(bar_of(step.ripeness)) + bar_of(step.ripeness) + " ";
  });
  std::string horizon = "horizon ";
  std::for_each(first, first + shown, [&](const PlannedStep& step) { horizon += bar_of(step.ripeness); });
  return names + "\n" + bars + "\n" + kDim + horizon + kReset + "\n";
}

std::string motors_of(const Snapshot& snapshot) {
  std::string text = "motors ";
  for (std::size_t face = 0; face < kFaces; ++face) {
    text += format(" %c %4.0f", kFaceLetters[face], snapshot.angles[face] * 180.0 / std::numbers::pi);
  }
  return text + " deg";
}

std::string spread_of(const Spread& spread) {
  return format("p50 %6.0f  p99 %6.0f  max %6.0f us", spread.p50, spread.p99, spread.max);
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

std::string draw(const Snapshot& snapshot, int columns) {
  const double seconds = static_cast<double>(snapshot.tick) * snapshot.tick_us * 1e-6;
  std::string text = fitted(format("cube %d of %d: %s   %.2f s", snapshot.cube_number, snapshot.cubes,
                                   snapshot.solved ? "solved" : "solving", seconds),
                            columns);
  text += net_of(snapshot.cube, columns);
  text += fitted(motors_of(snapshot), columns);
  text += plan_of(snapshot, columns);
  text += fitted(format("turns   %d by the robot (%d slipped), %d by the world", snapshot.robot_turns, snapshot.slips,
                        snapshot.world_turns),
                 columns);
  text += fitted(format("ticks   %lld of %.0f us, %lld missed", static_cast<long long>(snapshot.tick), snapshot.tick_us,
                        static_cast<long long>(snapshot.missed)),
                 columns);
  text += fitted("wake-up " + spread_of(snapshot.wake_up), columns);
  text += fitted("compute " + spread_of(snapshot.compute), columns);
  text += fitted(format("passes  %lld, %d in this tick", static_cast<long long>(snapshot.passes), snapshot.tick_passes),
                 columns);
  return text;
}

LiveView::LiveView(TripleBuffer<Snapshot>& snapshots)
    : snapshots_(snapshots), thread_([this](const std::stop_token& stop) {
        for (; !stop.stop_requested(); std::this_thread::sleep_for(kPeriod)) redraw();
      }) {}

LiveView::~LiveView() {
  thread_.request_stop();
  thread_.join();
  redraw();
}

void LiveView::redraw() {
  // One write a frame, so that the cursor need not be hidden: an interrupted program could not bring it back.
  const std::string text = draw(snapshots_.latest(), terminal_columns());
  std::string frame = lines_ > 0 ? format("\x1b[%dA\r", lines_) : "";
  for (const char c : text) frame += c == '\n' ? "\x1b[K\n" : std::string(1, c);
  frame += "\x1b[J";
  lines_ = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  print(frame);
}

}  // namespace ripen::cube
