#include "push_t/render.hpp"

#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>

namespace ripen::push_t {

namespace {

constexpr float kRipe = 0.5F;
constexpr double kBarHeight = 14.0;  // [px]

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string pair(Point p) { return number(p.x) + ',' + number(p.y); }

/// One value a frame.
using ValueOf = std::function<std::string(const Frame&)>;

/// attributes="..." of an animation over all frames.
std::string timeline(const Recording& recording, bool smooth, const ValueOf& value_of) {
  std::string text = " repeatCount=\"indefinite\" dur=\"" +
                     number(kControlPeriod * static_cast<double>(recording.size())) + "s\" calcMode=\"" +
                     (smooth ? "linear" : "discrete") + "\" values=\"";
  for (std::size_t i = 0; i < recording.size(); ++i) text += (i == 0 ? "" : ";") + value_of(recording[i]);
  return text + "\"/>";
}

std::string animate(const Recording& recording, const char* attribute, const ValueOf& value_of) {
  return std::string("<animate attributeName=\"") + attribute + '"' + timeline(recording, false, value_of);
}

std::string move(const Recording& recording, const char* type, bool smooth, const ValueOf& value_of) {
  return std::string("<animateTransform attributeName=\"transform\" type=\"") + type + '"' +
         timeline(recording, smooth, value_of);
}

std::string tee(const std::string& style) {
  std::string text = "<path d=\"M-60,0H60V30H15V120H-15V30H-60Z\" " + style + "/>";
  return text;
}

double degrees(double radians) { return radians * 180.0 / std::numbers::pi; }

/// The T at a pose of each frame.
std::string moving_tee(const Recording& recording, const std::string& style, bool smooth,
                       const std::function<Pose(const Frame&)>& pose_of) {
  return "<g>" + move(recording, "translate", smooth, [&](const Frame& f) { return pair(pose_of(f).position); }) +
         "<g>" + move(recording, "rotate", smooth, [&](const Frame& f) { return number(degrees(pose_of(f).angle)); }) +
         tee(style) + "</g></g>\n";
}

/// The line from the agent through the targets ahead: those in front that are ripe, or those behind them.
std::string line_of(const Frame& frame, bool ripe) {
  std::string text = ripe ? pair(frame.state.agent) : "";
  bool in_front = true;
  Point last = frame.state.agent;
  for (const PlannedStep& step : frame.plan) {
    const bool was_in_front = in_front;
    in_front = in_front && step.ripeness >= kRipe;
    if (was_in_front && !in_front && !ripe) text = pair(last);
    if (in_front == ripe) text += ' ' + pair(step.target);
    last = step.target;
  }
  return text;
}

std::string moving_line(const Recording& recording, const char* style, bool ripe) {
  return std::string("<polyline fill=\"none\" stroke-linejoin=\"round\" ") + style + '>' +
         animate(recording, "points", [&](const Frame& frame) { return line_of(frame, ripe); }) + "</polyline>\n";
}

}  // namespace

std::string to_svg(const Recording& recording) {
  const std::string size = number(kTableSize);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + ' ' +
                    number(kTableSize + kBarHeight) + "\" width=\"" + size + "\" font-family=\"sans-serif\">\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
                    "<rect x=\"5\" y=\"5\" width=\"501\" height=\"501\" fill=\"none\" stroke=\"#bbb\" "
                    "stroke-width=\"4\"/>\n<g transform=\"translate(" +
                    pair(kGoal.position) + ") rotate(" + number(degrees(kGoal.angle)) + ")\">" +
                    tee("fill=\"#b6e3b6\"") + "</g>\n";
  if (recording.size() > 0) {
    svg += moving_tee(recording, "fill=\"#778899\" fill-opacity=\"0.85\"", true,
                      [](const Frame& frame) { return frame.state.block; });
    svg += moving_tee(recording, "fill=\"none\" stroke=\"#c60\" stroke-dasharray=\"5 4\"", false,
                      [](const Frame& frame) { return frame.expects ? frame.expected : frame.state.block; });
    svg += "<circle r=\"" + number(kAgentRadius) + "\" fill=\"#4169e1\">" +
           animate(recording, "fill", [](const Frame& f) { return f.disturbed ? "#d22" : "#4169e1"; }) +
           move(recording, "translate", true, [](const Frame& f) { return pair(f.state.agent); }) + "</circle>\n";
    svg += moving_line(recording, "stroke=\"#c60\" stroke-width=\"3\"", true);
    svg += moving_line(recording, "stroke=\"#e9b98a\" stroke-width=\"1.5\"", false);
    const auto width = [](const Frame& frame) { return number(frame.coverage * kTableSize); };
    svg += "<rect y=\"" + size + "\" height=\"" + number(kBarHeight) + "\" fill=\"#4a4\">" +
           animate(recording, "width", width) + "</rect>\n";
    const std::string mark = number(kSuccessCoverage * kTableSize);
    svg += "<path d=\"M" + mark + ',' + size + "v" + number(kBarHeight) + "\" stroke=\"#000\"/>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace ripen::push_t
