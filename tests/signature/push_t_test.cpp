#include <cmath>

#include "push_t/episode.hpp"
#include "signature/signature.hpp"

namespace ripen {
namespace {

/// How far a few episodes with shoves and lost observations came.
std::string push_t_signature(Denoiser& denoiser) {
  constexpr std::uint32_t kSeed = 200000;
  constexpr int kEpisodes = 3;
  push_t::Options options{.passes = 2, .virtual_time = true, .max_steps = 80};
  options.disturb_rate = 0.05;
  options.drop_rate = 0.1;
  signature::Hash hash;
  for (std::uint32_t episode = 0; episode < kEpisodes; ++episode) {
    const push_t::Result result = push_t::run_episode(kSeed + episode, options, denoiser);
    hash.take(result.ticks);
    hash.take(result.passes);
    hash.take(std::llround(1e9 * result.coverage));
  }
  return hash.text();
}

TEST(Signature, PushT) { signature::expect_stored(RIPEN_PUSHT_MODEL, push_t_signature); }

}  // namespace
}  // namespace ripen
