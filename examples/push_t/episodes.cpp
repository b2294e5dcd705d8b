#include "push_t/episodes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "push_t/npz.hpp"

namespace ripen::push_t {

namespace {

// The published split: val_ratio 0.02, seed 42, max_train_episodes 90, as NumPy's generator draws it:
//   held out = default_rng(seed=42).choice(206, size=4, replace=False)
//   trained  = default_rng(seed=42).choice(the others, size=90, replace=False)
constexpr std::array<int, 4> kHeldOut = {18, 90, 134, 157};
constexpr std::array<int, 90> kPublished90 = {
    7,   9,   10,  11,  13,  16,  20,  25,  26,  27,  32,  33,  35,  42,  44,  50,  51,  56,  58,  60,  61,  63,  65,
    67,  71,  73,  76,  77,  78,  81,  84,  85,  86,  89,  91,  93,  94,  97,  98,  102, 103, 109, 110, 111, 112, 117,
    118, 119, 120, 122, 125, 126, 128, 129, 130, 131, 132, 135, 137, 138, 140, 141, 145, 148, 156, 158, 159, 160, 161,
    163, 165, 166, 167, 170, 172, 174, 176, 178, 179, 183, 184, 185, 188, 189, 192, 194, 195, 198, 200, 203};

Array table(const std::string& path, const std::string& name, std::int64_t columns) {
  Array array = read_npz(path, name);
  if (array.shape.size() != 2 || array.shape[1] != columns) {
    throw std::runtime_error(path + ": " + name + ": is no table of " + std::to_string(columns) + " columns");
  }
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    if (std::isfinite(array.values[i])) continue;
    throw std::runtime_error(path + ": " + name + ": row " + std::to_string(i / static_cast<std::size_t>(columns)) +
                             ": is not finite");
  }
  return array;
}

}  // namespace

std::string data_folder(const std::string& given) {
  if (!given.empty()) return given;
  const char* set = std::getenv("RIPEN_PUSHT_DATA");
  return set != nullptr && *set != '\0' ? set : RIPEN_PUSHT_DEFAULT_DATA;
}

std::vector<Episode> read_episodes(const std::string& path) {
  const Array states = table(path, "state", 5);
  const Array actions = table(path, "action", 2);
  const Array ends = read_npz(path, "episode_ends");
  const auto rows = states.shape[0];
  if (actions.shape[0] != rows) {
    throw std::runtime_error(path + ": action: has " + std::to_string(actions.shape[0]) + " rows, state has " +
                             std::to_string(rows));
  }
  std::vector<Episode> episodes;
  std::int64_t row = 0;
  for (const double end : ends.values) {
    if (!(end > static_cast<double>(row) && end <= static_cast<double>(rows))) {
      throw std::runtime_error(path + ": episode_ends: " + std::to_string(end) + " is outside (" + std::to_string(row) +
                               ", " + std::to_string(rows) + "]");
    }
    Episode& episode = episodes.emplace_back();
    for (; row < static_cast<std::int64_t>(end); ++row) {
      const double* s = &states.values[static_cast<std::size_t>(row) * 5];
      const double* a = &actions.values[static_cast<std::size_t>(row) * 2];
      episode.states.push_back({{s[0], s[1]}, {{s[2], s[3]}, s[4]}});
      episode.targets.push_back({a[0], a[1]});
    }
  }
  if (row != rows) {
    throw std::runtime_error(path + ": episode_ends: the last is " + std::to_string(row) + ", there are " +
                             std::to_string(rows) + " rows");
  }
  return episodes;
}

void write_episodes(const std::string& path, std::span<const Episode> episodes) {
  Array states{.shape = {0, 5}}, actions{.shape = {0, 2}}, ends{.shape = {std::ssize(episodes)}};
  for (const Episode& episode : episodes) {
    for (const auto& [agent, block] : episode.states) {
      states.values.insert(states.values.end(), {agent.x, agent.y, block.position.x, block.position.y, block.angle});
    }
    for (const Point target : episode.targets) actions.values.insert(actions.values.end(), {target.x, target.y});
    states.shape[0] += std::ssize(episode.states);
    actions.shape[0] += std::ssize(episode.targets);
    ends.values.push_back(static_cast<double>(states.shape[0]));
  }
  write_npz(path, {{"state", states}, {"action", actions}, {"episode_ends", ends}});
}

std::vector<Episode> demonstrations_in(const std::string& folder) {
  return read_episodes(folder + "/pusht_cchi_v7_lowdim.npz");
}

std::span<const int> held_out_episodes() { return kHeldOut; }

std::span<const int> published_90() { return kPublished90; }

std::vector<int> all_but_held_out() {
  std::vector<int> result;
  for (int i = 0; i < kPublishedEpisodes; ++i) {
    if (!std::ranges::binary_search(kHeldOut, i)) result.push_back(i);
  }
  return result;
}

}  // namespace ripen::push_t
