#include "cube_solver/replay.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "cube_solver/facelets.hpp"
#include "cube_solver/solve.hpp"
#include "cube_solver/tokens.hpp"
#include "ripen/clock.hpp"
#include "ripen/control_loop.hpp"
#include "ripen/planner.hpp"
#include "ripen/recorded_robot.hpp"
#include "ripen/recorder.hpp"
#include "ripen/version.hpp"

namespace ripen::cube {

namespace {

constexpr const char* kNote = "cube_solver";
constexpr const char* kInt8 = "int8";
constexpr const char* kFloat32 = "float32";

std::string note_of(const Recording& recording, const char* name) {
  const auto found = recording.notes.find(name);
  return found == recording.notes.end() ? "" : found->second;
}

/// What decisions depend on, but for the model and its precision. `Access` is how a field goes to or from JSON.
template <typename OptionsType, typename Access>
void each_field(OptionsType& options, const Access& access) {
  access("tick_us", options.tick_us);
  access("passes", options.passes.value());
  access("max_moves", options.max_moves);
  access("sensor_latency_ticks", options.sensor_latency_ticks);
  auto& planner = options.planner;
  access("horizon", planner.horizon);
  access("history", planner.history);
  access("candidates", planner.candidates);
  access("pass_windows", planner.pass_windows);
  access("value_weight", planner.value_weight);
  access("likelihood_weight", planner.likelihood_weight);
  access("wait_passes", planner.wait_passes);
  access("noise", planner.noise);
  access("seed", planner.seed);
  access("replanning", options.opponent.kind);
  access("chunk", options.opponent.chunk);
  access("plan_passes", options.opponent.plan_passes);
}

}  // namespace

void note(const Options& options, const Cube& cube, std::uint64_t seed, Recording& recording) {
  recording.notes["model"] = options.model;
  nlohmann::json json = {{"facelets", to_facelets(cube)}};
  if (options.passes) {
    Options noted = options;
    noted.planner.seed = seed;
    each_field(noted, [&](const char* name, const auto& value) { json[name] = value; });
  }
  recording.notes[kNote] = json.dump();
}

std::string model_of(const Recording& recording) { return note_of(recording, "model"); }

void note(const ModelFile& model, const NativeDenoiser& denoiser, Recording& recording) {
  recording.notes["model_hash"] = std::to_string(model.hash);
  recording.notes["kernels"] = denoiser.instructions();
  recording.notes["precision"] = denoiser.precision() == Precision::kInt8 ? kInt8 : kFloat32;
  recording.notes["version"] = version();
}

NativeOptions options_of(const Recording& recording, const ModelFile& model) {
  const std::string hash = note_of(recording, "model_hash"), this_hash = std::to_string(model.hash);
  if (!hash.empty() && hash != this_hash) {
    throw std::invalid_argument("the recording was made with a model of hash " + hash + ", this one's is " + this_hash);
  }
  const std::string kernels = note_of(recording, "kernels");
  const std::vector<std::string> available = available_instructions();
  if (!kernels.empty() && std::ranges::find(available, kernels) == available.end()) {
    std::string names;
    for (const std::string& name : available) names += (names.empty() ? "" : ", ") + name;
    throw std::invalid_argument("the recording was made with the kernels '" + kernels + "', this processor runs only " +
                                names);
  }
  return {.max_windows = kPlanner.pass_windows,
          .precision = note_of(recording, "precision") == kInt8 ? Precision::kInt8 : Precision::kFloat32,
          .instructions = kernels};
}

std::string differences(const Recording& one, const Recording& other) {
  std::string text;
  for (const char* name : {"model_hash", "kernels", "precision", "version"}) {
    const std::string a = note_of(one, name), b = note_of(other, name);
    if (a != b)
      text += std::string(name) + ": " + (a.empty() ? "unknown" : a) + ", " + (b.empty() ? "unknown" : b) + "\n";
  }
  return text;
}

Recording replay(const Recording& recording, Denoiser& denoiser) {
  const auto found = recording.notes.find(kNote);
  if (found == recording.notes.end()) throw std::invalid_argument("the recording is not the cube solver's");
  const auto json = nlohmann::json::parse(found->second);
  if (!json.contains("passes")) throw std::invalid_argument("the run was not made with --passes, so no other is alike");
  if (recording.ticks.empty() || recording.ticks.front().report.tick != 0) {
    throw std::invalid_argument("the recording does not begin with tick 0");
  }
  Options options{.facelets = json.at("facelets").get<std::string>(), .passes = 0};
  each_field(options, [&]<typename Value>(const char* name, Value& value) {
    const auto& noted = json.at(name);
    // The library would convert a number that does not fit.
    const bool kind = std::is_floating_point_v<Value> ? noted.is_number() : noted.is_number_integer();
    if (kind) noted.get_to(value);
    if (!kind || nlohmann::json(value) != noted) {
      throw std::invalid_argument("note '" + std::string(kNote) + "': '" + name + "' is " + noted.dump());
    }
  });
  if (const std::string problems = options.validate(); !problems.empty()) throw std::invalid_argument(problems);

  const CubeTransition transition;
  const std::unique_ptr<PlanSource> plan = opponents::make(denoiser, options.planner, options.opponent, &transition);
  RecordedRobot robot(recording);
  Recorder recorder(*plan, {.ticks = static_cast<int>(recording.ticks.size()),
                            .ticks_after = 0,
                            .faults = 0,
                            .severity = {},
                            .period = recording.period});
  ManualClock clock;
  ControlLoop loop(*plan, robot, clock, loop_options_of(options), {&recorder});
  if (loop.reset(solved_task(), to_channels(from_facelets(*options.facelets))) != ResetResult::kOk) {
    throw std::invalid_argument("the denoiser's layout is not the cube's");
  }
  // On the recorded ticks, so that what was missed is missed again. The first call sets the grid.
  for (const RecordedTick& tick : recording.ticks) loop.step(TimePoint(tick.report.tick * recording.period));
  return recorder.kept();
}

}  // namespace ripen::cube
