#include "maze/view.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "maze/report.hpp"
#include "shared/lines.hpp"

namespace maze {

namespace {

using ripen::examples::fitted;
using ripen::examples::format;
using ripen::examples::Terminal;

constexpr float kSure = 0.1F, kUnsure = 0.5F;  // Levels.

/// What stands at a place of the terminal.
struct Glyph {
  const char* utf8 = " ";
  char ascii = ' ';
  int colour = 0;  // Of the 256-colour palette; 0: as it is.
  bool operator==(const Glyph&) const = default;
};
constexpr Glyph kWall{"█", '#', 240}, kWayIn{"○", 'o', 140}, kWayOut{"◌", 'O', 140}, kGoal{"G", 'G', 34},
    kPoint{"●", '@', 27};
constexpr Glyph kDots[] = {{"•", '*', 202}, {"•", '+', 215}, {"·", '.', 223}};

/// The maze in characters: two columns of a terminal are as wide as a row is high.
class Picture {
 public:
  /// rows: of characters, a cell.
  Picture(const Maze& maze, int rows)
      : maze_(maze), scale_(rows), glyphs_(static_cast<std::size_t>(height() * width())) {
    for (int row = 0; row < height(); ++row) {
      for (int column = 0; column < width(); ++column) {
        if (!maze.is_free({row / scale_, column / (2 * scale_)})) at(row, column) = kWall;
      }
    }
  }

  void put(Point p, const Glyph& glyph) {
    const int row = static_cast<int>(std::floor((p.y / kUnit + 1.5) * scale_));
    const int column = static_cast<int>(std::floor((p.x / kUnit + 1.5) * 2.0 * scale_));
    if (row >= 0 && row < height() && column >= 0 && column < width()) at(row, column) = glyph;
  }

  [[nodiscard]] std::string text(const Terminal& terminal) const {
    std::string text;
    for (int row = 0; row < height(); ++row) {
      int colour = 0;
      for (int column = 0; column < width(); ++column) {
        const Glyph& glyph = glyphs_[static_cast<std::size_t>(row * width() + column)];
        if (terminal.colour && glyph.colour != colour) {
          colour = glyph.colour;
          text += colour == 0 ? "\x1b[0m" : format("\x1b[38;5;%dm", colour);
        }
        text += terminal.utf8 ? glyph.utf8 : std::string(1, glyph.ascii);
      }
      text += colour == 0 ? "\n" : "\x1b[0m\n";
    }
    return text;
  }

 private:
  [[nodiscard]] int height() const { return scale_ * maze_.rows; }
  [[nodiscard]] int width() const { return 2 * scale_ * maze_.columns; }
  Glyph& at(int row, int column) { return glyphs_[static_cast<std::size_t>(row * width() + column)]; }

  const Maze& maze_;
  int scale_;
  std::vector<Glyph> glyphs_;
};

std::string picture_of(const Snapshot& snapshot, int scale, const Terminal& terminal) {
  Picture picture(*snapshot.maze, scale);
  for (const Cell cell : snapshot.maze->ways_in) picture.put(centre_of(cell), kWayIn);
  for (const Cell cell : snapshot.maze->ways_out) picture.put(centre_of(cell), kWayOut);
  for (auto step = snapshot.frame.plan.rbegin(); step != snapshot.frame.plan.rend(); ++step) {
    picture.put(step->at, kDots[step->level < kSure ? 0 : step->level < kUnsure ? 1 : 2]);
  }
  picture.put(snapshot.goal, kGoal);
  picture.put(snapshot.frame.at, kPoint);
  return picture.text(terminal);
}

}  // namespace

std::string draw(const Snapshot& snapshot, const Terminal& terminal) {
  // A full last column may wrap, a full last row scrolls.
  const int columns = terminal.columns - 1;
  int rows = terminal.rows - 1;
  if (snapshot.maze == nullptr || rows < 1) return "";
  const auto steps = static_cast<double>(snapshot.frame.steps);
  std::string text = fitted(format("%s, %s, episode %d of %d: %s   %.1f s", std::string(snapshot.maze->name).c_str(),
                                   name_of(snapshot.task).c_str(), snapshot.episode, snapshot.episodes,
                                   snapshot.succeeded ? "there" : "on the way", steps * snapshot.step_us * 1e-6),
                            columns);
  const std::string figures[] = {
      format("control steps %lld, missed %lld", static_cast<long long>(snapshot.frame.steps),
             static_cast<long long>(snapshot.missed)),
      format("passes %lld, %d in this step; compute %.0f us, longest %.0f us", static_cast<long long>(snapshot.passes),
             snapshot.step_passes, snapshot.compute_us, snapshot.longest_us)};
  rows -= 1 + static_cast<int>(std::size(figures));
  const int scale = std::min(rows / snapshot.maze->rows, columns / (2 * snapshot.maze->columns));
  if (scale > 0) text += picture_of(snapshot, std::min(scale, 2), terminal);
  if (rows < 0) return text;
  for (const std::string& figure : figures) text += fitted(figure, columns);
  return text;
}

}  // namespace maze
