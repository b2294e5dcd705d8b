#include "cube_solver/view.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cube_solver/facelets.hpp"
#include "cube_solver/notation.hpp"
#include "shared/lines.hpp"

namespace ripen::cube {

namespace {

using examples::fitted;
using examples::format;

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

}  // namespace ripen::cube
