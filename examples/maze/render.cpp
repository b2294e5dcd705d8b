#include "maze/render.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

namespace maze {

namespace {

constexpr double kScale = 10.0;         // Of the picture, to the unit of the maze.
constexpr double kSecondsAStep = 0.02;  // Of the picture, a control step.
constexpr int kPause = 75;              // [control steps] at the end, before it begins again.
constexpr double kJump = 1.0;           // No control step leads further, but for a teleport.

/// A stroke for every range of levels: the last one's is for all above.
struct Stroke {
  float up_to;
  const char* style;
};
constexpr std::array kStrokes{
    Stroke{0.1F, "stroke=\"#b34700\" stroke-width=\"4\""}, Stroke{0.3F, "stroke=\"#e07b1f\" stroke-width=\"3\""},
    Stroke{0.6F, "stroke=\"#f0ad6b\" stroke-width=\"2.5\""}, Stroke{2.0F, "stroke=\"#f8d9ba\" stroke-width=\"2\""}};

/// With two digits behind the point, and no zeros at the end.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", std::round(value * 100.0) / 100.0);
  return text;
}

/// A point of the picture in whole pixels.
struct Pixel {
  long x = 0, y = 0;
};
Pixel pixel(Point p) { return {std::lround(kScale * p.x), std::lround(kScale * p.y)}; }

std::string pair(Point p) { return std::to_string(pixel(p).x) + ',' + std::to_string(pixel(p).y); }

/// What a pen draws, as a path's data. Lines are relative: that is shorter.
class Pen {
 public:
  void move(Point p) {
    at_ = pixel(p);
    text_ += 'M' + pair(p);
  }
  void line(Point p) {
    const Pixel to = pixel(p);
    text_ += 'l' + std::to_string(to.x - at_.x) + ',' + std::to_string(to.y - at_.y);
    at_ = to;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Pixel at_;
  std::string text_;
};

std::string square(Cell cell) {
  const double half = kUnit / 2;
  const Point centre = centre_of(cell);
  const std::string side = number(kScale * kUnit);
  return "M" + pair({centre.x - half, centre.y - half}) + "h" + side + "v" + side + "h-" + side + "z";
}

std::string circle(Point at, double radius, const std::string& style) {
  return "<circle cx=\"" + std::to_string(pixel(at).x) + "\" cy=\"" + std::to_string(pixel(at).y) + "\" r=\"" +
         number(kScale * radius) + "\" " + style + "/>\n";
}

std::string picture_of(const Maze& maze) {
  std::string path;
  for (int row = 0; row < maze.rows; ++row) {
    for (int column = 0; column < maze.columns; ++column) {
      if (!maze.is_free({row, column})) path += square({row, column});
    }
  }
  std::string text = "<path d=\"" + path + "\" fill=\"#5b6470\"/>\n";
  for (const Cell cell : maze.ways_in) text += circle(centre_of(cell), kTeleportReach, "fill=\"#d9c2f0\"");
  for (const Cell cell : maze.ways_out) {
    text += circle(centre_of(cell), kTeleportReach, "fill=\"none\" stroke=\"#d9c2f0\" stroke-width=\"3\"");
  }
  return text;
}

/// What moves, and when.
class Film {
 public:
  Film(const Result& result, const Recording& recording)
      : result_(result), recording_(recording), length_(result.steps + kPause) {}

  /// An animation's attributes behind its name: one value a frame, each of them until the next.
  [[nodiscard]] std::string by_frame(const std::function<std::string(const Frame&)>& value_of) const {
    std::string values, times;
    for (std::size_t i = 0; i < recording_.size(); ++i) {
      values += (i == 0 ? "" : ";") + value_of(recording_[i]);
      const double time = i == 0 ? 0.0 : static_cast<double>(recording_[i].steps) / static_cast<double>(length_);
      times += (i == 0 ? "" : ";") + number(time);
    }
    return timing() + " calcMode=\"discrete\" values=\"" + values + "\" keyTimes=\"" + times + "\"/>";
  }
  /// The same with one value a control step, and steady motion in between.
  [[nodiscard]] std::string by_step(const std::function<std::string(std::size_t)>& value_of) const {
    std::string values;
    for (std::int64_t i = 0; i <= length_; ++i) {
      values += (i == 0 ? "" : ";") + value_of(static_cast<std::size_t>(std::min(i, result_.steps)));
    }
    return timing() + " values=\"" + values + "\"/>";
  }

 private:
  [[nodiscard]] std::string timing() const {
    return " repeatCount=\"indefinite\" dur=\"" + number(kSecondsAStep * static_cast<double>(length_)) + "s\"";
  }

  const Result& result_;
  const Recording& recording_;
  std::int64_t length_;  // [control steps]
};

std::string moving_path(const Film& film, const std::string& style,
                        const std::function<std::string(const Frame&)>& data_of) {
  return "<path fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" " + style +
         "><animate attributeName=\"d\"" + film.by_frame(data_of) + "</path>\n";
}

/// The parts of the plan whose levels are in a range.
std::string plan_between(const Frame& frame, float from, float up_to) {
  Pen pen;
  Point last = frame.at;
  bool down = false;
  for (const ExpectedPoint& expected : frame.plan) {
    const bool drawn = expected.level >= from && expected.level < up_to;
    if (drawn && !down) pen.move(last);
    if (drawn) pen.line(expected.at);
    down = drawn;
    last = expected.at;
  }
  return pen.text().empty() ? "M0,0" : pen.text();
}

std::string candidates_of(const Frame& frame) {
  Pen pen;
  for (const auto& candidate : frame.candidates) {
    for (std::size_t i = 0; i < candidate.size(); ++i) i == 0 ? pen.move(candidate[i]) : pen.line(candidate[i]);
  }
  return pen.text().empty() ? "M0,0" : pen.text();
}

/// The way that was come, which is drawn as far as the point has got: by the length of its dash.
std::string way_of(const Film& film, const Result& result) {
  Pen pen;
  pen.move(result.start);
  std::vector<double> lengths{0.0};
  Point last = result.start;
  for (const Point p : result.path) {
    pen.line(p);
    lengths.push_back(lengths.back() + std::hypot(static_cast<double>(pixel(p).x - pixel(last).x),
                                                  static_cast<double>(pixel(p).y - pixel(last).y)));
    last = p;
  }
  const std::string whole = std::to_string(std::lround(lengths.back()) + 1);
  return "<path d=\"" + pen.text() + "\" fill=\"none\" stroke=\"#4169e1\" stroke-width=\"2\" stroke-dasharray=\"" +
         whole + ' ' + whole + "\"><animate attributeName=\"stroke-dashoffset\"" + film.by_step([&](std::size_t i) {
           return std::to_string(std::lround(lengths.back()) + 1 - std::lround(lengths[i]));
         }) +
         "</path>\n";
}

}  // namespace

std::string to_svg(const Maze& maze, const Result& result, const Recording& recording) {
  const double corner = 1.5 * kUnit, caption = 2.4;
  const std::string width = number(kScale * kUnit * maze.columns);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"" + number(-kScale * corner) + ' ' +
                    number(-kScale * corner) + ' ' + width + ' ' + number(kScale * (kUnit * maze.rows + caption)) +
                    "\" width=\"" + width + "\" font-family=\"sans-serif\">\n<rect x=\"" + number(-kScale * corner) +
                    "\" y=\"" + number(-kScale * corner) + "\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
                    picture_of(maze) + circle(result.goal, kReached, "fill=\"#7cc47c\"");
  if (recording.size() > 0 && result.steps > 0) {
    const Film film(result, recording);
    svg += moving_path(film, "stroke=\"#b5bac2\" stroke-width=\"1\"", candidates_of);
    for (std::size_t i = kStrokes.size(); i-- > 0;) {  // What is surest lies on top.
      const float from = i == 0 ? 0.0F : kStrokes[i - 1].up_to;
      svg += moving_path(film, kStrokes[i].style,
                         [&](const Frame& frame) { return plan_between(frame, from, kStrokes[i].up_to); });
    }
    svg += way_of(film, result);
    svg += "<circle r=\"" + number(kScale * kRadius) +
           "\" fill=\"#4169e1\"><animateTransform attributeName=\"transform\" type=\"translate\"" +
           film.by_step([&](std::size_t i) { return pair(i == 0 ? result.start : result.path[i - 1]); }) +
           "</circle>\n";
  }
  const Point below{-corner + 0.5, kUnit * maze.rows - corner + 1.7};
  return svg + "<text x=\"" + number(kScale * below.x) + "\" y=\"" + number(kScale * below.y) + "\" font-size=\"14\">" +
         std::string(maze.name) + ": " + std::to_string(result.steps) +
         " control steps, 5 times as fast</text>\n</svg>\n";
}

}  // namespace maze
