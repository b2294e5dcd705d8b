#include "cube_solver/replay.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "cube_solver/solve.hpp"
#include "ripen/native_denoiser.hpp"

namespace ripen::cube {
namespace {

class ReplayTest : public testing::Test {
 protected:
  [[nodiscard]] Recording record(const Options& options) {
    Random random(7);
    Recording recording;
    (void)solve(random_cube(random), options, denoiser_, {.recording = &recording});
    return recording;
  }
  [[nodiscard]] static Options options() {
    Options options{.seed = 5, .passes = 4, .virtual_time = true, .max_moves = 30};
    options.precision = Precision::kFloat32;
    options.planner.horizon = 48;
    options.model = RIPEN_CUBE_MODEL;
    return options;
  }

  const ModelFile model_ = ModelFile::load(RIPEN_CUBE_MODEL);
  NativeDenoiser denoiser_{model_};
};

TEST_F(ReplayTest, DecidesTheSameBitForBitWhateverTheWorldDid) {
  Options faulty = options();
  faulty.slip_rate = 0.1;
  faulty.disturb_rate = 0.1;
  faulty.sensor_latency_ticks = 2;
  faulty.planner.wait_passes = 40;
  for (const Options& options : {options(), faulty}) {
    const Recording recording = record(options);
    ASSERT_GT(recording.ticks.size(), 100U);
    EXPECT_EQ(model_of(recording), RIPEN_CUBE_MODEL);
    const Recording again = replay(Recording::from_mcap(recording.to_mcap()), denoiser_);
    const auto parting = first_difference(recording, again);
    EXPECT_FALSE(parting) << "tick " << parting->tick << ": " << parting->what;
  }
}

TEST_F(ReplayTest, ShowsTheFirstTickThatIsNotTheSame) {
  const Recording recording = record(options());
  Recording other = recording;
  const std::string passes = "\"passes\":4";
  other.notes["cube_solver"].replace(other.notes["cube_solver"].find(passes), passes.size(), "\"passes\":3");
  const auto parting = first_difference(recording, replay(other, denoiser_));
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->tick, 0);
  EXPECT_EQ(parting->what.front(), '/') << "names a field: " << parting->what;
}

TEST_F(ReplayTest, RunsTheSameModelOnTheSameKernelsOrSaysWhyNot) {
  Recording recording;
  NativeDenoiser portable(model_, {.precision = Precision::kInt8, .instructions = "portable"});
  note(model_, portable, recording);
  const NativeOptions options = options_of(recording, model_);
  EXPECT_EQ(options.instructions, "portable");
  EXPECT_EQ(options.precision, Precision::kInt8);
  EXPECT_EQ(options_of({}, model_).instructions, "") << "of a recording from before it was noted";

  const auto complaint = [&](const char* name, const char* value) -> std::string {
    Recording other = recording;
    other.notes[name] = value;
    try {
      (void)options_of(other, model_);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_EQ(complaint("model_hash", "123"),
            "the recording was made with a model of hash 123, this one's is " + std::to_string(model_.hash));
  EXPECT_EQ(
      complaint("kernels", "sve").find("the recording was made with the kernels 'sve', this processor runs only "), 0U);

  Recording other = recording;
  EXPECT_EQ(differences(recording, other), "");
  other.notes["kernels"] = "avx2";
  other.notes["precision"] = "float32";
  other.notes.erase("model_hash");
  EXPECT_EQ(differences(recording, other), "model_hash: " + recording.notes["model_hash"] +
                                               ", unknown\nkernels: portable, avx2\nprecision: int8, float32\n");
}

TEST_F(ReplayTest, RefusesWhatItCannotRepeat) {
  Recording recording = record(options());
  Recording late = recording, foreign = recording;
  late.ticks.erase(late.ticks.begin());
  EXPECT_THROW((void)replay(late, denoiser_), std::invalid_argument);
  for (const char* passes : {"1e30", "4.5", "99999999999", "true"}) {
    std::string& note = foreign.notes["cube_solver"];
    note = recording.notes["cube_solver"];
    note.replace(note.find("\"passes\":4"), 10, std::string("\"passes\":") + passes);
    EXPECT_THROW((void)replay(foreign, denoiser_), std::invalid_argument) << passes;
  }
  foreign.notes.clear();
  EXPECT_THROW((void)replay(foreign, denoiser_), std::invalid_argument);
  Options timed = options();
  timed.passes.reset();
  timed.max_moves = 1;
  EXPECT_THROW((void)replay(record(timed), denoiser_), std::invalid_argument);
}

}  // namespace
}  // namespace ripen::cube
