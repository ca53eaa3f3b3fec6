#include "frontends/onnx/window.h"

#include <algorithm>

namespace kiln::onnx {

void refuseBatchInside(OperatorImport& n, const Tensor& x) {
  for (size_t i = 1; i < x.rank(); i++) refuseBatch(n, x, i, "rows among channels or places");
}

Window windowOf(OperatorImport& n, const Tensor& x, std::vector<int64_t> kernel, bool dilates) {
  if (x.rank() < 3) n.invalid("needs a tensor [N,C,..], has " + describe(x.axes));
  refuseBatchInside(n, x);
  const size_t axes = x.rank() - 2;
  const auto list = [&](const char* name, int64_t fallback, size_t size) {
    std::vector<int64_t> all = n.integers(name);
    if (all.empty()) all.assign(size, fallback);
    if (all.size() != size) n.invalid("attribute '" + std::string(name) + "' has " + std::to_string(all.size()) + " entries, not " + std::to_string(size));
    for (int64_t v : all)
      if (v < (fallback ? 1 : 0) || v > 1 << 19) n.unsupported(std::to_string(v) + " in attribute '" + name + "'");
    return all;
  };
  Window w;
  for (size_t i = 0; i < axes; i++) w.size.push_back(x.axes[2 + i].size);
  w.kernel = n.integers("kernel_shape");
  if (w.kernel.empty()) w.kernel = kernel;
  if (w.kernel.size() != axes || (!kernel.empty() && w.kernel != kernel)) n.invalid("kernel_shape does not fit the tensors");
  for (int64_t k : w.kernel)
    if (k < 1 || k > 1 << 20) n.invalid("a kernel of " + std::to_string(k));
  w.stride = list("strides", 1, axes), w.dilation = dilates ? list("dilations", 1, axes) : std::vector<int64_t>(axes, 1);
  const int mode = n.choice("auto_pad", {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"}, 0);
  const std::vector<int64_t> pads = list("pads", 0, 2 * axes);
  for (size_t i = 0; i < axes; i++) {
    const int64_t reach = w.dilation[i] * (w.kernel[i] - 1) + 1;
    int64_t before = mode == 0 ? pads[i] : 0, after = mode == 0 ? pads[axes + i] : 0;
    if (mode == 1 || mode == 2) {
      const int64_t wanted = (w.size[i] + w.stride[i] - 1) / w.stride[i];
      const int64_t all = std::max<int64_t>(0, (wanted - 1) * w.stride[i] + reach - w.size[i]);
      before = mode == 1 ? all / 2 : all - all / 2, after = all - before;
    }
    w.before.push_back(before), w.after.push_back(after);
    const int64_t room = w.size[i] + before + after - reach;
    if (room < 0) n.invalid("the kernel is larger than the padded tensor");
    w.result.push_back(room / w.stride[i] + 1);
  }
  return w;
}

}  // namespace kiln::onnx
