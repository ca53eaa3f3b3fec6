// Faults of exported calibrations, neighbours, discriminants, and of pipelines as a whole.
#include <algorithm>
#include <cmath>

#include "frontends/onnx/faults.h"

namespace kiln::onnx {

// ArgMin(Abs(x - knots)).
Places nearestKnot(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* distance = node.op_type() == "ArgMin" && node.input_size() ? view.maker(node.input(0)) : nullptr;
    const auto* difference = distance && distance->op_type() == "Abs" && distance->input_size() ? view.maker(distance->input(0)) : nullptr;
    return difference && difference->op_type() == "Sub";
  });
}

static bool isReciprocalOfNearest(const GraphView& view, const ::onnx::NodeProto& node) {
  const auto* of = node.op_type() == "Reciprocal" && node.input_size() ? view.origin(node.input(0)) : nullptr;
  return of && of->op_type() == "TopK";
}
static bool isNegation(const GraphView& view, const std::string& name) {
  const auto* node = view.maker(name);
  return node && node->op_type() == "Mul" && node->input_size() == 2 && view.numbers(node->input(1)) == std::vector<double>{-1};
}
// Reciprocal(Max(-d, 1e-6)), where -d is TopK's d negated, or TopK of negated distances.
static bool isOfNegatives(const GraphView& view, const ::onnx::NodeProto& node) {
  const auto* limited = isReciprocalOfNearest(view, node) ? view.maker(node.input(0)) : nullptr;
  if (!limited || limited->op_type() != "Max" || limited->input_size() != 2 || view.numbers(limited->input(1)).empty()) return false;
  if (isNegation(view, limited->input(0))) return true;
  const auto* nearest = view.maker(limited->input(0));
  return nearest && nearest->op_type() == "TopK" && isNegation(view, nearest->input(0));
}
Places weightsOfNegatives(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) { return isOfNegatives(view, node); });
}
Places weightsByDistance(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) { return isReciprocalOfNearest(view, node) && !isOfNegatives(view, node); });
}

// skl2onnx's function of distances between rows with NaN: |x|^2 - 2xy + |y|^2, less what is missing.
Places imputedByNeighbors(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) { return node.op_type() == "dist_nan_euclidean"; });
}

// Where(IsNaN(x), sum / number, x), whose sum is of the rows of a constant that a TopK names: KNNImputer of skl2onnx 1.10 to 1.14.
Places imputedByNearestRows(const GraphView& view) {
  const auto made = [&](const ::onnx::NodeProto* of, const char* by, int input = 0) {
    const auto* maker = of && of->input_size() > input ? view.maker(of->input(input)) : nullptr;
    return maker && maker->op_type() == by ? maker : nullptr;
  };
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    if (node.op_type() != "Where" || !made(&node, "IsNaN")) return false;
    const auto* rows = made(made(made(made(made(&node, "Div", 1), "ReduceSum"), "Transpose"), "Reshape"), "ArrayFeatureExtractor");
    return rows && view.isInitializer(rows->input(0)) && made(made(rows, "Flatten", 1), "TopK");
  });
}

// The variance by Solve, the integral over the logistic function as a sum of erf, times up to 3,500.
Places gaussianClasses(const GraphView& view) {
  const bool anyErf = !nodesWhere(view, [](const ::onnx::NodeProto& node) { return node.op_type() == "Erf"; }).empty();
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) { return anyErf && node.op_type() == "Solve" && node.domain() == "com.microsoft"; });
}

// Estimators that skl2onnx leaves no other trace of than the name of a result.
static Places namedSo(const GraphView& view, const std::string& name) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) { return node.output_size() && node.output(0).rfind(name, 0) == 0; });
}
Places labelsOfPairs(const GraphView& view) { return namedSo(view, "concat_out_ovo_label"); }
Places tunedThreshold(const GraphView& view) { return namedSo(view, "label_tuned"); }

// Softmax(x * [-w, w] + [-b, b]), as it is exported for doubles.
static bool isSoftmaxOfOpposites(const GraphView& view, const ::onnx::NodeProto& node) {
  const auto* sum = node.op_type() == "Softmax" && node.input_size() ? view.maker(node.input(0)) : nullptr;
  const auto* product = sum && sum->op_type() == "Add" && sum->input_size() == 2 ? view.maker(sum->input(0)) : nullptr;
  if (!product || product->op_type() != "MatMul" || product->input_size() != 2) return false;
  const std::vector<double> intercepts = view.numbers(sum->input(1));
  if (intercepts.size() != 2 || intercepts[0] != -intercepts[1]) return false;
  const std::vector<double> coefficients = view.numbers(product->input(1));
  if (coefficients.empty() || coefficients.size() % 2) return false;
  for (size_t i = 0; i < coefficients.size(); i += 2)
    if (coefficients[i] != -coefficients[i + 1]) return false;
  return true;
}
Places binaryDiscriminant(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    if (isSoftmaxOfOpposites(view, node)) return true;
    if (node.op_type() != "LinearClassifier") return false;
    const auto *coefficients = GraphView::attribute(node, "coefficients"), *intercepts = GraphView::attribute(node, "intercepts"), *transform = GraphView::attribute(node, "post_transform");
    if (!coefficients || !intercepts || intercepts->floats_size() != 2 || !transform || transform->s() != "SOFTMAX" || coefficients->floats_size() % 2) return false;
    const int half = coefficients->floats_size() / 2;
    for (int i = 0; i < half; i++)
      if (coefficients->floats(i) != -coefficients->floats(i + half)) return false;
    return true;
  });
}

// Normalizer(L1) of a LinearClassifier with LOGISTIC for three and more classes.
Places logisticOfClasses(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* of = node.op_type() == "Normalizer" && node.input_size() ? view.maker(node.input(0)) : nullptr;
    if (!of || of->op_type() != "LinearClassifier" || of->output_size() < 2 || of->output(1) != node.input(0)) return false;
    const auto *transform = GraphView::attribute(*of, "post_transform"), *intercepts = GraphView::attribute(*of, "intercepts"), *norm = GraphView::attribute(node, "norm");
    return transform && transform->s() == "LOGISTIC" && intercepts && intercepts->floats_size() > 2 && norm && norm->s() == "L1";
  });
}

// The node that computes the first input of `of`, if it is one of `by`.
static const ::onnx::NodeProto* before(const GraphView& view, const ::onnx::NodeProto* of, const char* by) {
  const auto* maker = of && of->input_size() ? view.maker(of->input(0)) : nullptr;
  return maker && maker->op_type() == by ? maker : nullptr;
}

// ArgMax of (Clip(score, -1, 1) + 1) / 2, divided by its sum: for two classes it is not divided, and right.
Places labelsOfClipped(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    if (node.op_type() != "ArgMax") return false;
    const auto* halved = before(view, before(view, before(view, &node, "Div"), "Add"), "Div");
    return before(view, before(view, halved, "Add"), "Clip") != nullptr;
  });
}

// Sqrt(ReduceSum(X * sigma) + 1 / alpha), where the rows of X * sigma should be multiplied by those of X before they are summed.
Places deviationsWithoutRow(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* product = node.op_type() == "Sqrt" ? before(view, before(view, before(view, &node, "Add"), "ReduceSum"), "MatMul") : nullptr;
    return product && product->input_size() == 2 && view.isInitializer(product->input(1));
  });
}

// Probabilities of an SVMClassifier of two classes, times -1.
Places negatedProbabilities(const GraphView& view) {
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* machine = node.output_size() && isNegation(view, node.output(0)) ? before(view, before(view, &node, "Cast"), "SVMClassifier") : nullptr;
    const auto* probabilities = machine ? GraphView::attribute(*machine, "prob_a") : nullptr;
    return probabilities && probabilities->floats_size();
  });
}

Places infiniteScales(const GraphView& view) {
  return nodesWhere(view, [](const ::onnx::NodeProto& node) {
    const auto* scale = node.op_type() == "Scaler" ? GraphView::attribute(node, "scale") : nullptr;
    return scale && std::any_of(scale->floats().begin(), scale->floats().end(), [](float s) { return std::isinf(s); });
  });
}

// OneHotHashEncoding of ML.NET: the text is cast to the number that its hash would be.
Places hashOfText(const GraphView& view) {
  const auto isText = [&](const std::string& name) {
    const auto& inputs = view.graph().input();
    return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) {
      return input.name() == name && input.type().tensor_type().elem_type() == ::onnx::TensorProto::STRING;
    });
  };
  return nodesWhere(view, [&](const ::onnx::NodeProto& node) {
    const auto* cast = node.op_type() == "OneHotEncoder" && node.input_size() ? view.maker(node.input(0)) : nullptr;
    return cast && cast->op_type() == "Cast" && cast->input_size() && isText(cast->input(0));
  });
}

Places unusedInputs(const GraphView& view) {
  Places places;
  for (int i = 0; i < view.graph().input_size(); i++) {
    const std::string& name = view.graph().input(i).name();
    if (!view.isUsed(name) && !view.isInitializer(name)) places.push_back("input[" + std::to_string(i) + "] '" + name + "'");
  }
  return places;
}

}  // namespace kiln::onnx
