// Faults of exported tree ensembles.
#include <algorithm>
#include <cmath>

#include "frontends/onnx/faults.h"

namespace kiln::onnx {

static bool isEnsemble(const ::onnx::NodeProto& node) { return node.op_type() == "TreeEnsembleClassifier" || node.op_type() == "TreeEnsembleRegressor"; }

// "Missing or not" is a split at infinity, of trees that say nowhere which way NaN goes.
Places missingInForests(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) {
    if (!isEnsemble(node)) return false;
    const auto *modes = GraphView::attribute(node, "nodes_modes"), *values = GraphView::attribute(node, "nodes_values"), *tracks = GraphView::attribute(node, "nodes_missing_value_tracks_true");
    if (!modes || !values || modes->strings_size() != values->floats_size()) return false;
    if (tracks && std::any_of(tracks->ints().begin(), tracks->ints().end(), [](int64_t t) { return t != 0; })) return false;
    for (int i = 0; i < modes->strings_size(); i++)
      if (modes->strings(i) != "LEAF" && std::isinf(values->floats(i))) return true;
    return false;
  });
}

Places categoriesOfTrees(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) {
    const auto* modes = isEnsemble(node) ? GraphView::attribute(node, "nodes_modes") : nullptr;
    return modes && std::find(modes->strings().begin(), modes->strings().end(), "BRANCH_EQ") != modes->strings().end();
  });
}

Places forestOfHundred(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    if (node.op_type() != "Div" || node.input_size() != 2 || !view.isScalar(node.input(1), 100)) return false;
    const auto* divided = view.origin(node.input(0));
    return divided && isEnsemble(*divided);
  });
}

}  // namespace kiln::onnx
