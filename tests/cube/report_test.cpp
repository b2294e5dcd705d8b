#include "cube_solver/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cube_solver/view.hpp"

namespace ripen::cube {
namespace {

Result example() {
  Result result;
  result.facelets = "UUU";
  result.solved = true;
  result.turns = {{.move = kR2, .tick = 0},
                  {.move = kU3, .by_world = true, .tick = 12},
                  {.move = kF1, .slipped = true, .tick = 20}};
  result.ticks = 28;
  result.missed = 1;
  result.passes = 90;
  result.first_action_tick = 0;
  result.compute = {.p50 = 1.5, .max = 4.25};
  return result;
}

TEST(Report, JsonHasWhatScriptsRelyOn) {
  const std::string line = to_json(example());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["facelets"], "UUU");
  EXPECT_EQ(json["solved"], true);
  EXPECT_EQ(json["turns"], nlohmann::json::parse(R"([{"move":"R2","by":"robot","tick":0},
      {"move":"U'","by":"world","tick":12}, {"move":"F","by":"robot","tick":20,"slipped":true}])"));
  EXPECT_EQ(json["robot_turns"], 2);
  EXPECT_EQ(json["ticks"], 28);
  EXPECT_EQ(json["missed"], 1);
  EXPECT_EQ(json["passes"], 90);
  EXPECT_EQ(json["first_action_tick"], 0);
  EXPECT_EQ(json["latency_us"]["compute"]["max"], 4.25);
  for (const char* what : {"wake_up", "compute", "slack", "observation_to_action"}) {
    for (const char* percentile : {"p50", "p90", "p99", "p999", "max"}) {
      EXPECT_TRUE(json["latency_us"][what].contains(percentile)) << what << " " << percentile;
    }
  }
  EXPECT_TRUE(nlohmann::json::parse(to_json({}))["first_action_tick"].is_null());
  EXPECT_FALSE(json.contains("interrupted"));
  EXPECT_EQ(nlohmann::json::parse(to_json({.interrupted = true}))["interrupted"], true);
}

TEST(Report, LinesAndSummaryAreForPeople) {
  EXPECT_EQ(to_line(example(), 2, 3, 5000), "cube 2/3: solved in 2 turns, 0.14 s, 1 ticks missed: R2 (U') [F]");
  Result late = example();
  late.ticks = 238;
  late.missed = 642;  // They have passed, too.
  EXPECT_EQ(to_line(late, 1, 1, 5000).find("cube 1/1: solved in 2 turns, 4.40 s, 642 ticks missed:"), 0U);
  EXPECT_EQ(to_line({}, 1, 1, 5000), "cube 1/1: not solved after 0 turns, 0.00 s, 0 ticks missed:");
  const std::vector<Result> results = {example(), {}};
  EXPECT_EQ(summary_of(results), "1 of 2 solved, mean 2.00 turns; 28 ticks, 1 missed, 90 passes, longest compute 4 us");
  const std::vector<Result> cut_short = {example(), {.interrupted = true}};
  EXPECT_EQ(summary_of(cut_short),
            "1 of 1 solved, mean 2.00 turns, 1 interrupted; 28 ticks, 1 missed, 90 passes, longest compute 4 us");
}

/// What is left to read on a line of a terminal: no escape sequences, every character one column.
std::vector<int> columns_of(const std::string& text) {
  std::vector<int> columns = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else if (text[i] == '\n') {
      columns.push_back(0);
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++columns.back();
    }
  }
  return columns;
}

TEST(View, ShowsCubePlanAndTicksWithoutWrapping) {
  Snapshot snapshot;
  snapshot.tick = 200;
  snapshot.tick_us = 5000;
  snapshot.missed = 7;
  snapshot.passes = 1234;
  snapshot.compute.p99 = 4321;
  snapshot.planned = 96;
  for (std::size_t i = 0; i < 96; ++i)
    snapshot.plan[i] = {.move = kR3, .known = i < 30, .ripeness = 1.0F - static_cast<float>(i) / 96.0F};
  const std::string wide = draw(snapshot, {.columns = 121});
  for (const char* text : {"solving   1.00 s", "R' ", "?", "█", "▃", "7 missed", "1234", "4321", "L ", "motors"}) {
    EXPECT_NE(wide.find(text), std::string::npos) << text << " not in\n" << wide;
  }
  for (const int columns : {1, 2, 8, 9, 20, 36, 37, 40, 80, 120, 300}) {
    for (const int rows : {1, 2, 3, 4, 5, 8, 13, 14, 15, 19, 20, 24, 100}) {
      const std::vector<int> lines = columns_of(draw(snapshot, {.columns = columns, .rows = rows}));
      for (const int used : lines) EXPECT_LT(used, columns) << rows << " rows";
      EXPECT_LE(std::ssize(lines), rows) << columns << " columns";  // One for the cursor.
    }
  }
}

TEST(View, LeavesOutWhatThereIsNoRoomFor) {
  Snapshot snapshot;
  snapshot.planned = 40;
  const auto shows = [&](int columns, int rows) {
    const std::string text = draw(snapshot, {.columns = columns, .rows = rows, .colour = false});
    std::string shown;
    for (const char* what : {"cube 1", "U U U", "plan", "turns", "ticks", "wake-up", "compute", "passes", "motors"}) {
      if (text.find(what) != std::string::npos) shown += std::string(what) + ", ";
    }
    return shown;
  };
  EXPECT_EQ(shows(80, 20), "cube 1, U U U, plan, turns, ticks, wake-up, compute, passes, motors, ");
  EXPECT_EQ(shows(80, 16), "cube 1, U U U, plan, turns, ticks, ");
  EXPECT_EQ(shows(80, 13), "cube 1, plan, turns, ticks, wake-up, compute, passes, motors, ");
  EXPECT_EQ(shows(30, 24), "cube 1, plan, turns, ticks, wake-up, compute, passes, motors, ");
  EXPECT_EQ(shows(80, 6), "cube 1, plan, turns, ");
  EXPECT_EQ(shows(80, 3), "cube 1, ");
  EXPECT_EQ(shows(80, 1), "");
}

TEST(View, KeepsToWhatTheTerminalCan) {
  Snapshot snapshot;
  snapshot.planned = 40;
  snapshot.plan[0].ripeness = 1.0F;
  const std::string plain = draw(snapshot, {.colour = false, .utf8 = false});
  for (const char c : plain) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << plain;
  EXPECT_NE(plain.find("L L L  F F F  R R R  B B B"), std::string::npos) << plain;
  EXPECT_NE(draw(snapshot, {.colour = false}).find("█"), std::string::npos);
  EXPECT_EQ(draw(snapshot, {.colour = false}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ripen::cube
