#pragma once
// The GPT-style model without LibTorch, with a cache of keys and values: what runs inside a tick.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opponents/gpt/gpt_reader.hpp"
#include "ripen/native_denoiser.hpp"

namespace ripen::opponents {

struct GptEngineOptions {
  int sequences = 1;  ///< side by side, each with a cache of its own
  int rows = 64;      ///< most positions in one append()
  /// Of the big products. In int8 the cache is in bfloat16.
  Precision precision = Precision::kFloat32;
  std::string instructions = {};  ///< NativeOptions::instructions

  /// Every problem, one a line; empty if there is none.
  [[nodiscard]] std::string validate() const;
};

/// Weights are packed, and all memory is taken and touched, at construction; every other call is real-time safe.
class GptEngine : public GptReader {
 public:
  /// Needs the file no more afterwards. Throws OptionsError listing every problem of the options, ModelError of the
  /// model.
  explicit GptEngine(const GptFile& file, const GptEngineOptions& options = {});
  /// Shares the weights, and has empty sequences of its own. May be called by several threads at once, and while the
  /// other runs.
  explicit GptEngine(const GptEngine& other);
  GptEngine& operator=(const GptEngine&) = delete;
  ~GptEngine() override;

  [[nodiscard]] const GptLayout& layout() const noexcept override;
  [[nodiscard]] int sequences() const noexcept override;
  [[nodiscard]] int max_rows() const noexcept override;
  [[nodiscard]] int length(int sequence) const noexcept override;
  void truncate(int sequence, int length) noexcept override;
  void fork(int from, int to, int length) noexcept override;
  [[nodiscard]] bool append(std::span<const GptRow> rows, int asked, float* logits) noexcept override;
  [[nodiscard]] int logits_stride() const noexcept override;

  [[nodiscard]] const GptConfig& config() const noexcept;
  [[nodiscard]] std::string_view instructions() const noexcept;  ///< which kernels run
  [[nodiscard]] NativeMemory memory() const noexcept;            ///< the cache is in the work space

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ripen::opponents
