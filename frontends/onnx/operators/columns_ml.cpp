// Operators of ai.onnx.ml over columns: Normalizer, Imputer, Binarizer, FeatureVectorizer, ArrayFeatureExtractor, ZipMap.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/gather.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/select.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/lookup.h"
#include "frontends/onnx/axes.h"
#include "frontends/onnx/elementwise.h"
#include "frontends/onnx/operators/trees.h"
#include "frontends/onnx/places.h"

namespace kiln::onnx {

// Divides by the largest, the sum of absolute values, or the root of the sum of squares; by 0 it does not divide. In float, as ONNX
// Runtime; MAX takes the largest value, not the largest absolute value.
void normalizer(OperatorImport& n) {
  const Tensor& x = n.number(0);
  if (x.rank() > 2) n.unsupported("Normalizer of a tensor with more than two dimensions");
  const int norm = n.choice("norm", {"MAX", "L1", "L2"}, 0);
  const OperatorImport::Rows rows = n.rows(n.cast(x, ElementType::f32));
  const auto reduce = [&](ir::Reduce::Kind kind, ValueId v) {
    ir::Reduce op;
    op.op = kind;
    return n.build.add(std::move(op), {v});
  };
  std::vector<ValueId> parts;
  for (ValueId row : rows.vectors) {
    // The largest value, but not below the lowest finite one; NaN left out.
    const ValueId lowest = n.build.number32(std::numeric_limits<float>::lowest());
    const ValueId comparable = norm == 0 ? n.build.add(ir::Select(), {n.build.call("is_nan", {row}), lowest, row}) : row;
    const ValueId by = norm == 0 ? n.build.call("max", {reduce(ir::Reduce::max, comparable), lowest}) : norm == 1 ? reduce(ir::Reduce::sum, n.build.call("abs", {row})) : reduce(ir::Reduce::sumsq, row);
    ValueId scaled = n.build.call("div", {norm == 2 ? n.build.call("mul", {row, row}) : row, by});
    if (norm == 2) {
      scaled = n.build.call("sqrt", {scaled});
      scaled = n.build.add(ir::Select(), {n.build.call("lt", {row, n.build.number32(0)}), n.build.call("neg", {scaled}), scaled});
    }
    parts.push_back(n.build.add(ir::Select(), {n.build.call("ne", {by, n.build.number32(0)}), scaled, row}));
  }
  Axes axes = rows.outer;
  axes.push_back({rows.columns, Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, parts));
}

// Puts a value in place of another (or of NaN).
void imputer(OperatorImport& n) {
  const Tensor& x = n.number(0);
  if (x.rank() == 0) n.invalid("needs a tensor of one or two dimensions");
  Elements put;
  Tensor replaced;
  const bool floats = isFloat(x.type);
  const double replacedFloat = n.number("replaced_value_float", 0);
  const int64_t replacedInteger = n.integer("replaced_value_int64", 0);
  const auto numbers = n.numbers("imputed_value_floats");
  const auto integers = n.integers("imputed_value_int64s");
  if (floats) put.numbers = numbers, replaced = hostScalar(x.type, replacedFloat);
  else put.integers = integers, replaced = hostScalar(x.type, 0);
  if (!floats) {
    Elements one;
    one.integers = {replacedInteger};
    replaced = hostTensor(x.type, {}, std::move(one));
  }
  const auto size = static_cast<int64_t>(put.size());
  if (size != 1 && x.axes.back().isBatch()) n.columnsAreRows();
  if (size != 1 && size != x.axes.back().size) n.invalid("has " + std::to_string(size) + " imputed values for " + std::to_string(x.axes.back().size) + " columns");
  const Tensor values = hostTensor(x.type, plainAxes({size}), std::move(put));
  const ValueId isReplaced = floats && std::isnan(replacedFloat) ? n.build.call("is_nan", {n.value(x)}) : n.build.call("eq", {n.value(x), n.value(replaced)});
  const OperatorImport::Broadcast all = n.broadcast({x, values});
  n.output(0, x.type, all.axes, n.build.add(ir::Select(), {isReplaced, all.values[1], all.values[0]}));
}

// Whether an integer exceeds a number, which may be a fraction: if it is at least the next whole one.
static ValueId wholeAbove(OperatorImport& n, const Tensor& x, double threshold) {
  const bool wide = elemOf(x.type) == ir::Elem::i64;
  const double beyond = wide ? 0x1p63 : 0x1p31, next = std::floor(threshold) + 1;
  const auto compare = [&](const char* function, int64_t with) { return n.build.call(function, {n.value(x), n.build.integer(with, elemOf(x.type))}); };
  if (!(next < beyond)) return compare("gt", wide ? INT64_MAX : INT32_MAX);   // never
  return compare("ge", static_cast<int64_t>(std::max(next, -beyond)));
}

// 1 where x > threshold, else 0. NaN is a run-time error.
void binarizer(OperatorImport& n) {
  const Tensor& x = n.number(0);
  refuseUnsigned64(n, x);
  const double threshold = n.number("threshold", 0);
  ValueId above = kNone;
  if (isFloat(x.type)) {
    ValueId value = n.value(x);
    value = failedWhereAny(n, value, n.build.call("is_nan", {value}));
    above = n.build.call("gt", {value, n.value(hostScalar(x.type, threshold))});
  } else {
    above = wholeAbove(n, x, threshold);
  }
  n.output(0, x.type, x.axes, n.build.add(ir::Cast(elemOf(x.type)), {above}));
}

// All inputs side by side, in float.
void featureVectorizer(OperatorImport& n) {
  const auto dimensions = n.integers("inputdimensions");
  if (!dimensions.empty() && dimensions.size() != n.inputs()) n.invalid("attribute 'inputdimensions' has " + std::to_string(dimensions.size()) + " entries for " + std::to_string(n.inputs()) + " inputs");
  Axes outer;
  std::vector<std::vector<ValueId>> parts;   // by row
  int64_t columns = 0;
  for (size_t i = 0; i < n.inputs(); i++) {
    Tensor x = n.number(i);
    if (x.rank() == 1 && x.axes[0].isBatch()) n.mixesRows("an input of one dimension is a row");
    if (x.rank() > 2) {   // what stands after the first dimension is the row's, as ONNX Runtime reads it
      const auto row = merge(Axes(x.axes.begin() + 1, x.axes.end()));
      if (!row || row->isBatch()) n.columnsAreRows();
      x = withAxes(n, x, {x.axes[0], *row});
    }
    OperatorImport::Rows rows = n.rows(n.cast(x, ElementType::f32));
    if (rows.outer.empty()) rows.outer = {Axis()};
    if (i == 0) outer = rows.outer, parts.resize(rows.vectors.size());
    else if (!(outer == rows.outer)) n.invalid("inputs have different numbers of rows: " + describe(outer) + " and " + describe(rows.outer));
    const int64_t wanted = dimensions.empty() ? rows.columns : dimensions[i];
    constexpr int64_t kMostColumns = 1 << 16;
    if (wanted < 0) n.invalid("attribute 'inputdimensions' has " + std::to_string(wanted));
    if (wanted > kMostColumns) n.unsupported(std::to_string(wanted) + " columns of an input");
    columns += wanted;
    for (size_t r = 0; r < rows.vectors.size(); r++) {
      ValueId part = rows.vectors[r];
      if (wanted < rows.columns) {   // the first ones; a longer dimension is filled with zeros
        ir::Take take;
        take.scalar = false;
        for (uint32_t c = 0; c < wanted; c++) take.at.push_back(c);
        part = wanted ? n.build.add(std::move(take), {part}) : kNone;
      }
      if (part != kNone) parts[r].push_back(part);
      for (int64_t c = rows.columns; c < wanted; c++) parts[r].push_back(n.build.number32(0));
    }
  }
  if (!n.inputs() || !columns) n.invalid("has no columns");
  std::vector<ValueId> flat;
  for (auto& row : parts) flat.insert(flat.end(), row.begin(), row.end());
  Axes axes = outer;
  axes.push_back({columns, Batch::none});
  n.output(0, n.assemble(ElementType::f32, axes, flat));
}

namespace {

// Indices that the row computes, as a value; one outside of 0 .. size - 1 fails the row: they do not count from the end.
ValueId inside(OperatorImport& n, const Tensor& index, ValueId value, int64_t size) {
  const auto limit = [&](const char* compare, int64_t bound) { return n.build.call(compare, {value, n.build.integer(bound, elemOf(index.type))}); };
  return failedWhereAny(n, value, n.build.call("or", {limit("lt", 0), limit("ge", size)}));
}

// Elements of a constant list.
ValueId pick(OperatorImport& n, const Tensor& list, const Tensor& index) {
  const auto size = static_cast<uint32_t>(list.count());
  ir::Lookup table;
  table.elem = elemOf(list.type), table.sizes = {size};
  table.text = list.host->texts, table.numbers = list.host->numbers, table.integers = list.host->integers;
  table.defaultRow = 0, table.missingRow = 0;
  ir::LookupNode lookup;
  lookup.table = n.build.table(std::move(table), "list");
  const ValueId at = inside(n, index, n.value(index), size);
  return n.build.add(std::move(lookup), {n.build.type(at).elem == ir::Elem::i32 ? at : n.build.add(ir::Cast(ir::Elem::i32), {at})});
}

// Columns of a matrix, or of what the row computes.
ValueId gatherColumns(OperatorImport& n, const Tensor& x, const Tensor& index, const Axis& flat) {
  if (hasBatch(x.axes) && flat.isBatch()) n.mixesRows("takes columns of every row by the indices of every row");
  Places places;
  const std::vector<int64_t> strides = stridesOf(x.axes);
  for (size_t i = 0; i + 1 < x.rank(); i++) places.add(x.axes[i], 0, strides[i]);
  places.add(flat, 1, 0);
  places.dims = {x.axes.back().size}, places.strides = {1};
  ir::Gather op;
  op.shape = placeShape(places), op.places = addressing(places);
  return n.build.add(std::move(op), {n.vector(x), inside(n, index, n.vector(index), x.axes.back().size)});
}

}  // namespace

// Columns by their numbers. A list [C] gives [1,k].
void arrayFeatureExtractor(OperatorImport& n) {
  const Tensor& x = n.tensor(0);
  const Tensor& index = n.tensor(1, {ElementType::i64, ElementType::i32});
  if (x.rank() == 0) n.invalid("needs a tensor of one or more dimensions");
  if (x.axes.back().isBatch()) n.columnsAreRows();
  if (index.count() == 0) n.invalid("has no index");
  const auto flat = merge(index.axes);
  if (!flat) n.mixesRows("indices " + describe(index.axes) + " become one list");
  Axes axes(x.axes.begin(), x.axes.end() - 1);
  if (axes.empty()) axes = {Axis()};
  axes.push_back(*flat);
  if (!index.isConstant() && x.isConstant() && x.count() == x.axes.back().size) {
    Tensor flatIndex = n.tensorOf(index.type, {*flat}, n.vector(index));
    if (flat->size == 1) flatIndex.value = n.shaped(index, {});
    const ValueId picked = pick(n, x, flatIndex);
    return n.output(0, x.type, axes, n.reshape(picked, irShape(axes)));
  }
  if (!index.isConstant()) return n.output(0, x.type, axes, n.reshape(gatherColumns(n, x, index, *flat), irShape(axes)));
  std::vector<ValueId> parts;
  const OperatorImport::Rows rows = n.rows(x);
  ir::Take take;
  take.scalar = index.count() == 1;
  for (int64_t i : n.elements(1).integers) {
    if (i < 0 || i >= rows.columns)
      n.invalid("index " + std::to_string(i) + " of " + std::to_string(rows.columns) + " columns",
                rows.columns == 1 ? "exporters write this where the first step of a pipeline reads several columns and each column is an input of its own: export with one input of all columns" : "");
    take.at.push_back(static_cast<uint32_t>(i));
  }
  for (ValueId row : rows.vectors) parts.push_back(n.build.add(ir::Take(take), {row}));
  n.output(0, n.assemble(x.type, axes, parts));
}

// The columns of a row by name: becomes output columns NAME[label].
void zipMap(OperatorImport& n) {
  const Tensor& x = n.number(0);
  if (n.texts("classlabels_strings").empty() && n.integers("classlabels_int64s").empty()) {
    n.warn("has no labels: its output is the tensor of its input", "exporters write this for models of several outputs; ONNX Runtime refuses it. Export with the option zipmap=False");
    return n.output(0, x);
  }
  const ClassLabels labels = readLabels(n, "classlabels_strings", "classlabels_int64s");
  if (x.rank() == 0 || x.rank() > 2) n.unsupported("ZipMap of a tensor with " + std::to_string(x.rank()) + " dimensions");
  if (x.axes.back().isBatch()) n.columnsAreRows();
  if (x.axes.back().size != static_cast<int64_t>(labels.size())) n.invalid("has " + std::to_string(labels.size()) + " labels for " + std::to_string(x.axes.back().size) + " columns");
  Value maps;
  maps.kind = Value::maps, maps.keys = labels.shown();
  std::vector<uint32_t> kept;   // of equal labels the last
  std::unordered_map<std::string, uint32_t> last;
  for (uint32_t i = 0; i < maps.keys.size(); i++) last[maps.keys[i]] = i;
  for (uint32_t i = 0; i < maps.keys.size(); i++)
    if (last[maps.keys[i]] == i) kept.push_back(i);
  if (kept.size() == maps.keys.size()) {
    maps.data = x;
  } else {
    n.warn("a label stands twice", "the last column of that label counts");
    std::vector<ValueId> parts;
    const OperatorImport::Rows rows = n.rows(x);
    ir::Take take;
    take.at = kept, take.scalar = kept.size() == 1;
    for (ValueId row : rows.vectors) parts.push_back(n.build.add(ir::Take(take), {row}));
    Axes axes(x.axes.begin(), x.axes.end() - 1);
    axes.push_back({static_cast<int64_t>(kept.size()), Batch::none});
    maps.data = n.assemble(x.type, axes, parts);
    std::vector<std::string> names;
    for (uint32_t i : kept) names.push_back(maps.keys[i]);
    maps.keys = names;
  }
  n.output(0, std::move(maps));
}

}  // namespace kiln::onnx
