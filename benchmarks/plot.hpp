#pragma once
// Line plots with intervals, as SVG.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace ripen::plot {

struct Point {
  double x = 0.0, y = 0.0, low = 0.0, high = 0.0;  ///< low, high: the interval around y
};

struct Line {
  std::string name;
  std::size_t colour = 0;
  std::vector<Point> points = {};  ///< a line without any is left out
};

struct Plot {
  std::string title, x_label, y_label;
  bool log_x = true;
  double y_low = 0.0, y_high = 1.0;
  std::vector<Line> lines;
};

/// Writes the plot. Throws std::runtime_error naming the file.
inline void write_svg(const Plot& plot, const std::string& path) {
  constexpr double kWidth = 640, kHeight = 400, kLeft = 60, kRight = 130, kTop = 36, kBottom = 48;
  constexpr const char* kColours[] = {"#0b6e4f", "#c1440e", "#2b59c3", "#8a5a00", "#7b2d8b",
                                      "#555555", "#d1006c", "#0090a8", "#9aa500"};
  double least = std::numeric_limits<double>::max(), most = std::numeric_limits<double>::lowest();
  std::vector<double> ticks;
  for (const Line& line : plot.lines) {
    for (const Point& p : line.points) {
      least = std::min(least, p.x);
      most = std::max(most, p.x);
      if (std::find(ticks.begin(), ticks.end(), p.x) == ticks.end()) ticks.push_back(p.x);
    }
  }
  if (constexpr std::size_t kMostTicks = 12; ticks.size() > kMostTicks) {
    for (ticks.clear(); ticks.size() <= 6;)
      ticks.push_back(least + static_cast<double>(ticks.size()) * (most - least) / 6);
  }
  const auto place = [&](double x) { return plot.log_x ? std::log(std::max(x, 1e-12)) : x; };
  const double span = std::max(1e-12, place(most) - place(least));
  const auto px = [&](double x) { return kLeft + (place(x) - place(least)) / span * (kWidth - kLeft - kRight); };
  const auto py = [&](double y) {
    const double share = (std::clamp(y, plot.y_low, plot.y_high) - plot.y_low) / (plot.y_high - plot.y_low);
    return kHeight - kBottom - share * (kHeight - kTop - kBottom);
  };
  std::string svg;
  char text[512];
  const auto add = [&](const char* format, auto... values) {
    std::snprintf(text, sizeof text, format, values...);
    svg += text;
  };
  add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" font-size=\"12\">\n",
      kWidth, kHeight);
  add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n<text x=\"%g\" y=\"20\" font-size=\"14\">%s</text>\n",
      kLeft, plot.title.c_str());
  for (int i = 0; i <= 5; ++i) {
    const double y = plot.y_low + i * (plot.y_high - plot.y_low) / 5;
    add("<line x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\" stroke=\"#ddd\"/>\n", kLeft, kWidth - kRight, py(y), py(y));
    add("<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%.4g</text>\n", kLeft - 6, py(y) + 4, y);
  }
  for (const double x : ticks) {
    add("<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">%.3g</text>\n", px(x), kHeight - kBottom + 16, x);
  }
  add("<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">%s</text>\n", (kLeft + kWidth - kRight) / 2, kHeight - 10,
      plot.x_label.c_str());
  add("<text transform=\"translate(16 %g) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", kHeight / 2,
      plot.y_label.c_str());
  double legend_y = kTop + 14;
  for (const Line& line : plot.lines) {
    if (line.points.empty()) continue;
    const char* colour = kColours[line.colour % std::size(kColours)];
    std::string path_data;
    for (const Point& p : line.points) {
      std::snprintf(text, sizeof text, "%s%.1f %.1f", path_data.empty() ? "M" : "L", px(p.x), py(p.y));
      path_data += text;
      add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" opacity=\"0.5\"/>\n", px(p.x), px(p.x),
          py(p.low), py(p.high), colour);
      add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", px(p.x), py(p.y), colour);
    }
    svg += "<path d=\"" + path_data + "\" fill=\"none\" stroke-width=\"2\" stroke=\"" + colour + "\"/>\n";
    add("<text x=\"%g\" y=\"%g\" fill=\"%s\">%s</text>\n", kWidth - kRight + 12, legend_y, colour, line.name.c_str());
    legend_y += 18;
  }
  svg += "</svg>\n";
  std::ofstream file(path);
  file << svg;
  file.close();
  if (!file) throw std::runtime_error("plot '" + path + "': cannot be written");
}

}  // namespace ripen::plot
