// Arithmetic on sizes that contain the number of rows: integers value * N^power, which Shape, Gather, Concat, Mul ... pass on
// until a Reshape or an Expand takes them.
#include "frontends/onnx/importer.h"

namespace kiln::onnx {

// An operator that only moves elements is imported twice: on the values, and on the powers.
bool Importer::sizeArithmetic(const Operator& op, const proto::NodeProto& node, const std::string& path, Frame& frame,
                              const std::vector<Value>& inputs, int version, std::vector<Value>& outputs) {
  if (!op.moves) {
    unsupported(path, "mixes rows: computes with the number of rows", "a scorer computes each row by itself");
    return false;
  }
  const auto strip = [&](bool powers) {
    std::vector<Value> all = inputs;
    for (Value& value : all) {
      if (!value.data.host || (!value.data.host->hasBatch() && !powers)) continue;
      Elements elements = *value.data.host;
      if (powers && elements.hasBatch()) elements.integers.assign(elements.powers.begin(), elements.powers.end());
      elements.powers.clear();
      value.data = hostTensor(value.data.type, value.data.axes, std::move(elements));
    }
    // The data is the first input; what says where elements go is not a power.
    for (size_t i = 1; powers && i < all.size(); i++) all[i] = inputs[i];
    return all;
  };
  std::vector<Value> powers;
  if (!fold(op, node, path, frame, strip(false), version, outputs) || !fold(op, node, path, frame, strip(true), version, powers)) return false;
  for (size_t i = 0; i < outputs.size(); i++) {
    if (!outputs[i].data.host || !powers[i].data.host) continue;
    if (outputs[i].data.host->integers.size() != outputs[i].data.host->size()) {
      unsupported(path, "mixes rows: the number of rows becomes a value", "a scorer computes each row by itself");
      return false;
    }
    Elements elements = *outputs[i].data.host;
    elements.powers.assign(powers[i].data.host->integers.begin(), powers[i].data.host->integers.end());
    outputs[i].data = hostTensor(outputs[i].data.type, outputs[i].data.axes, std::move(elements));
  }
  return true;
}

}  // namespace kiln::onnx
