// What a planner is worth at a deadline, beside what others do: solves the same random cubes with every planner while
// one thing is swept, and writes CSV and plots.
//
//   quality_vs_budget --small                 some minutes
//   quality_vs_budget --jobs 2                300 cubes a point: hours

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>

#include "cube_solver/options.hpp"
#include "cube_solver/solve.hpp"
#include "plot.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/in_order.hpp"
#include "shared/interval.hpp"
#include "shared/parse.hpp"

namespace {

using namespace ripen;
using ripen::cube::Result;

/// What is not the library's default is best for the contender, chosen on seed 71: README.md.
struct Contender {
  const char* name;
  Replanning replanning;
  int plan_passes = PlannerOptions{}.plan_passes;
  int chunk = PlannerOptions{}.chunk;
  int wait_passes = 0;
  PlanMethod method = PlanMethod::kCandidates;
};

constexpr Contender kContenders[] = {
    {"rolling", Replanning::kRolling},
    {.name = "rolling-waits", .replanning = Replanning::kRolling, .wait_passes = 256},
    {.name = "window", .replanning = Replanning::kRolling, .method = PlanMethod::kWindow},
    {"cold", Replanning::kCold},
    {"chunk", Replanning::kChunk, 256, 4},
    {"chunk-ahead", Replanning::kChunkAhead, 1024, 2},
    {"chunk-ahead-1", Replanning::kChunkAhead, 1024, 1},  // Chunks of one step that wait for their plan are ar-action.
    {"reactive", Replanning::kReactive},
    {"ar", Replanning::kAutoregressive, 1024},
    {"ar-action", Replanning::kAutoregressiveActions, 256},
};

/// One thing that is varied, the others being as they are by default.
struct Sweep {
  const char* name;
  const char* label;
  std::vector<double> values;
  bool log_x;
  void (*set)(cube::Options&, double);
  bool of_width = false;  // The values are widths, of models beside the one that is named.
};

std::vector<Sweep> sweeps(bool small) {
  const auto few = [&](std::vector<double> all, std::vector<double> some) { return small ? some : all; };
  return {
      {"passes", "passes a tick", few({1, 2, 4, 8, 16, 32}, {2, 8, 16}), true,
       [](cube::Options& o, double v) { o.passes = static_cast<int>(v); }},
      {"time", "time to refine in a tick [ms]", few({0.1, 0.3, 1, 4, 10, 30, 100}, {0.3, 4}), true,
       [](cube::Options& o, double v) {
         o.passes.reset();
         o.budget_us = static_cast<int>(1000 * v);
         o.tick_us = std::max(o.tick_us, static_cast<int>(1000 * v / cube::kDefaultBudget));
       }},
      {"candidates", "candidates", few({4, 16, 64, 256}, {16, 64}), true,
       [](cube::Options& o, double v) { o.planner.candidates = static_cast<int>(v); }},
      {"horizon", "steps in the plan", few({24, 48, 96, 192}, {48, 96}), true,
       [](cube::Options& o, double v) { o.planner.horizon = static_cast<int>(v); }},
      {"value-weight", "what an expected step to the goal costs", few({0.3, 0.5, 1, 1.5, 2.5}, {0.5, 1}), true,
       [](cube::Options& o, double v) { o.planner.value_weight = v; }},
      {"noise", "spread of the random bonus", few({0, 0.1, 0.25, 0.5, 1}, {0.1, 0.25}), false,
       [](cube::Options& o, double v) { o.planner.noise = v; }},
      {"plan-passes", "most passes of a plan", few({16, 64, 256, 1024}, {64, 256}), true,
       [](cube::Options& o, double v) { o.planner.plan_passes = static_cast<int>(v); }},
      {"wait-passes", "most passes waited for a plan", few({16, 64, 256, 1024}, {64, 256}), true,
       [](cube::Options& o, double v) { o.planner.wait_passes = static_cast<int>(v); }},
      {"chunk", "steps done of a plan", few({1, 2, 4, 8, 16, 32}, {2, 8}), true,
       [](cube::Options& o, double v) { o.planner.chunk = static_cast<int>(v); }},
      {"quarter", "time of a quarter turn [ms]", few({10, 20, 40, 80, 160}, {20, 80}), true,
       [](cube::Options& o, double v) { o.quarter_us = static_cast<int>(1000 * v); }},
      {"disturb", "disturbances a turn", few({0, 0.02, 0.05, 0.1, 0.2}, {0, 0.1}), false,
       [](cube::Options& o, double v) { o.disturb_rate = v; }},
      // Only who may be surprised minds the age of what is sensed.
      {"latency", "age of what is sensed [ticks], 5 % disturbances", few({0, 1, 2, 4, 8}, {0, 4}), false,
       [](cube::Options& o, double v) {
         o.disturb_rate = 0.05;
         o.sensor_latency_ticks = static_cast<int>(v);
       }},
      {"width", "width of the model [features]", std::vector<double>{128, 256}, true, [](cube::Options&, double) {},
       true},
  };
}

struct Settings {
  int cubes = 300, jobs = 1, passes = 8;
  std::optional<int> budget_us;
  double disturb_rate = 0.0;
  std::uint64_t seed = 31;
  std::string model = RIPEN_CUBE_MODEL, folder = "quality";
  std::vector<std::string> only, planners;
  std::vector<double> values;
  bool small = false, resume = false;
};

/// The named model and, for a sweep of widths, those beside it: of cube.safetensors, cube_128.safetensors is 128 wide.
class Models {
 public:
  /// Throws std::runtime_error naming the file.
  Models(const std::filesystem::path& named, const std::vector<Sweep>& chosen) : named_(ModelFile::load(named)) {
    for (const Sweep& sweep : chosen) {
      for (const double value : sweep.of_width ? sweep.values : std::vector<double>{}) {
        const int width = static_cast<int>(value);
        if (width == named_.config.width) continue;
        const std::string name = named.stem().string() + "_" + std::to_string(width) + named.extension().string();
        others_.emplace(width, ModelFile::load(named.parent_path() / name));
      }
    }
  }
  [[nodiscard]] bool have_mixer() const { return named_.config.mixer_width > 0; }
  [[nodiscard]] const ModelFile& of(const Sweep& sweep, double value) const {
    const auto other = sweep.of_width ? others_.find(static_cast<int>(value)) : others_.end();
    return other == others_.end() ? named_ : other->second;
  }

 private:
  ModelFile named_;
  std::map<int, ModelFile> others_;
};

std::vector<Result> solve_all(const std::vector<cube::Cube>& cubes, const cube::Options& options,
                              const ModelFile& model, int jobs) {
  std::vector<Result> results(cubes.size());
  std::atomic<std::size_t> next = 0;
  examples::in_parallel(jobs, next, cubes.size(), [&] {
    NativeDenoiser denoiser(model, {.max_windows = PlannerOptions{}.pass_windows, .precision = options.precision});
    for (std::size_t i = next++; i < cubes.size(); i = next++) {
      results[i] =
          cube::solve(cubes[i], options, denoiser, {static_cast<int>(i), static_cast<int>(cubes.size()), nullptr});
    }
  });
  return results;
}

template <typename Number>
double sum_of(const std::vector<Result>& results, Number number) {
  return std::accumulate(results.begin(), results.end(), 0.0,
                         [&](double sum, const Result& r) { return sum + static_cast<double>(number(r)); });
}

constexpr char kHeader[] =
    "sweep,value,planner,cubes,solved,solved_rate,rate_low,rate_high,turns,turns_low,turns_high,seconds,"
    "undecided_share,passes_a_turn,recoveries,recovery_ticks,recovery_passes,ripe_ticks";

/// What a line of the table begins with.
std::string key_of(const Sweep& sweep, double value, const char* planner, int cubes) {
  char key[128];
  std::snprintf(key, sizeof key, "%s,%g,%s,%d,", sweep.name, value, planner, cubes);
  return key;
}

/// What is drawn of a line of the table.
struct Drawn {
  plot::Point solved;
  double seconds = 0.0;
};

Drawn drawn_of(const std::string& line) {
  Drawn drawn{};
  plot::Point& p = drawn.solved;
  if (std::sscanf(line.c_str(), "%*[^,],%lf,%*[^,],%*d,%*d,%lf,%lf,%lf,%*f,%*f,%*f,%lf", &p.x, &p.y, &p.low, &p.high,
                  &drawn.seconds) != 5) {
    throw std::runtime_error("quality.csv: no line of this program: '" + line + "'");
  }
  return drawn;
}

std::string line_of(const std::string& key, const std::vector<Result>& results, int tick_us) {
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
  double seconds = 0.0;
  for (const Result& r : results) seconds += r.solved ? static_cast<double>(r.ticks) * tick_us * 1e-6 : 0.0;
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

/// Lines of an earlier run's table; none if there is no such file.
std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line != kHeader) lines.push_back(line);
  }
  return lines;
}

void run(const Settings& settings) {
  const auto chosen = [](const std::vector<std::string>& names, const char* name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  std::vector<Sweep> chosen_sweeps = sweeps(settings.small);
  std::erase_if(chosen_sweeps, [&](const Sweep& sweep) { return !chosen(settings.only, sweep.name); });
  if (!settings.values.empty()) {
    if (chosen_sweeps.size() != 1) throw std::runtime_error("--values are for one --sweep");
    chosen_sweeps.front().values = settings.values;
  }
  const Models models(settings.model, chosen_sweeps);
  for (const Contender& contender : kContenders) {  // Before an earlier run's table is written over.
    const bool named = !settings.planners.empty() && chosen(settings.planners, contender.name);
    if (named && contender.method == PlanMethod::kWindow && !models.have_mixer()) {
      throw std::runtime_error("'" + settings.model + "' has no mixer, so there is no " + contender.name);
    }
  }
  Random random(settings.seed);
  std::vector<cube::Cube> cubes;
  for (int i = 0; i < settings.cubes; ++i) cubes.push_back(cube::random_cube(random));
  std::filesystem::create_directories(settings.folder);
  const std::string path = settings.folder + "/quality.csv";
  const auto known = settings.resume ? lines_of(path) : std::vector<std::string>{};
  std::ofstream csv(path, settings.resume ? std::ios::app : std::ios::trunc);
  const auto say = [&](const std::string& line, bool is_new) {
    if (is_new) csv << line << std::endl;
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  say(kHeader, known.empty());
  for (const Sweep& sweep : chosen_sweeps) {
    plot::Plot plot{.title = "Cubes solved within 100 turns (95 % intervals)",
                    .x_label = sweep.label,
                    .y_label = "share solved",
                    .log_x = sweep.log_x,
                    .lines = {}};
    plot::Plot times{.title = "Mean time to solved, of who solves 90 % or more",
                     .x_label = sweep.label,
                     .y_label = "seconds",
                     .log_x = sweep.log_x,
                     .lines = {}};
    for (const Contender& contender : kContenders) {
      if (!chosen(settings.planners, contender.name)) continue;
      plot::Line line{contender.name, {}}, time{contender.name, {}};
      for (const double value : sweep.values) {
        const ModelFile& model = models.of(sweep, value);
        if (contender.method == PlanMethod::kWindow && model.config.mixer_width == 0) {
          std::fprintf(stderr, "quality_vs_budget: '%s' has no mixer, so there is no %s\n", settings.model.c_str(),
                       contender.name);
          break;
        }
        cube::Options options{.seed = settings.seed, .passes = settings.passes, .virtual_time = true};
        options.disturb_rate = settings.disturb_rate;
        options.planner.method = contender.method;
        options.planner.replanning = contender.replanning;
        options.planner.plan_passes = contender.plan_passes;
        options.planner.chunk = contender.chunk;
        options.planner.wait_passes = contender.wait_passes;
        if (settings.budget_us) {
          options.passes.reset();
          options.budget_us = settings.budget_us;
        }
        sweep.set(options, value);
        const std::string key = key_of(sweep, value, contender.name, settings.cubes);
        const auto found = std::ranges::find_if(known, [&](const auto& l) { return l.starts_with(key); });
        const bool is_new = found == known.end();
        const std::string text =
            is_new ? line_of(key, solve_all(cubes, options, model, settings.jobs), options.tick_us) : *found;
        say(text, is_new);
        const Drawn drawn = drawn_of(text);
        line.points.push_back(drawn.solved);
        times.y_high = std::max(times.y_high, std::ceil(drawn.seconds));
        if (drawn.solved.y >= 0.9) time.points.push_back({drawn.solved.x, drawn.seconds, drawn.seconds, drawn.seconds});
      }
      plot.lines.push_back(std::move(line));
      times.lines.push_back(std::move(time));
    }
    plot::write_svg(plot, settings.folder + "/" + sweep.name + ".svg");
    plot::write_svg(times, settings.folder + "/" + sweep.name + "_seconds.svg");
  }
  csv.close();
  if (!csv) throw std::runtime_error("'" + path + "' cannot be written");
}

template <typename Named>
std::vector<std::string> names_of(const Named& all) {
  std::vector<std::string> names;
  for (const auto& each : all) names.emplace_back(each.name);
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app(
      "Solves the same cubes with every planner while one thing is swept; counts passes, so it may share the machine");
  app.add_option("--cubes", settings.cubes, "Random cubes at each point, the same for all")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "Of the cubes, the planners and the faults")->capture_default_str();
  auto* passes = app.add_option("--passes", settings.passes, "Passes a tick where they are not what is swept")
                     ->check(CLI::Range(0, 1000000))
                     ->capture_default_str();
  app.add_option("--budget-us", settings.budget_us, "Time to refine in a tick instead; does not like to share")
      ->check(CLI::Range(0, cube::Options{}.tick_us))
      ->excludes(passes);
  app.add_option("--disturb-rate", settings.disturb_rate, "Disturbances a turn where they are not what is swept")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--jobs", settings.jobs, "Cubes solved at the same time")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--model", settings.model, "Weights")->capture_default_str();
  app.add_option("--folder", settings.folder, "For quality.csv and the plots")->capture_default_str();
  app.add_option("--sweep", settings.only, "Only these")->check(CLI::IsMember(names_of(sweeps(false))));
  app.add_option("--values", settings.values, "Points of the one --sweep that is named, instead of its own")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--planner", settings.planners, "Only these")->check(CLI::IsMember(names_of(kContenders)));
  app.add_flag("--resume", settings.resume,
               "Keep the lines of the folder's quality.csv, which must be of the same options, and add the rest");
  app.add_flag("--small", settings.small, "Fewer points, and 20 cubes unless --cubes says otherwise");
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  if (settings.small && app.count("--cubes") == 0) settings.cubes = 20;
  try {
    run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "quality_vs_budget: %s\n", error.what());
    return examples::kBadInput;
  }
  return 0;
}
