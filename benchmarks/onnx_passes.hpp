#pragma once
// The same step pass by ONNX Runtime, with its settings as good as they get: one thread, every optimisation of the
// graph, weights as constants, inputs and outputs bound before. The graph is written with Debian's libonnx-dev.

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/onnx_pb.h>
#include <onnxruntime_c_api.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ripen/model_file.hpp"

namespace ripen {

/// A step pass as an ONNX graph: states, int64 [positions, states], to action and value logits.
class OnnxGraph {
 public:
  OnnxGraph(const ModelFile& file, int positions) : file_(file) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(17);  // The first with LayerNormalization.
    graph().set_name("step");
    const int states = file.layout.states();
    declare(*graph().add_input(), "states", onnx::TensorProto::INT64, {positions, states});
    std::vector<std::int64_t> offsets;
    std::int64_t rows = 0;
    for (int s = 0; s < states; ++s) {
      offsets.push_back(rows);
      rows += file.layout.slot(s).vocabulary + 1;
    }
    onnx::TensorProto& rows_of = constant("offsets", onnx::TensorProto::INT64, {states});
    rows_of.mutable_int64_data()->Add(offsets.begin(), offsets.end());
    node("Add", {"states", "offsets"}, "rows");
    embedding_table(rows);
    node("Gather", {"table", "rows"}, "embedded");
    onnx::TensorProto& axis = constant("axis", onnx::TensorProto::INT64, {1});
    axis.add_int64_data(1);
    attribute(node("ReduceSum", {"embedded", "axis"}, "summed"), "keepdims", 0);
    node("Add", {"summed", weight("step.embed.bias")}, "x0");
    std::string x = "x0";
    for (int b = 0; b < file.config.blocks; ++b) {
      const std::string block = "step." + std::to_string(b), next = "x" + std::to_string(b + 1);
      norm(block + ".norm", x);
      linear(block + ".up", block + ".norm.out");
      node("Relu", {block + ".up.out"}, block + ".hidden");
      linear(block + ".down", block + ".hidden");
      node("Add", {x, block + ".down.out"}, next);
      x = next;
    }
    norm("step.norm", x);
    for (const char* head : {"step.action", "step.value"}) {
      linear(head, "step.norm.out");
      declare(*graph().add_output(), std::string(head) + ".out", onnx::TensorProto::FLOAT,
              {positions, file.tensors.at(std::string(head) + ".bias").shape[0]});
    }
  }

  [[nodiscard]] std::string bytes() const { return model_.SerializeAsString(); }

 private:
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  static void declare(onnx::ValueInfoProto& value, const std::string& name, int type,
                      const std::vector<std::int64_t>& shape) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    for (const std::int64_t size : shape) tensor.mutable_shape()->add_dim()->set_dim_value(size);
  }

  onnx::TensorProto& constant(const std::string& name, int type, const std::vector<std::int64_t>& shape) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    tensor.mutable_dims()->Add(shape.begin(), shape.end());
    return tensor;
  }

  /// A tensor of the file, as it lies there.
  std::string weight(const std::string& name) {
    const Tensor& tensor = file_.tensors.at(name);
    constant(name, onnx::TensorProto::FLOAT, tensor.shape)
        .mutable_float_data()
        ->Add(tensor.values.begin(), tensor.values.end());
    return name;
  }

  /// The embedding's weights are [width, rows]; a look-up wants a row for each token.
  void embedding_table(std::int64_t rows) {
    const Tensor& tensor = file_.tensors.at("step.embed.weight");
    onnx::TensorProto& table = constant("table", onnx::TensorProto::FLOAT, {rows, file_.config.width});
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < file_.config.width; ++c) {
        table.add_float_data(tensor.values[static_cast<std::size_t>(c * rows + r)]);
      }
    }
  }

  onnx::NodeProto& node(const char* type, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& added = *graph().add_node();
    added.set_op_type(type);
    added.set_name(output);
    for (const std::string& input : inputs) added.add_input(input);
    added.add_output(output);
    return added;
  }

  static void attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
    onnx::AttributeProto& added = *node.add_attribute();
    added.set_name(name);
    added.set_type(onnx::AttributeProto::INT);
    added.set_i(value);
  }

  void norm(const std::string& name, const std::string& x) {
    node("LayerNormalization", {x, weight(name + ".weight"), weight(name + ".bias")}, name + ".out");
  }

  void linear(const std::string& name, const std::string& x) {
    attribute(node("Gemm", {x, weight(name + ".weight"), weight(name + ".bias")}, name + ".out"), "transB", 1);
  }

  const ModelFile& file_;
  onnx::ModelProto model_;
};

class OnnxPasses {
 public:
  /// tokens: [positions][slots]
  OnnxPasses(const ModelFile& file, const Token* tokens, int positions)
      : action_(static_cast<std::size_t>(positions * file.tensors.at("step.action.bias").shape[0])),
        value_(static_cast<std::size_t>(positions * file.config.value_bins)) {
    const int states = file.layout.states();
    for (int p = 0; p < positions; ++p) {
      for (int s = 0; s < states; ++s) states_.push_back(tokens[p * file.layout.slots() + s]);
    }
    OrtSessionOptions* options = nullptr;
    check(api_->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "ripen", &env_));
    check(api_->CreateSessionOptions(&options));
    check(api_->SetIntraOpNumThreads(options, 1));
    check(api_->SetInterOpNumThreads(options, 1));
    check(api_->SetSessionExecutionMode(options, ORT_SEQUENTIAL));
    check(api_->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
    const std::string bytes = OnnxGraph(file, positions).bytes();
    check(api_->CreateSessionFromArray(env_, bytes.data(), bytes.size(), options, &session_));
    api_->ReleaseSessionOptions(options);
    check(api_->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory_));
    tensors_[0] = tensor(states_, {positions, states}, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
    tensors_[1] = tensor(action_, {positions, std::ssize(action_) / positions}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
    tensors_[2] = tensor(value_, {positions, file.config.value_bins}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  }
  ~OnnxPasses() {
    for (OrtValue* each : tensors_) api_->ReleaseValue(each);
    api_->ReleaseMemoryInfo(memory_);
    api_->ReleaseSession(session_);
    api_->ReleaseEnv(env_);
  }
  OnnxPasses(const OnnxPasses&) = delete;
  OnnxPasses& operator=(const OnnxPasses&) = delete;

  void run() {
    constexpr const char* kInput = "states";
    constexpr std::array kOutputs = {"step.action.out", "step.value.out"};
    check(api_->Run(session_, nullptr, &kInput, &tensors_[0], 1, kOutputs.data(), 2, &tensors_[1]));
  }

  /// Of the last run: [positions][actions' logits]
  [[nodiscard]] const std::vector<float>& action() const { return action_; }

 private:
  void check(OrtStatus* status) const {
    if (status == nullptr) return;
    const std::string message = api_->GetErrorMessage(status);
    api_->ReleaseStatus(status);
    throw std::runtime_error("ONNX Runtime: " + message);
  }

  template <typename Value>
  OrtValue* tensor(std::vector<Value>& values, std::vector<std::int64_t> shape, ONNXTensorElementDataType type) const {
    OrtValue* made = nullptr;
    check(api_->CreateTensorWithDataAsOrtValue(memory_, values.data(), values.size() * sizeof(Value), shape.data(),
                                               shape.size(), type, &made));
    return made;
  }

  const OrtApi* api_ = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  OrtEnv* env_ = nullptr;
  OrtSession* session_ = nullptr;
  OrtMemoryInfo* memory_ = nullptr;
  std::vector<std::int64_t> states_;
  std::vector<float> action_, value_;
  std::array<OrtValue*, 3> tensors_ = {};
};

}  // namespace ripen
