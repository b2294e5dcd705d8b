#include "ripen/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "ripen/error.hpp"
#include "ripen/native_denoiser.hpp"
#include "support/random_model.hpp"
#include "util/fnv1a.hpp"

namespace ripen {
namespace {

using ::testing::HasSubstr;

ModelFile small_model() {
  ModelFile model = random_model(
      TokenLayout({{"s", SlotRole::kState, 4}, {"t", SlotRole::kState, 6}, {"a", SlotRole::kAction, 3}}),
      {.width = 64, .blocks = 1, .mixer_width = 64, .mixer_layers = 1, .mixer_heads = 2, .window = 4, .value_bins = 8});
  model.notes["made by"] = "a test";
  return model;
}

/// Where the header of a file ends and its data begins.
std::size_t header_end(const std::string& bytes) {
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof(size));
  return sizeof(size) + size;
}

/// The file with its header changed, which nothing but the hash would notice.
std::string with_header(const std::string& bytes, const std::function<void(nlohmann::json&)>& change) {
  const std::size_t end = header_end(bytes);
  auto header = nlohmann::json::parse(bytes.substr(8, end - 8));
  change(header);
  const std::string text = header.dump();
  const std::uint64_t size = text.size();
  std::string changed(sizeof(size), '\0');
  std::memcpy(changed.data(), &size, sizeof(size));
  return changed + text + bytes.substr(end);
}

/// The same model as files of before had it.
std::string in_first_format(const std::string& bytes) {
  return with_header(bytes, [&](nlohmann::json& header) {
    header["__metadata__"]["format"] = "ripen-1";
    header["__metadata__"]["hash"] = std::to_string(fnv1a(std::string_view(bytes).substr(header_end(bytes))));
  });
}

/// What reading bytes says; empty if it works.
std::string complaint_about(const std::string& bytes) {
  try {
    (void)ModelFile::from_bytes(bytes);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

/// What a model says of a window in which nothing is known.
std::vector<float> outputs_of(Denoiser& denoiser) {
  const auto steps = static_cast<std::size_t>(denoiser.max_steps());
  const std::vector<Token> tokens(steps * static_cast<std::size_t>(denoiser.layout().slots()), kMask);
  const std::size_t logits = steps * static_cast<std::size_t>(denoiser.layout().logits());
  std::vector<float> outputs(logits + steps);
  denoiser.run({PassDepth::kWindow, 1, denoiser.max_steps(), tokens.data(), outputs.data(), outputs.data() + logits});
  return outputs;
}

class ModelFileTest : public ::testing::Test {
 protected:
  ModelFileTest() { small_model().save(path_); }
  ~ModelFileTest() override { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }
  /// What loading says; empty if it works.
  [[nodiscard]] std::string complaint() const {
    try {
      (void)ModelFile::load(path_);
      return "";
    } catch (const ModelError& error) {
      return error.what();
    }
  }
  void replace(const std::string& from, const std::string& to) const {
    std::string all = bytes();
    const auto at = all.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    ASSERT_EQ(from.size(), to.size());
    write(all.replace(at, from.size(), to));
  }

  std::string path_ = testing::TempDir() + "model_file_test_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name() + ".safetensors";
};

TEST_F(ModelFileTest, ReadsBackWhatItWrote) {
  const ModelFile model = ModelFile::load(path_), original = small_model();
  EXPECT_EQ(model.layout, original.layout);
  EXPECT_EQ(model.config, original.config);
  EXPECT_EQ(model.notes, original.notes);
  for (const auto& [name, tensor] : original.tensors) {
    const auto& values = model.tensors.at(name).values;
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], tensor.values[i], 5e-4) << name;  // float16
  }
}

TEST_F(ModelFileTest, FilesFromBeforeFractionsSeeBinsAlone) {
  EXPECT_TRUE(ModelFile::load(path_).config.fractions);
  ModelFile model = small_model();
  model.config.fractions = false;
  model.save(path_);
  EXPECT_FALSE(ModelFile::load(path_).config.fractions);

  small_model().save(path_);
  const std::string old = with_header(in_first_format(bytes()), [](nlohmann::json& header) {
    auto config = nlohmann::json::parse(header["__metadata__"]["model"].get<std::string>());
    ASSERT_EQ(config.erase("fractions"), 1U);
    header["__metadata__"]["model"] = config.dump();
  });
  EXPECT_FALSE(ModelFile::from_bytes(old).config.fractions);
}

TEST_F(ModelFileTest, KnowsFilesByTheirHash) {
  const ModelFile model = ModelFile::load(path_);
  EXPECT_NE(model.hash, 0U);
  ModelFile noted = small_model();
  noted.notes["made by"] = "another test";
  EXPECT_NE(ModelFile::from_bytes(noted.to_bytes()).hash, model.hash);
  EXPECT_EQ(ModelFile::from_bytes(small_model().to_bytes()).hash, model.hash);
}

TEST_F(ModelFileTest, EveryTruncationIsAClearError) {
  const std::string all = bytes();
  const std::size_t data_begins = header_end(all);
  for (std::size_t size = 0; size < all.size(); size += size < data_begins ? 1 : 97) {
    EXPECT_NE(complaint_about(all.substr(0, size)), "") << size << " bytes";
  }
  write(all.substr(0, data_begins));
  EXPECT_THAT(complaint(), HasSubstr(path_ + "': tensor"));
}

TEST_F(ModelFileTest, AnyFlippedBitIsAnError) {
  std::string all = bytes();
  const std::size_t data_begins = header_end(all);
  for (std::size_t bit = 0; bit < 8 * all.size(); bit += bit < 8 * data_begins ? 23 : 8009) {
    char& byte = all[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    EXPECT_NE(complaint_about(all), "") << "bit " << bit;
    byte = static_cast<char>(byte ^ (1 << bit % 8));
  }
}

TEST_F(ModelFileTest, WhatTheFirstFormatsHashDoesNotCoverIsAnErrorOrAModelOfFiniteOutputs) {
  std::string all = in_first_format(bytes());
  int accepted = 0;
  for (std::size_t bit = 0; bit < 8 * header_end(all); bit += 23) {
    char& byte = all[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    try {
      NativeDenoiser denoiser(ModelFile::from_bytes(all), {.max_windows = 1});
      ++accepted;
      for (const float output : outputs_of(denoiser)) ASSERT_TRUE(std::isfinite(output)) << "bit " << bit;
    } catch (const Error& error) {
      ASSERT_STRNE(error.what(), "") << "bit " << bit;
    }
    byte = static_cast<char>(byte ^ (1 << bit % 8));
  }
  EXPECT_GT(accepted, 0) << "the flips in notes";
}

TEST_F(ModelFileTest, ReadsTheFirstFormatAndWritesTheNew) {
  const std::string old = in_first_format(bytes());
  const ModelFile model = ModelFile::from_bytes(old);
  EXPECT_EQ(model.hash, fnv1a(std::string_view(old).substr(header_end(old))));
  EXPECT_EQ(model.to_bytes(), bytes());
}

TEST_F(ModelFileTest, RefusesAChangeThatOnlyTheHashCanSee) {
  const std::string all = bytes();
  const auto swap = [&](const char* a, const char* b, const char* field) {
    return with_header(all, [&](nlohmann::json& header) { std::swap(header[a][field], header[b][field]); });
  };
  EXPECT_THAT(complaint_about(swap("step.0.up.weight", "step.0.down.weight", "data_offsets")), HasSubstr("'hash' is"));
  EXPECT_THAT(complaint_about(swap("step.0.norm.bias", "step.0.norm.weight", "data_offsets")), HasSubstr("'hash' is"));
  const auto in_metadata = [&](const char* field, const char* from, const std::string& to) {
    return with_header(all, [&](nlohmann::json& header) {
      auto text = header["__metadata__"][field].get<std::string>();
      const auto at = text.find(from);
      ASSERT_NE(at, std::string::npos) << text;
      header["__metadata__"][field] = text.replace(at, std::string(from).size(), to);
    });
  };
  EXPECT_THAT(complaint_about(in_metadata("layout", "\"s\"", "\"r\"")), HasSubstr("'hash' is"));
  EXPECT_THAT(complaint_about(in_metadata("model", "\"mixer_heads\":2", "\"mixer_heads\":4")), HasSubstr("'hash' is"));
  EXPECT_THAT(complaint_about(in_metadata("made by", "a test", "nobody")), HasSubstr("'hash' is"));
  // Hashed as the first format, too: the exchange alone is not seen there, anything else is refused for what it is.
  EXPECT_EQ(complaint_about(in_first_format(all)), "");
}

TEST_F(ModelFileTest, SaysWhatIsWrong) {
  replace("ripen-2", "ripen-9");
  EXPECT_THAT(complaint(), HasSubstr("'format' is 'ripen-9'"));
  small_model().save(path_);
  replace("[64,64]", "[32,64]");
  EXPECT_THAT(complaint(), HasSubstr("bytes of its shape"));
  small_model().save(path_);
  replace("[64,64]", "[9e+99]");
  EXPECT_THAT(complaint(), HasSubstr("shape' is 9e+99"));
  small_model().save(path_);
  replace("step.action.bias", "step.action.bios");
  EXPECT_THAT(complaint(), HasSubstr("'step.action.bias': is missing"));
  const std::string all = small_model().to_bytes();
  write(with_header(all, [](nlohmann::json& header) {
    header["more"] = {{"dtype", "F16"}, {"shape", {0}}, {"data_offsets", {0, 0}}};
  }));
  EXPECT_THAT(complaint(), HasSubstr("'more': is none of the network's"));
  write(with_header(all, [](nlohmann::json& header) { header["step.value.weight"]["shape"] = {64, 8}; }));
  EXPECT_THAT(complaint(), HasSubstr("shape [64,8], but the network needs [8,64]"));
  write(with_header(all,
                    [](nlohmann::json& header) { header["__metadata__"]["model"] = R"({"width":64,"width":128})"; }));
  EXPECT_THAT(complaint(), HasSubstr("model: key \"width\" is there twice"));
  std::string damaged = all;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  write(damaged);
  EXPECT_THAT(complaint(), HasSubstr("hash"));
  damaged = all;
  damaged.replace(all.size() - 2, 2, "\x00\x7E", 2);
  write(damaged);
  EXPECT_THAT(complaint(), HasSubstr("'step.value.weight': value 511 is nan, not finite"));
  std::filesystem::remove(path_);
  EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
  std::filesystem::create_directory(path_);
  EXPECT_THAT(complaint(), HasSubstr(path_ + "': "));
}

TEST_F(ModelFileTest, WritesOnlyWhatItReads) {
  const std::string before = bytes();
  const auto refused = [&](const char* says, const std::function<void(ModelFile&)>& change) {
    ModelFile model = small_model();
    change(model);
    try {
      model.save(path_);
      ADD_FAILURE() << "written, though " << says;
    } catch (const ModelError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(path_), HasSubstr(says)));
    }
    EXPECT_EQ(bytes(), before) << says;
  };
  const auto value = [](float to) {
    return [to](ModelFile& model) { model.tensors.at("step.value.bias").values[3] = to; };
  };
  refused("'step.value.bias': value 3 is 65520, beyond float16", value(65520.0F));
  refused("'step.value.bias': value 3 is -1e+30", value(-1e30F));
  refused("'step.value.bias': value 3 is nan", value(std::nanf("")));
  refused("'step.value.bias': value 3 is inf", value(INFINITY));
  refused("'step.norm.bias': is missing", [](ModelFile& model) { model.tensors.erase("step.norm.bias"); });
  refused("'more': is none of the network's", [](ModelFile& model) { model.tensors["more"] = {{1}, {0.0F}}; });
  refused("'step.value.bias': 7 values, but its shape has 8",
          [](ModelFile& model) { model.tensors.at("step.value.bias").values.pop_back(); });
  refused("'step.value.weight': shape [64,8], but", [](ModelFile& model) {
    model.tensors.at("step.value.weight").shape = {64, 8};
  });
  refused("'step.value.bias': shape [-8], but",
          [](ModelFile& model) { model.tensors.at("step.value.bias").shape = {-8}; });
  refused("window 1 is outside", [](ModelFile& model) { model.config.window = 1; });
  refused("layout is empty", [](ModelFile& model) { model.layout = TokenLayout(); });
  refused("note 'hash'", [](ModelFile& model) { model.notes["hash"] = "1"; });
  refused("note 'layout'", [](ModelFile& model) { model.notes["layout"] = "[]"; });
  refused("UTF-8", [](ModelFile& model) { model.notes["made by"] = "\xFF"; });
  refused("header size", [](ModelFile& model) { model.notes["made by"] = std::string(1 << 20, 'x'); });
  ModelFile largest = small_model();
  value(65519.0F)(largest);
  largest.save(path_);
  EXPECT_EQ(ModelFile::load(path_).tensors.at("step.value.bias").values[3], 65504.0F);
}

TEST_F(ModelFileTest, ListsEveryProblemOfAModelThatIsMadeOtherwise) {
  EXPECT_EQ(small_model().validate(), "");
  ModelFile model = small_model();
  model.tensors.erase("step.norm.bias");
  model.tensors["more"] = {{1}, {0.0F}};
  model.tensors.at("mixer.head.weight").shape = {64};
  EXPECT_EQ(model.validate(),
            "model: tensor 'mixer.head.weight': shape [64], but the network needs [13,64]\n"
            "model: tensor 'step.norm.bias': is missing\n"
            "model: tensor 'more': is none of the network's");
  EXPECT_THROW(NativeDenoiser{model}, ModelError);
  EXPECT_THROW(NativeDenoiser{ModelFile{}}, ModelError);
}

TEST_F(ModelFileTest, SaysWhereItCannotWrite) {
  const std::string nowhere = testing::TempDir() + "no such folder/model.safetensors";
  try {
    small_model().save(nowhere);
    ADD_FAILURE() << "written";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr(nowhere + "': not written: "));
  }
  std::filesystem::remove(path_);
  std::filesystem::create_directories(path_ + "/full");
  EXPECT_THROW(small_model().save(path_), ModelError) << "a folder is in the way";
}

}  // namespace
}  // namespace ripen
