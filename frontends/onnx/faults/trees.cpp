// Faults of exported tree ensembles.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string>

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

static Places dividedByHundred(const GraphView& view, const char* ensemble) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    if (node.op_type() != "Div" || node.input_size() != 2 || view.numbers(node.input(1)) != std::vector<double>{100}) return false;
    const auto* divided = view.origin(node.input(0));
    return divided && divided->op_type() == ensemble;
  });
}
Places forestOfHundred(const GraphView& view) { return dividedByHundred(view, "TreeEnsembleRegressor"); }
Places classesOfHundred(const GraphView& view) { return dividedByHundred(view, "TreeEnsembleClassifier"); }

// ArgMax(-sum, sum) of trees, where nothing else comes of the two.
Places signOfTrees(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* both = node.op_type() == "ArgMax" && node.input_size() && view.uses(node.input(0)) == 1 ? view.maker(node.input(0)) : nullptr;
    const auto* negated = both && both->op_type() == "Concat" && both->input_size() == 2 ? view.maker(both->input(0)) : nullptr;
    const auto* sum = negated && negated->op_type() == "Neg" && negated->input_size() && negated->input(0) == both->input(1) ? view.maker(both->input(1)) : nullptr;
    const auto* trees = sum && sum->op_type() == "MatMul" && sum->input_size() ? view.maker(sum->input(0)) : nullptr;
    const auto* first = trees && trees->op_type() == "Concat" && trees->input_size() ? view.maker(trees->input(0)) : trees;
    return first && isEnsemble(*first);
  });
}

// Weights of three classes and more that are no probabilities, and no post_transform.
Places sumsOfClasses(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) {
    const auto *weights = GraphView::attribute(node, "class_weights"), *ids = GraphView::attribute(node, "class_ids"), *transform = GraphView::attribute(node, "post_transform");
    if (node.op_type() != "TreeEnsembleClassifier" || !weights || !ids || (transform && transform->s() != "NONE")) return false;
    const std::set<int64_t> classes(ids->ints().begin(), ids->ints().end());
    return classes.size() > 2 && std::any_of(weights->floats().begin(), weights->floats().end(), [](float w) { return w < 0; });
  });
}

// Of several targets one that no leaf names.
Places targetsWithoutTrees(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) {
    const auto *targets = GraphView::attribute(node, "n_targets"), *ids = GraphView::attribute(node, "target_ids");
    if (node.op_type() != "TreeEnsembleRegressor" || !targets || targets->i() < 2 || !ids) return false;
    const std::set<int64_t> named(ids->ints().begin(), ids->ints().end());
    return static_cast<int64_t>(named.size()) < targets->i();
  });
}

// CatBoost writes what it was trained for into the model, and leaves what follows the sum of the trees out.
static Places trainedFor(const GraphView& view, std::initializer_list<const char*> losses) {
  const std::string& training = view.metadata("params");
  for (const char* loss : losses)
    if (training.find(std::string("\"loss_function\":{\"type\":\"") + loss + "\"") != std::string::npos)
      return nodesWhere(view, [](const ::onnx::NodeProto& node) { return isEnsemble(node); });
  return {};
}
Places logOfExpected(const GraphView& view) { return trainedFor(view, {"Poisson", "Tweedie"}); }
Places targetsAsClasses(const GraphView& view) { return trainedFor(view, {"MultiRMSE", "MultiRMSEWithMissingValues", "RMSEWithUncertainty"}); }
Places oneAgainstAll(const GraphView& view) { return trainedFor(view, {"MultiClassOneVsAll"}); }
Places labelsOfClasses(const GraphView& view) { return trainedFor(view, {"MultiLogloss", "MultiCrossEntropy"}); }

// Trees over columns end to end, of which one is the number that a LabelEncoder gives a text.
Places indicesOfCategories(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* columns = isEnsemble(node) && node.input_size() ? view.maker(node.input(0)) : nullptr;
    return columns && columns->op_type() == "Concat" && std::any_of(columns->input().begin(), columns->input().end(), [&](const std::string& name) {
      const auto* of = view.origin(name);
      return of && of->op_type() == "LabelEncoder" && GraphView::attribute(*of, "keys_strings");
    });
  });
}

}  // namespace kiln::onnx
