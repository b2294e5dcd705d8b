#include "shared/models.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace ripen::examples {
namespace {

using std::filesystem::path;

class Models : public testing::Test {
 protected:
  Models()
      : root_(path(testing::TempDir()) /
              (std::string("ripen_models_") + testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(root_);
    for (const char* folder : {"installed", "source"}) std::filesystem::create_directories(root_ / folder);
  }
  ~Models() override { std::filesystem::remove_all(root_); }
  [[nodiscard]] std::string found(const std::string& name) const {
    return model_path(name, {root_ / "installed", root_ / "source"});
  }

  path root_;
};

TEST_F(Models, AreTakenFromTheFirstFolderThatHasThem) {
  std::ofstream(root_ / "source" / "a.safetensors") << "a";
  EXPECT_EQ(found("a.safetensors"), root_ / "source" / "a.safetensors");
  std::ofstream(root_ / "installed" / "a.safetensors") << "a";
  EXPECT_EQ(found("a.safetensors"), root_ / "installed" / "a.safetensors");
}

TEST_F(Models, AMissingOneIsNamedWithThePlacesLookedAt) {
  try {
    (void)found("a.safetensors");
    FAIL() << "found";
  } catch (const ModelError& error) {
    EXPECT_EQ(error.what(), "model 'a.safetensors' is neither in '" + (root_ / "installed").string() + "' nor in '" +
                                (root_ / "source").string() + "': name its file with --model");
  }
}

TEST_F(Models, AreLookedForBesideTheProgramFirst) {
  const auto folders = model_folders();
  ASSERT_EQ(folders.size(), 2U);
  const path program = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(folders[0], program.parent_path().parent_path() / "share/ripen/models");
  EXPECT_EQ(folders[1], RIPEN_MODELS_DIR);
}

}  // namespace
}  // namespace ripen::examples
