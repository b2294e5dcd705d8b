#include "maze/maze.hpp"

#include <algorithm>

namespace maze {

namespace {

constexpr std::string_view kMedium =
    "11111111"
    "10011001"
    "10010001"
    "11000111"
    "10010001"
    "10100101"
    "10001001"
    "11111111";

constexpr std::string_view kLarge =
    "111111111111"
    "100001000001"
    "101101010101"
    "100000010001"
    "101111011101"
    "100101000001"
    "110101010111"
    "100100010001"
    "111111111111";

constexpr std::string_view kGiant =
    "1111111111111111"
    "1010000001100001"
    "1010110101001101"
    "1000100100010001"
    "1011101111110101"
    "1000100010000101"
    "1110101001010111"
    "1000100100010001"
    "1010101111110101"
    "1011100010001101"
    "1000001000100001"
    "1111111111111111";

constexpr std::string_view kTeleport =
    "111111111111"
    "100000101001"
    "110100010011"
    "110111000001"
    "100001010101"
    "101101010101"
    "101101010101"
    "100001000101"
    "111111111111";

constexpr std::array kWaysIn{Cell{4, 6}, Cell{5, 1}};
constexpr std::array kWaysOut{Cell{1, 7}, Cell{6, 1}, Cell{6, 10}};

const std::array kMazes{
    Maze{"medium",
         8,
         8,
         kMedium,
         {{{{1, 1}, {6, 6}}, {{6, 1}, {1, 6}}, {{5, 3}, {4, 2}}, {{6, 5}, {6, 1}}, {{2, 6}, {1, 1}}}}},
    Maze{"large",
         9,
         12,
         kLarge,
         {{{{1, 1}, {7, 10}}, {{5, 4}, {7, 1}}, {{7, 4}, {1, 10}}, {{3, 8}, {5, 4}}, {{1, 1}, {5, 4}}}}},
    Maze{"giant",
         12,
         16,
         kGiant,
         {{{{1, 1}, {10, 14}}, {{1, 14}, {10, 1}}, {{8, 14}, {1, 1}}, {{8, 3}, {5, 12}}, {{5, 9}, {3, 8}}}},
         {},
         {},
         500,
         2000},
    Maze{"teleport",
         9,
         12,
         kTeleport,
         {{{{1, 10}, {7, 1}}, {{1, 1}, {7, 10}}, {{5, 6}, {7, 10}}, {{7, 1}, {7, 10}}, {{5, 6}, {7, 1}}}},
         kWaysIn,
         kWaysOut},
};

}  // namespace

std::vector<Cell> Maze::free_cells() const {
  std::vector<Cell> cells;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (is_free({row, column})) cells.push_back({row, column});
    }
  }
  return cells;
}

std::span<const Maze> mazes() { return kMazes; }

const Maze* find_maze(std::string_view name) {
  const auto found = std::ranges::find(kMazes, name, &Maze::name);
  return found == kMazes.end() ? nullptr : &*found;
}

bool is_in_teleport(const Maze& maze, Point p) {
  return std::ranges::any_of(maze.ways_in, [&](Cell cell) { return distance(centre_of(cell), p) <= kTeleportReach; });
}

Point teleported(const Maze& maze, Point p, int choice) {
  return is_in_teleport(maze, p) ? centre_of(maze.ways_out[static_cast<std::size_t>(choice)]) : p;
}

}  // namespace maze
