// GaussianProcessModel: the normal distribution of the target at a row, given the training instances. With the kernel k, their
// matrix K, the noise variance s and their targets y it has the mean k(x)' (K + s I)^-1 y, a kernel machine whose coefficients
// are known when the model is compiled, and the variance k(x, x) - k(x)' (K + s I)^-1 k(x) + s.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "compiler/ir/measures.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/kernel_machine.h"
#include "compiler/ir/nodes/pairwise.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/solve.h"
#include "frontends/pmml/models/cholesky.h"
#include "frontends/pmml/models/intervals.h"
#include "frontends/pmml/models/measured_fields.h"
#include "frontends/pmml/models/training_instances.h"

namespace kiln::pmml {

using namespace ir;

namespace {

using Rows = std::vector<std::vector<double>>;

const std::vector<const char*> kKernels = {"RadialBasisKernel", "ARDSquaredExponentialKernel", "AbsoluteExponentialKernel",
                                           "GeneralizedExponentialKernel"};
enum Kernel { radialBasis, squaredExponential, absoluteExponential, generalizedExponential };

struct GaussianProcess {
  Importer& importer;
  Scope& scope;
  const Element* model;
  Builder& build = importer.build;
  Elem elem = mathElem(importer);
  TrainingInstances instances = {};
  std::vector<std::string> features = {};   // the instances' fields but the target, in the order of InstanceFields
  const Element* kernelElement = nullptr;
  double gamma = 1, noise = 1;
  Measure measure = {};
  Rows rows = {}, lower = {};               // lower * lower' = K + noise
  std::vector<double> y = {};
  ValueId x = kNone, deviation = kNone;
  TableRef rowTable = {}, measureTable = {};

  double rounded(double v) const { return elem == Elem::f32 ? static_cast<double>(static_cast<float>(v)) : v; }
  ValueId number(double v) { return elem == Elem::f32 ? build.number32(v) : build.number(v); }

  // ---- training instances

  // Each lambda belongs to a field by its place. The places are those of the InstanceFields; MiningFields in another order leave
  // open which of both is meant.
  bool isSameOrder() {
    std::vector<std::string> mined;
    const Element* schema = model->FirstChildElement("MiningSchema");
    for (const Element* f = schema->FirstChildElement("MiningField"); f; f = f->NextSiblingElement("MiningField")) {
      const char* name = f->Attribute("name");
      if (name && std::find(features.begin(), features.end(), name) != features.end()) mined.push_back(name);
    }
    return mined.size() < features.size() || mined == features;
  }

  bool readFeatures(const std::string& target) {
    for (const std::string& name : instances.fields()) {
      if (name != target) features.push_back(name);
    }
    return !features.empty() || importer.missing(model->FirstChildElement("TrainingInstances"), "InstanceField");
  }

  bool readColumn(const std::string& name, std::vector<double>& into) {
    for (size_t r = 0; r < instances.rows(); ++r) {
      const std::string* text = instances.cell(r, name);
      const auto value = text ? Importer::parseValue(*text, {}) : std::nullopt;
      if (!value || !std::isfinite(*value)) return importer.invalid(instances.element(r), "", "has no number for '" + name + "'");
      into.push_back(rounded(*value));
    }
    return true;
  }

  bool readInstances(const std::string& target) {
    if (!instances.read(importer, model)) return false;
    const Element* element = model->FirstChildElement("TrainingInstances");
    if (instances.rows() > importer.options.limits.gaussianInstances)
      return importer.invalid(element, "", std::to_string(instances.rows()) + " training instances, over the limit of " +
                                               std::to_string(importer.options.limits.gaussianInstances),
                              "raise it with --max-gaussian-instances");
    if (!instances.has(target)) return importer.invalid(element, "", "the training instances have no target '" + target + "'");
    rows.assign(instances.rows(), {});
    if (!readFeatures(target) || !readColumn(target, y)) return false;
    for (const std::string& name : features) {
      std::vector<double> column;
      if (!readColumn(name, column)) return false;
      for (size_t r = 0; r < rows.size(); ++r) rows[r].push_back(column[r]);
    }
    return true;
  }

  bool readRow() {
    std::vector<ValueId> values;
    const Element* element = model->FirstChildElement("TrainingInstances");
    for (const std::string& name : features) {
      const ValueId field = importer.value(scope, name, element);
      if (field == kNone) return false;
      values.push_back(asNumber(importer, field, elem));
      if (values.back() == kNone) return importer.invalid(element, "", "field '" + name + "' is not a number");
    }
    importer.at(element);
    x = build.add(Concat(), values);
    return true;
  }

  // ---- the kernel

  // One lambda a feature; absent: 1.
  std::optional<std::vector<double>> readLambdas(Kernel kernel) {
    std::vector<double> lambdas(features.size(), 1.0);
    if (kernel == radialBasis) {
      const auto lambda = importer.number(kernelElement, "lambda", 1);
      if (!lambda) return std::nullopt;
      if (!(*lambda > 0)) return importer.invalid(kernelElement, "lambda", "must be above 0"), std::nullopt;
      return std::vector<double>(features.size(), *lambda);
    }
    const Element* list = kernelElement->FirstChildElement("Lambda");
    if (!list) return lambdas;
    if (const Element* second = list->NextSiblingElement("Lambda")) return importer.misplaced(second, "a second Lambda"), std::nullopt;
    // Some exporters write the element's name small.
    const Element* array = list->FirstChildElement("Array");
    if (!array) array = list->FirstChildElement("array");
    if (!array) return importer.missing(list, "Array"), std::nullopt;
    const auto numbers = importer.numberArray(array);
    if (!numbers) return std::nullopt;
    if (numbers->size() != features.size())
      return importer.invalid(array, "", "has " + std::to_string(numbers->size()) + " numbers for " + std::to_string(features.size()) + " fields"),
             std::nullopt;
    for (double lambda : *numbers) {
      if (!(lambda > 0)) return importer.invalid(array, "", "a lambda must be above 0"), std::nullopt;
    }
    const bool equal = std::adjacent_find(numbers->begin(), numbers->end(), std::not_equal_to<>()) == numbers->end();
    if (!equal && !isSameOrder())
      return importer.invalid(array, "", "the fields have one order in MiningSchema and another in InstanceFields",
                              "which lambda belongs to which field is open; bring both to one order"),
             std::nullopt;
    return numbers;
  }

  bool findKernel(Kernel& kernel) {
    for (const Element* e = model->FirstChildElement(); e; e = e->NextSiblingElement()) {
      const auto known = std::find_if(kKernels.begin(), kKernels.end(), [&](const char* name) { return !std::strcmp(name, e->Name()); });
      if (known == kKernels.end()) continue;
      if (kernelElement) return importer.misplaced(e, "a second kernel");
      kernelElement = e, kernel = static_cast<Kernel>(known - kKernels.begin());
    }
    if (!kernelElement) return importer.missing(model, "a kernel: RadialBasisKernel, ARDSquaredExponentialKernel ...");
    if (kernel == radialBasis) return importer.onlyAttributes(kernelElement, {"description", "gamma", "noiseVariance", "lambda"});
    return importer.onlyChildren(kernelElement, {"Lambda"}) &&
           (kernel == generalizedExponential ? importer.onlyAttributes(kernelElement, {"description", "gamma", "noiseVariance", "degree"})
                                             : importer.onlyAttributes(kernelElement, {"description", "gamma", "noiseVariance"}));
  }

  // gamma exp(-sum of w |x - z|^p): squared kernels have p = 2 and w = 1 / (2 lambda^2), the others w = 1 / lambda^p.
  bool readKernel() {
    Kernel kernel = radialBasis;
    if (!findKernel(kernel)) return false;
    const auto g = importer.number(kernelElement, "gamma", 1), s = importer.number(kernelElement, "noiseVariance", 1);
    const auto degree = kernel == generalizedExponential ? importer.number(kernelElement, "degree", 1) : std::optional<double>(1);
    const auto lambdas = g && s && degree ? readLambdas(kernel) : std::nullopt;
    if (!lambdas) return false;
    if (!(*g > 0)) return importer.invalid(kernelElement, "gamma", "must be above 0");
    if (!(*s >= 0)) return importer.invalid(kernelElement, "noiseVariance", "a variance is not negative");
    if (!(*degree > 0)) return importer.invalid(kernelElement, "degree", "must be above 0");
    gamma = *g, noise = *s;
    const bool squared = kernel == radialBasis || kernel == squaredExponential;
    measure.metric = Measure::exponential, measure.gamma = gamma, measure.p = squared ? 2 : *degree;
    for (double lambda : *lambdas) measure.weight.push_back(squared ? 1 / (2 * lambda * lambda) : 1 / std::pow(lambda, measure.p));
    return true;
  }

  // ---- the distribution

  bool factor() {
    Matrix matrix;
    matrix.shape = {static_cast<uint32_t>(rows.size()), static_cast<uint32_t>(features.size())};
    for (const auto& row : rows) matrix.numbers.insert(matrix.numbers.end(), row.begin(), row.end());
    lower.assign(rows.size(), std::vector<double>(rows.size()));
    RowValue row;
    row.elements.resize(features.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t c = 0; c < features.size(); ++c) row.elements[c].f64 = rows[i][c], row.elements[c].missing = false;
      for (size_t j = 0; j <= i; ++j) lower[i][j] = lower[j][i] = measured<double>(measure, matrix, j, row).value;
      lower[i][i] += noise;
    }
    return cholesky(lower) ||
           importer.invalid(kernelElement, "noiseVariance", "the covariances of the training instances are not positive definite",
                            "instances that are alike need a noiseVariance above 0");
  }

  ValueId mean() {
    KernelMachine machine;
    rowTable = machine.rows = matrixTable(importer, rows, elem, "instances");
    measureTable = machine.measure = build.table(measure, "kernel");
    machine.coefficients = matrixTable(importer, {solveWithCholesky(lower, y)}, elem, "alpha");
    machine.scalar = true;
    return build.add(std::move(machine), {x}, "mean");
  }

  ValueId standardDeviation() {
    if (deviation != kNone) return deviation;
    Pairwise kernels;
    kernels.rows = rowTable, kernels.measure = measureTable;
    Solve solve;
    solve.matrix = matrixTable(importer, lower, elem, "lower");
    Reduce squares;
    squares.op = Reduce::sumsq;
    const ValueId explained = build.add(squares, {build.add(solve, {build.add(kernels, {x}, "kernels")})}, "explained");
    const ValueId variance = build.call("add", {build.call("sub", {number(gamma), explained}), number(noise)});
    // Rounding may leave less than nothing where there is no noise.
    deviation = build.call("sqrt", {build.call("clip_low", {variance, number(0)})}, false, {}, "deviation");
    return deviation;
  }

  // The page's own example shows mean and deviation both as predictedValue, and so do documents; the deviation has a feature now.
  void warnOfSecondMean() {
    const Element* output = model->FirstChildElement("Output");
    size_t means = 0;
    for (const Element* f = output ? output->FirstChildElement("OutputField") : nullptr; f; f = f->NextSiblingElement("OutputField")) {
      if (importer.attribute(f, "feature").value_or("predictedValue") == "predictedValue" && ++means == 2)
        importer.warn(f, "feature predictedValue shows the mean here too", "the standard deviation is feature standardDeviation");
    }
  }

  std::optional<Prediction> run() {
    const std::vector<std::string> targets = importer.targetNames(model);
    if (targets.size() != 1) return importer.invalid(model, "", "a GaussianProcessModel has one target, found " + std::to_string(targets.size())), std::nullopt;
    if (!readInstances(targets[0]) || !readKernel() || !readRow() || !factor()) return std::nullopt;
    importer.at(model);
    Prediction prediction;
    prediction.value = mean();
    const auto self = std::make_shared<GaussianProcess>(*this);
    addIntervals(importer, prediction, [self] { return self->standardDeviation(); });
    for (const char* name : {"standardDeviation", "standardError"})
      prediction.features[name] = [self](const Element*) { return self->standardDeviation(); };
    warnOfSecondMean();
    return prediction;
  }
};

}  // namespace

std::optional<Prediction> gaussianProcessModel(Importer& importer, Scope& scope, const Element* model) {
  if (!importer.onlyAttributes(model, {"modelName", "functionName", "algorithmName", "optimizer", "isScorable", "x-mathContext"}) ||
      !importer.onlyChildren(model, {"MiningSchema", "Output", "ModelStats", "ModelExplanation", "Targets", "LocalTransformations", "ModelVerification",
                                     "RadialBasisKernel", "ARDSquaredExponentialKernel", "AbsoluteExponentialKernel", "GeneralizedExponentialKernel",
                                     "TrainingInstances"})) {
    return std::nullopt;
  }
  const auto function = importer.required(model, "functionName");
  if (!function) return std::nullopt;
  if (*function != "regression") {
    importer.unsupported(model, "functionName '" + *function + "' of a GaussianProcessModel", "the text defines its score for regression only");
    return std::nullopt;
  }
  return GaussianProcess{importer, scope, model}.run();
}

}  // namespace kiln::pmml
