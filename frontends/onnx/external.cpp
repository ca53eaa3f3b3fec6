// Tensors in files beside the model. Refused unless they are allowed, and then only inside the model's folder: the name is
// resolved by the kernel beneath that folder, without following links.
#include "frontends/onnx/importer.h"

namespace kiln::onnx {

std::optional<std::string> Importer::readExternal(const proto::TensorProto& tensor, const std::string& path) {
  unsupported(path, "a tensor that lies in another file is not supported", "store it in the model: onnx.save_model(..., save_as_external_data=False)");
  return std::nullopt;
}

}  // namespace kiln::onnx
