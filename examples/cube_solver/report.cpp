#include "cube_solver/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cube_solver/notation.hpp"

namespace ripen::cube {

namespace {

using Json = nlohmann::ordered_json;

using examples::rounded;

}  // namespace

int Result::robot_turns() const {
  return static_cast<int>(std::count_if(turns.begin(), turns.end(), [](const auto& turn) { return !turn.by_world; }));
}

int Result::slips() const {
  return static_cast<int>(std::count_if(turns.begin(), turns.end(), [](const auto& turn) { return turn.slipped; }));
}

std::string to_json(const Result& result) {
  Json turns = Json::array();
  for (const LoggedTurn& turn : result.turns) {
    turns.push_back({{"move", to_text(turn.move)}, {"by", turn.by_world ? "world" : "robot"}, {"tick", turn.tick}});
    if (turn.slipped) turns.back()["slipped"] = true;
  }
  Json object = {
      {"facelets", result.facelets},
      {"solved", result.solved},
      {"turns", turns},
      {"robot_turns", result.robot_turns()},
      {"ticks", result.ticks},
      {"missed", result.missed},
      {"passes", result.passes},
      {"first_action_tick", result.first_action_tick ? Json(*result.first_action_tick) : Json()},
      {"latency_us",
       {{"wake_up", to_object(result.wake_up)},
        {"compute", to_object(result.compute)},
        {"slack", to_object(result.slack)},
        {"observation_to_action", to_object(result.observation_to_action)}}},
  };
  if (result.interrupted) object["interrupted"] = true;
  return object.dump();
}

std::string to_line(const Result& result, int number, int cubes, int tick_us) {
  std::string line = "cube " + std::to_string(number) + "/" + std::to_string(cubes) + ": " +
                     (result.solved        ? "solved in "
                      : result.interrupted ? "interrupted after "
                                           : "not solved after ") +
                     std::to_string(result.robot_turns()) + " turns, " +
                     rounded(static_cast<double>(result.ticks + result.missed) * tick_us * 1e-6, 2) + " s, " +
                     std::to_string(result.missed) + " ticks missed:";
  for (const LoggedTurn& turn : result.turns) {
    const std::string move = to_text(turn.move);
    line += turn.by_world ? " (" + move + ")" : turn.slipped ? " [" + move + "]" : " " + move;
  }
  return line;
}

std::string summary_of(std::span<const Result> results) {
  if (results.empty()) return "no cube";
  std::int64_t solved = 0, interrupted = 0, turns = 0, ticks = 0, missed = 0, passes = 0;
  double compute_max = 0.0;
  for (const Result& result : results) {
    ticks += result.ticks;
    missed += result.missed;
    passes += result.passes;
    compute_max = std::max(compute_max, result.compute.max);
    interrupted += result.interrupted ? 1 : 0;
    if (!result.solved) continue;
    ++solved;
    turns += result.robot_turns();
  }
  const std::int64_t tried = std::ssize(results) - interrupted;
  std::string text = std::to_string(solved) + " of " + std::to_string(tried) + " solved";
  if (solved > 0) text += ", mean " + rounded(static_cast<double>(turns) / static_cast<double>(solved), 2) + " turns";
  if (interrupted > 0) text += ", " + std::to_string(interrupted) + " interrupted";
  return text + "; " + std::to_string(ticks) + " ticks, " + std::to_string(missed) + " missed, " +
         std::to_string(passes) + " passes, longest compute " + rounded(compute_max, 0) + " us";
}

}  // namespace ripen::cube
