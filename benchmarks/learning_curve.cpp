// Draws what a trainer printed: learning_curve LOG SVG, LOG being one JSON object a line.

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "plot.hpp"
#include "shared/program.hpp"

namespace {

int program(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: learning_curve LOG SVG\n");
    return ripen::examples::kBadInput;
  }
  std::ifstream log(argv[1]);
  if (!log) throw std::runtime_error(std::string(argv[1]) + ": cannot be read");
  const std::pair<const char*, const char*> kShown[] = {
      {"good_action", "action, from state"}, {"window_action", "action, window"}, {"window_state", "state, window"}};
  ripen::plot::Plot plot{.title = "Held-out demonstrations: share of tokens that are right",
                         .x_label = "minutes of one core",
                         .y_label = "share",
                         .log_x = false,
                         .y_low = 0.5};
  for (const auto& [key, name] : kShown) plot.lines.push_back({name, plot.lines.size()});
  for (std::string line; std::getline(log, line);) {
    const auto json = nlohmann::json::parse(line);
    for (std::size_t i = 0; i < plot.lines.size(); ++i) {
      const double y = json.at(kShown[i].first);
      plot.lines[i].points.push_back({json.at("minutes"), y, y, y});
    }
  }
  ripen::plot::write_svg(plot, argv[2]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
