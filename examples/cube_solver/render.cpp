#include "cube_solver/render.hpp"

#include <algorithm>
#include <cstdio>

#include "cube_solver/moves.hpp"
#include "cube_solver/notation.hpp"

namespace ripen::cube {

namespace {

constexpr double kLeft = 56, kTop = 44, kRight = 16, kBottom = 12, kHeight = 560;  // [px]
constexpr double kColumn = 18, kLeastLabel = 11, kLabel = 9.5;
constexpr const char* kColours[kFaces] = {"#e9c46a", "#c8553d", "#2a9d8f", "#f2e3b3", "#e8a87c", "#4a7fb5"};
constexpr const char* kHoldColour = "#cccccc";

/// SVG text, written piece by piece.
class Svg {
 public:
  void add(const char* text) { text_ += text; }
  template <typename... Values>
  void add(const char* format, Values... values) {
    char text[512];
    std::snprintf(text, sizeof text, format, values...);
    text_ += text;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A step of the time axis that leaves at most eight labels [ticks].
std::int64_t label_ticks(std::int64_t ticks) {
  std::int64_t unit = 10;
  while (ticks / unit > 8) unit *= 2;
  return unit;
}

}  // namespace

std::string to_svg(const Result& result, int tick_us) {
  std::int64_t steps = 1;
  for (const PlannedRun& run : result.planned) steps = std::max(steps, run.step + 1);
  const std::int64_t ticks = std::max<std::int64_t>(1, result.ticks + result.missed);
  const double width = kLeft + kColumn * static_cast<double>(steps) + kRight;
  const auto x = [&](std::int64_t step) { return kLeft + kColumn * static_cast<double>(step); };
  const auto y = [&](std::int64_t tick) {
    return kTop + kHeight * static_cast<double>(tick) / static_cast<double>(ticks);
  };

  Svg svg;
  svg.add(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" font-family=\"sans-serif\" ",
      width, kTop + kHeight + kBottom, width);
  svg.add("font-size=\"9\" text-anchor=\"middle\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  svg.add("<text x=\"%.0f\" y=\"14\" font-size=\"12\" text-anchor=\"start\">", kLeft);
  svg.add("A column is a turn: above, when it was first planned; the black bar, when it began.</text>\n");
  svg.add("<text x=\"%.0f\" y=\"29\" font-size=\"12\" text-anchor=\"start\">", kLeft);
  svg.add("A colour that changes is a changed mind; a red line, a disturbance.</text>\n");
  svg.add("<text x=\"%.0f\" y=\"%.0f\">[ms]</text>\n", kLeft / 2, kTop - 8);
  for (std::int64_t tick = 0; tick <= ticks; tick += label_ticks(ticks)) {
    svg.add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%lld</text>\n", kLeft - 8, y(tick) + 3,
            static_cast<long long>(tick * tick_us / 1000));
    svg.add("<path d=\"M%.0f,%.1fH%.0f\" stroke=\"#eee\"/>\n", kLeft - 4, y(tick), width - kRight);
  }
  for (const PlannedRun& run : result.planned) {
    const char* colour = run.action < kTurns ? kColours[run.action / 3] : kHoldColour;
    const double top = y(run.from), height = y(run.to) - top;
    svg.add(
        "<rect x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\" fill=\"%s\" stroke=\"#fff\" "
        "stroke-width=\".5\"/>\n",
        x(run.step), top, kColumn, height, colour);
    if (const bool fits = height >= kLeastLabel; fits || run.begun) {
      svg.add("<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", x(run.step) + kColumn / 2, (fits ? top : y(run.to)) + kLabel,
              to_text(static_cast<Move>(run.action)).c_str());
    }
    if (run.begun)
      svg.add("<path d=\"M%.0f,%.1fh%.0f\" stroke=\"#000\" stroke-width=\"2\"/>\n", x(run.step), y(run.to), kColumn);
  }
  for (const std::int64_t tick : result.disturbed) {
    svg.add("<path d=\"M%.0f,%.1fH%.0f\" stroke=\"#c00\" stroke-width=\"1\"/>\n", kLeft, y(tick), width - kRight);
  }
  return svg.text() + "</svg>\n";
}

}  // namespace ripen::cube
