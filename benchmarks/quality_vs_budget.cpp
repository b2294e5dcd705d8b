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
#include <map>
#include <optional>

#include "cube_solver/options.hpp"
#include "cube_solver/solve.hpp"
#include "plot.hpp"
#include "quality_sweeps.hpp"
#include "quality_table.hpp"
#include "ripen/native_denoiser.hpp"
#include "shared/in_order.hpp"
#include "shared/program.hpp"

namespace {

using namespace ripen;
using namespace ripen::quality;

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
  const NativeDenoiser shared(model, {.max_windows = cube::kPlanner.pass_windows, .precision = options.precision});
  examples::in_parallel(jobs, next, cubes.size(), [&] {
    NativeDenoiser denoiser(shared);
    for (std::size_t i = next++; i < cubes.size(); i = next++) {
      results[i] =
          cube::solve(cubes[i], options, denoiser, {static_cast<int>(i), static_cast<int>(cubes.size()), nullptr});
    }
  });
  return results;
}

bool chosen(const std::vector<std::string>& names, const char* name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

/// Throws std::runtime_error.
std::vector<Sweep> chosen_sweeps(const Settings& settings) {
  std::vector<Sweep> all = sweeps(settings.small);
  std::erase_if(all, [&](const Sweep& sweep) { return !chosen(settings.only, sweep.name); });
  if (!settings.values.empty()) {
    if (all.size() != 1) throw std::runtime_error("--values are for one --sweep");
    all.front().values = settings.values;
  }
  return all;
}

/// All that a model can be asked for. Throws std::runtime_error if one is named that it cannot.
std::vector<const Contender*> chosen_contenders(const Settings& settings, bool have_mixer) {
  std::vector<const Contender*> all;
  for (const Contender& contender : kContenders) {
    if (!chosen(settings.planners, contender.name)) continue;
    if (contender.method != PlanMethod::kDenoise || have_mixer) {
      all.push_back(&contender);
    } else if (!settings.planners.empty()) {
      throw std::runtime_error("'" + settings.model + "' has no mixer, so there is no " + contender.name);
    }
  }
  return all;
}

cube::Options options_of(const Settings& settings, const Contender& contender) {
  cube::Options options{.seed = settings.seed, .virtual_time = true};
  options.budget_us = settings.budget_us;
  if (!settings.budget_us) options.passes = settings.passes;
  options.disturb_rate = settings.disturb_rate;
  options.planner.method = contender.method;
  if (contender.method == PlanMethod::kDenoise) options.planner.candidates = 8;  // A window costs more than a step.
  options.opponent = {.kind = contender.kind, .chunk = contender.chunk, .plan_passes = contender.plan_passes};
  options.planner.wait_passes = contender.wait_passes;
  return options;
}

/// What a line of the table begins with.
std::string key_of(const Settings& settings, const Sweep& sweep, double value, const char* planner,
                   const cube::Options& options) {
  const std::string in_a_tick =
      options.passes ? std::to_string(*options.passes) + " passes" : std::to_string(*options.budget_us) + " us";
  char key[512];
  std::snprintf(key, sizeof key, "%s,%g,%s,%d,%llu,%s,%s,%g,", sweep.name, value, planner, settings.cubes,
                static_cast<unsigned long long>(settings.seed),
                std::filesystem::path(settings.model).filename().c_str(), in_a_tick.c_str(), options.disturb_rate);
  return key;
}

void run(const Settings& settings) {
  const std::vector<Sweep> sweeps = chosen_sweeps(settings);
  const Models models(settings.model, sweeps);
  const std::vector<const Contender*> contenders = chosen_contenders(settings, models.have_mixer());
  Random random(settings.seed);
  std::vector<cube::Cube> cubes;
  for (int i = 0; i < settings.cubes; ++i) cubes.push_back(cube::random_cube(random));
  std::filesystem::create_directories(settings.folder);
  Table table(settings.folder + "/quality.csv", settings.resume);
  for (const Sweep& sweep : sweeps) {
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
    for (const Contender* contender : contenders) {
      const auto colour = static_cast<std::size_t>(contender - kContenders);  // The same in every plot.
      plot::Line line{contender->name, colour}, time{contender->name, colour};
      for (const double value : sweep.values) {
        cube::Options options = options_of(settings, *contender);
        sweep.set(options, value);
        const std::string key = key_of(settings, sweep, value, contender->name, options);
        const Drawn drawn = table.line(
            key, options.tick_us, [&] { return solve_all(cubes, options, models.of(sweep, value), settings.jobs); });
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
  table.close();
}

template <typename Named>
std::vector<std::string> names_of(const Named& all) {
  std::vector<std::string> names;
  for (const auto& each : all) names.emplace_back(each.name);
  return names;
}

int program(int argc, char** argv) {
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
  app.add_flag("--resume", settings.resume, "Keep the lines of the folder's quality.csv, and add those that it lacks");
  app.add_flag("--small", settings.small, "Fewer points, and 20 cubes unless --cubes says otherwise");
  if (const auto status = examples::parse(app, argc, argv)) return *status;
  if (settings.small && app.count("--cubes") == 0) settings.cubes = 20;
  run(settings);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return ripen::examples::run_program(argc, argv, program); }
