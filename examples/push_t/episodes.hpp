#pragma once
// Recorded episodes: the published demonstrations, in which a person moves the agent, and others like them.

#include <span>
#include <string>
#include <vector>

#include "push_t/world.hpp"

namespace ripen::push_t {

/// One demonstration; the target of step i was given in state i.
struct Episode {
  std::vector<State> states;   ///< angles in [0, 2 pi)
  std::vector<Point> targets;  ///< [px]
};

/// Where the data is: `given` if it is not empty, else the environment's RIPEN_PUSHT_DATA, else
/// ../shared/data/pusht beside the source tree. The file need not exist.
[[nodiscard]] std::string data_folder(const std::string& given = {});

/// All episodes of a file of the published layout: state [N, 5] (agent x, y, block x, y, angle), action [N, 2],
/// episode_ends [M]. Throws std::runtime_error naming the file, the array and what is wrong.
[[nodiscard]] std::vector<Episode> read_episodes(const std::string& path);

/// Writes what read_episodes() reads. Throws std::runtime_error naming the file.
void write_episodes(const std::string& path, std::span<const Episode> episodes);

/// read_episodes() of the published file in a folder.
[[nodiscard]] std::vector<Episode> demonstrations_in(const std::string& folder);

inline constexpr int kPublishedEpisodes = 206;

/// Which of the 206 episodes to train on, in ascending order.
[[nodiscard]] std::span<const int> held_out_episodes();  ///< 4 that no published result was trained on
[[nodiscard]] std::span<const int> published_90();       ///< the 90 that the published results were trained on
[[nodiscard]] std::vector<int> all_but_held_out();       ///< 202

}  // namespace ripen::push_t
