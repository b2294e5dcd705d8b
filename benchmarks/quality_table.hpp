#pragma once
// The table of quality_vs_budget: a line for each point of each planner.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cube_solver/result.hpp"
#include "plot.hpp"
#include "shared/interval.hpp"

namespace ripen::quality {

using cube::Result;

template <typename Number>
double sum_of(const std::vector<Result>& results, Number number) {
  return std::accumulate(results.begin(), results.end(), 0.0,
                         [&](double sum, const Result& r) { return sum + static_cast<double>(number(r)); });
}

/// What is measured, and what came out.
inline constexpr char kHeader[] =
    "sweep,value,planner,cubes,seed,model,in_a_tick,disturb_rate,solved,solved_rate,rate_low,rate_high,turns,turns_low,"
    "turns_high,seconds,undecided_share,passes_a_turn,recoveries,recovery_ticks,recovery_passes,ripe_ticks";

/// What is drawn of a line of the table.
struct Drawn {
  plot::Point solved;
  double seconds = 0.0;
};

/// Throws std::runtime_error.
inline Drawn drawn_of(const std::string& line) {
  std::map<std::string, std::string> fields;
  std::istringstream names(kHeader), values(line);
  for (std::string name, value; std::getline(names, name, ',') && std::getline(values, value, ',');)
    fields[name] = value;
  try {
    const auto number = [&](const char* name) { return std::stod(fields.at(name)); };
    return {{number("value"), number("solved_rate"), number("rate_low"), number("rate_high")}, number("seconds")};
  } catch (const std::logic_error&) {
    throw std::runtime_error("quality.csv: no line of this program: '" + line + "'");
  }
}

/// The key has the columns up to disturb_rate.
inline std::string line_of(const std::string& key, const std::vector<Result>& results, int tick_us) {
  const auto n = static_cast<std::int64_t>(results.size());
  std::vector<double> turns, ages;
  for (const Result& r : results) {
    if (r.solved) turns.push_back(r.robot_turns());
    for (const auto ticks : r.ripe_ticks) ages.push_back(static_cast<double>(ticks));
  }
  const auto solved = static_cast<std::int64_t>(turns.size());
  const auto rate = examples::interval_of_rate(solved, n);
  const auto mean = [](const std::vector<double>& v) {
    return v.empty() ? 0.0 : std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  const auto turns_interval = turns.empty() ? examples::Interval{} : examples::interval_of_mean(turns);
  const double all_turns = sum_of(results, [](const Result& r) { return r.robot_turns(); });
  const double passes = sum_of(results, [](const Result& r) { return r.passes; });
  const double undecided = sum_of(results, [](const Result& r) { return r.undecided; });
  const double ticks = sum_of(results, [](const Result& r) { return r.ticks; });
  const double seconds = tick_us * 1e-6 * sum_of(results, [](const Result& r) { return r.solved ? r.ticks : 0; });
  const double recoveries = sum_of(results, [](const Result& r) { return r.recoveries; });
  const auto each = [&](double sum) { return recoveries > 0 ? sum / recoveries : 0.0; };
  char line[512];
  std::snprintf(line, sizeof line, "%s%lld,%.4f,%.4f,%.4f,%.2f,%.2f,%.2f,%.3f,%.4f,%.1f,%.0f,%.1f,%.1f,%.1f",
                key.c_str(), static_cast<long long>(solved), static_cast<double>(solved) / static_cast<double>(n),
                rate.low, rate.high, mean(turns), turns_interval.low, turns_interval.high,
                solved > 0 ? seconds / static_cast<double>(solved) : 0.0, undecided / std::max(1.0, ticks),
                passes / std::max(1.0, all_turns), recoveries,
                each(sum_of(results, [](const Result& r) { return r.recovery_ticks; })),
                each(sum_of(results, [](const Result& r) { return r.recovery_passes; })), mean(ages));
  return line;
}

/// A file that keeps each line as soon as it is known, and stdout.
class Table {
 public:
  /// The file begins anew, or its lines are kept and need not be measured again. Throws std::runtime_error.
  Table(const std::string& path, bool resume) : path_(path), known_(resume ? lines_of(path) : Lines{}) {
    file_.open(path, resume ? std::ios::app : std::ios::trunc);
    say(kHeader, known_.empty());
  }

  /// The line that begins with the key. measure(): std::vector<Result>, only called for a new one.
  template <typename Measure>
  Drawn line(const std::string& key, int tick_us, const Measure& measure) {
    const auto found = std::ranges::find_if(known_, [&](const auto& line) { return line.starts_with(key); });
    const bool is_new = found == known_.end();
    const std::string text = is_new ? line_of(key, measure(), tick_us) : *found;
    say(text, is_new);
    return drawn_of(text);
  }

  /// Throws std::runtime_error if something could not be written.
  void close() {
    file_.close();
    if (!file_) throw std::runtime_error("'" + path_ + "' cannot be written");
  }

 private:
  using Lines = std::vector<std::string>;

  static Lines lines_of(const std::string& path) {
    Lines lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    if (!lines.empty() && lines.front() != kHeader) {
      throw std::runtime_error("'" + path + "' has other columns: '" + lines.front() + "'");
    }
    return lines;
  }
  void say(const std::string& line, bool is_new) {
    if (is_new) file_ << line << std::endl;
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

  std::string path_;
  Lines known_;
  std::ofstream file_;
};

}  // namespace ripen::quality
