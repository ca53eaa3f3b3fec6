// stack: what many equal nodes compute, one element of a concat each, is computed by one node over a vector. Exporters unroll loops:
// two hundred products of two columns, a distance to each of fifty rows, a look-up for each tree. From a run of operands of a concat
// back to what they are made of, equal nodes become one:
//
//   take x at i, take x at j ..           take x at [i, j ..]
//   constants                             a matrix
//   f (a1, b), f (a2, b) ..               f ([a1, a2 ..], b), elementwise functions over [N] or [N,n]
//   reduce, argmax of vectors [n]         over [N,n], or, where n is small, column by column
//   look-ups, by leaves of a forest also  one look-up, in one table
//
// Each element is computed as before, in the same order. A vector fails whole, by the first element that fails, as the concat of these elements does.
// So what is concatenated may fail on its own, but nothing that it is made of, unless with all elements alike: by a vector that they are taken from.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "compiler/ir/compare.h"
#include "compiler/ir/nodes/argmax.h"
#include "compiler/ir/nodes/arrange.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/concat.h"
#include "compiler/ir/nodes/const.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/nodes/lookup.h"
#include "compiler/ir/nodes/reduce.h"
#include "compiler/ir/nodes/reshape.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/tables/lookup.h"
#include "compiler/ir/tables/matrix.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/rewriter.h"

namespace kiln::passes {

using namespace ir;

namespace {

constexpr size_t kFewest = 8;        // operands that are worth a vector
constexpr uint32_t kMostColumns = 8; // of vectors that are reduced column by column

using Parts = std::vector<ValueId>;

/// The nodes that read a value: how many, and a number that is equal for values that are read in the same way (kNone: not known).
struct Readers {
  uint32_t count = 1, way = kNone;
};

/// One stack after the other: over values of the new pipeline, to the end of which nodes are added.
class Stacker {
 public:
  Stacker(Pipeline& pipeline, Rewriter& rewriter, TableAdder& tables, std::vector<Readers>& readers)
      : pipeline_(pipeline), rewriter_(rewriter), tables_(tables), readers_(readers) {}

  /// The parts, of one type, as rows of one value [N] or [N,n]; kNone if that is not to be had. With `dry`, nothing is added, and
  /// any other number says that it is.
  ValueId stack(const Parts& parts, const std::string& name, const Place& place, bool dry) {
    name_ = name, place_ = place, dry_ = dry;
    made_.clear();
    return rows(parts, true);
  }
  /// What stands for an element of a concat: reshaping one element changes nothing.
  ValueId bare(ValueId v) const {
    while (pipeline_.type(v).size() == 1 && node(v).op->kind() == OpKind::Reshape && readers_[v].count <= 1) v = node(v).operands[0];
    return v;
  }
  /// Equal for values that may be stacked; `outer`: as elements of the concat.
  std::string key(ValueId v, bool outer = false) const {
    const Node& from = node(v);
    const Type& type = pipeline_.type(v);
    if ((type.fallible && !mayFail(*from.op, outer)) || type.shape.size() > 1) return {};
    std::string key = std::to_string(static_cast<int>(type.elem)) + ' ' + std::to_string(type.dict) + (type.isScalar() ? "" : ' ' + std::to_string(type.size())) + ' ';
    if (const auto* take = from.op->to<Take>()) return take->at.empty() ? std::string() : key + "take " + std::to_string(from.operands[0]);
    if (from.op->kind() == OpKind::LookupNode) return key + "lookup";
    if (from.op->kind() == OpKind::Reduce || from.op->kind() == OpKind::ArgMax) key += std::to_string(pipeline_.type(from.operands[0]).size()) + ' ';
    return from.op->kind() == OpKind::Const ? key + "const" : key + opBytes(*from.op) + std::to_string(from.operands.size());
  }

 private:
  const Node& node(ValueId v) const { return pipeline_.producer(v); }
  /// Whether a result may fail as its operands do, or, `outer`, on its own. What the operands may do is asked of them.
  static bool mayFail(const Op& op, bool outer) {
    if (const auto* call = op.to<Call>()) return outer || !(call->checked || call->name() == std::string("substring"));
    if (const auto* cast = op.to<Cast>()) return outer || cast->mode != Cast::checked;
    return op.kind() == OpKind::Take || op.kind() == OpKind::Reshape;
  }
  /// Once, or each by the same kinds of nodes, which will take them from the same vector: others would still need them.
  bool areReadAlike(const Parts& parts) const {
    const Readers& first = readers_[parts[0]];
    return all(parts, [&](ValueId v) { return readers_[v].count <= 1 || (first.way != kNone && readers_[v].way == first.way); });
  }
  template <class F> bool all(const Parts& parts, F f) const { return std::all_of(parts.begin(), parts.end(), f); }
  ValueId add(std::unique_ptr<Op> op, std::vector<ValueId> operands) {
    if (dry_) return 0;
    const ValueId v = rewriter_.add(std::move(op), std::move(operands), rewriter_.freeName(name_), place_);
    readers_.resize(v + 1);
    return v;
  }
  std::vector<uint32_t> shapeOf(const Parts& parts) const {
    std::vector<uint32_t> shape = pipeline_.type(parts[0]).shape;
    shape.insert(shape.begin(), static_cast<uint32_t>(parts.size()));
    return shape;
  }

  ValueId rows(const Parts& parts, bool outer = false) {
    const std::string first = key(parts[0], outer);
    if (first.empty() || !all(parts, [&](ValueId v) { return key(v, outer) == first; })) return kNone;
    for (const auto* made : {&vectors_, &made_})
      if (const auto known = made->find(parts); known != made->end()) return known->second;
    const ValueId v = build(parts);
    (dry_ || v == kNone ? made_ : vectors_)[parts] = v;
    return v;
  }
  ValueId build(const Parts& parts) {
    const Op& op = *node(parts[0]).op;
    if (op.kind() == OpKind::Const) return constants(parts);
    if (op.kind() == OpKind::Take) return takes(parts);
    if (!areReadAlike(parts)) return kNone;
    switch (op.kind()) {
      case OpKind::Call:
      case OpKind::Cast:
      case OpKind::Select:
      case OpKind::Coalesce: return elementwise(parts);
      case OpKind::Reduce:
      case OpKind::ArgMax: return alongRows(parts);
      case OpKind::Reshape: return reshaped(parts);
      case OpKind::LookupNode: return lookups(parts);
      default: return kNone;
    }
  }

  Parts operand(const Parts& parts, size_t i) const {
    Parts operands;
    for (ValueId v : parts) operands.push_back(node(v).operands[i]);
    return operands;
  }

  /// With `column`, that element of each.
  ValueId constants(const Parts& parts, uint32_t column = kNone) {
    Matrix matrix;
    matrix.elem = pipeline_.type(parts[0]).elem, matrix.shape = shapeOf(parts);
    if (column != kNone) matrix.shape.resize(1);
    const auto append = [&](auto& to, const auto& from) {
      if (!from.empty()) column == kNone ? void(to.insert(to.end(), from.begin(), from.end())) : to.push_back(from[column]);
    };
    if (!(isNumber(matrix.elem) || matrix.elem == Elem::boolean || matrix.elem == Elem::str)) return kNone;
    for (ValueId v : parts) {
      const auto& constant = node(v).op->as<Const>();
      if (constant.isMissing) return kNone;
      if (constant.matrix.id != kNone) {
        const auto& from = pipeline_.table<Matrix>(constant.matrix);
        append(matrix.numbers, from.numbers), append(matrix.integers, from.integers), append(matrix.text, from.text);
      } else if (isFloat(matrix.elem)) {
        matrix.numbers.push_back(constant.number.value_or(0));
      } else if (matrix.elem == Elem::str) {
        matrix.text.push_back(constant.text.value_or(""));
      } else {
        matrix.integers.push_back(constant.integer.value_or(0));
      }
    }
    auto op = std::make_unique<Const>();
    op->elem = matrix.elem, matrix.name = name_;
    if (!dry_) op->matrix.id = tables_.add(std::make_unique<Matrix>(std::move(matrix)));
    return add(std::move(op), {});
  }

  ValueId takes(const Parts& parts, uint32_t column = kNone) {
    const ValueId x = node(parts[0]).operands[0];
    if (pipeline_.type(x).shape.size() != 1) return kNone;
    auto op = std::make_unique<Take>();
    op->scalar = false;
    for (ValueId v : parts) {
      const std::vector<uint32_t>& at = node(v).op->as<Take>().at;
      if (column == kNone) op->at.insert(op->at.end(), at.begin(), at.end());
      else op->at.push_back(at[column]);
    }
    bool whole = op->at.size() == pipeline_.type(x).size();
    for (uint32_t i = 0; whole && i < op->at.size(); i++) whole = op->at[i] == i;
    const ValueId taken = whole ? x : add(std::move(op), {x});
    return column != kNone || pipeline_.type(parts[0]).isScalar() ? taken : add(std::make_unique<Reshape>(shapeOf(parts)), {taken});
  }

  /// Over [N] or [N,n], or, with `column`, its column: [N].
  ValueId elementwise(const Parts& parts, uint32_t column = kNone) {
    const std::vector<uint32_t> result = shapeOf(parts);
    std::vector<ValueId> operands;
    bool differs = false;
    for (size_t i = 0; i < node(parts[0]).operands.size(); i++) {
      const Parts own = operand(parts, i);
      const bool shared = all(own, [&](ValueId v) { return v == own[0]; });
      const bool scalar = pipeline_.type(own[0]).isScalar();
      const bool spreads = scalar && node(parts[0]).op->kind() != OpKind::Coalesce;  // whose operands have one shape
      ValueId v = shared && spreads ? own[0] : kNone;
      if (v == kNone && shared && !scalar) v = column == kNone ? repeated(own[0], result) : element(own[0], column);
      else if (v == kNone) v = scalar || column == kNone ? rows(own) : columnOf(own, column);
      if (v == kNone) return kNone;
      if (!shared && scalar && column == kNone && result.size() == 2) v = add(std::make_unique<Reshape>(std::vector<uint32_t>{result[0], 1}), {v});
      operands.push_back(v), differs = differs || !shared;
    }
    return differs ? add(node(parts[0]).op->clone(), std::move(operands)) : kNone;
  }
  /// A vector in each row: values of one shape stand in lanes.
  ValueId repeated(ValueId v, const std::vector<uint32_t>& shape) {
    if (shape.size() != 2 || pipeline_.type(v).shape != std::vector<uint32_t>{shape[1]}) return kNone;
    auto op = std::make_unique<Arrange>();
    op->shape = shape, op->strides = {0, 1};
    return add(std::move(op), {v});
  }
  ValueId element(ValueId v, uint32_t at) {
    if (pipeline_.type(v).shape.size() != 1) return kNone;
    auto op = std::make_unique<Take>();
    op->at = {pipeline_.type(v).size() == 1 ? 0 : at};
    return add(std::move(op), {v});
  }
  /// Element `at` of each of some vectors: [N]; kNone if that takes more than computing it alone.
  ValueId columnOf(const Parts& parts, uint32_t at) {
    const std::string first = key(parts[0]);
    if (first.empty() || !all(parts, [&](ValueId v) { return key(v) == first; })) return kNone;
    const Op& op = *node(parts[0]).op;
    const bool one = pipeline_.type(parts[0]).size() == 1;
    if (op.kind() == OpKind::Const) return constants(parts, one ? 0 : at);
    if (op.kind() == OpKind::Take) return takes(parts, one ? 0 : at);
    if (!areReadAlike(parts)) return kNone;
    if (op.kind() == OpKind::Reshape && one) return rows(operand(parts, 0));
    const auto* call = op.to<Call>();
    return (call && !call->checked) || op.kind() == OpKind::Cast || op.kind() == OpKind::Select || op.kind() == OpKind::Coalesce ? elementwise(parts, at) : kNone;
  }

  ValueId alongRows(const Parts& parts) {
    const Parts own = operand(parts, 0);
    if (pipeline_.type(own[0]).shape.size() != 1 || !pipeline_.type(parts[0]).isScalar()) return kNone;
    if (const auto* reduce = node(parts[0]).op->to<Reduce>())
      if (const ValueId v = fold(*reduce, own); v != kNone) return v;
    const ValueId v = rows(own);
    return v == kNone ? kNone : add(node(parts[0]).op->clone(), {v});
  }
  /// Short vectors column by column: sums, products, least and largest as the reduction takes them, element after element.
  ValueId fold(const Reduce& reduce, const Parts& own) {
    const Type type = pipeline_.type(own[0]);   // a copy: types move where nodes are added
    const char* step = reduce.op == Reduce::sum || reduce.op == Reduce::sumsq ? "add" : reduce.op == Reduce::product ? "mul"
                     : reduce.op == Reduce::min ? "min" : reduce.op == Reduce::max ? "max" : nullptr;
    if (!step || reduce.skip || reduce.checked || reduce.order != Reduce::index || type.size() > kMostColumns) return kNone;
    ValueId result = kNone;
    if (reduce.op == Reduce::sum && isFloat(type.elem)) {   // 0 + -0 is 0
      auto zero = std::make_unique<Const>();
      zero->elem = type.elem, zero->number = 0;
      result = add(std::move(zero), {});
    }
    for (uint32_t k = 0; k < type.size(); k++) {
      ValueId v = columnOf(own, k);
      if (v == kNone) return kNone;
      if (reduce.op == Reduce::sumsq) v = add(std::make_unique<Call>("mul"), {v, v});
      result = result == kNone ? v : add(std::make_unique<Call>(step), {result, v});
    }
    return result;
  }

  ValueId reshaped(const Parts& parts) {
    const ValueId v = rows(operand(parts, 0));
    return v == kNone ? kNone : add(std::make_unique<Reshape>(shapeOf(parts)), {v});
  }

  // ---- look-ups
  ValueId lookups(const Parts& parts) {
    const auto tableOf = [&](ValueId v) -> const Lookup& { return pipeline_.table<Lookup>(node(v).op->as<LookupNode>().table); };
    if (!all(parts, [&](ValueId v) { return node(v).operands.size() == 1 && tableOf(v).width == 0; })) return kNone;
    const TableId table = node(parts[0]).op->as<LookupNode>().table.id;
    if (!all(parts, [&](ValueId v) { return node(v).op->as<LookupNode>().table.id == table; })) return lookupsOfLeaves(parts);
    const ValueId keys = rows(operand(parts, 0));
    return keys == kNone ? kNone : add(node(parts[0]).op->clone(), {keys});
  }
  /// Of a table a tree: the tables one after the other, and leaves numbered on.
  ValueId lookupsOfLeaves(const Parts& parts) {
    const Parts keys = operand(parts, 0);
    auto joint = std::make_unique<Lookup>();
    joint->elem = pipeline_.type(parts[0]).elem, joint->dict.id = pipeline_.type(parts[0]).dict, joint->defaultRow = 0;
    std::vector<int64_t> starts;
    uint32_t next = 0;
    for (size_t i = 0; i < parts.size(); i++) {
      const Lookup& from = pipeline_.table<Lookup>(node(parts[i]).op->as<LookupNode>().table);
      if (!from.keys.empty() || !from.missing.empty() || from.rows() < from.sizes[0] || !isLeafBelow(keys[i], from.sizes[0])) return kNone;
      starts.push_back(next), next += from.sizes[0];
      const auto rows = static_cast<std::ptrdiff_t>(from.sizes[0]);
      if (!from.numbers.empty()) joint->numbers.insert(joint->numbers.end(), from.numbers.begin(), from.numbers.begin() + rows);
      if (!from.integers.empty()) joint->integers.insert(joint->integers.end(), from.integers.begin(), from.integers.begin() + rows);
      if (!from.text.empty()) joint->text.insert(joint->text.end(), from.text.begin(), from.text.begin() + rows);
    }
    joint->sizes = {next};
    const ValueId leaves = rows(keys);
    if (leaves == kNone) return kNone;
    Matrix offsets;
    offsets.elem = Elem::i32, offsets.shape = {static_cast<uint32_t>(parts.size())}, offsets.integers = std::move(starts), offsets.name = name_;
    auto constant = std::make_unique<Const>();
    auto lookup = std::make_unique<LookupNode>();
    constant->elem = Elem::i32, joint->name = name_;
    if (!dry_) constant->matrix.id = tables_.add(std::make_unique<Matrix>(std::move(offsets))), lookup->table.id = tables_.add(std::move(joint));
    const ValueId first = add(std::move(constant), {});
    return add(std::move(lookup), {add(std::make_unique<Call>("add"), {leaves, first})});
  }
  /// Whether a value is the leaf that a tree reaches, and all its leaves have numbers below `size`.
  bool isLeafBelow(ValueId v, uint32_t size) const {
    const auto* take = node(v).op->to<Take>();
    if (!take || take->at.size() != 1) return false;
    const auto* op = node(node(v).operands[0]).op->to<ForestNode>();
    if (!op || op->result != ForestNode::leaf) return false;
    const Forest& forest = pipeline_.table<Forest>(op->table);
    const uint32_t begin = forest.roots[take->at[0]];
    const uint32_t end = take->at[0] + 1 < forest.roots.size() ? forest.roots[take->at[0] + 1] : forest.nodes();
    for (uint32_t n = begin; n < end; n++)
      if (forest.isLeaf(n) && forest.yes[n] >= size) return false;
    return true;
  }

  Pipeline& pipeline_;
  Rewriter& rewriter_;
  TableAdder& tables_;
  std::vector<Readers>& readers_;   // of a value of the new pipeline
  std::map<Parts, ValueId> made_, vectors_;   // of one stack; of all
  std::string name_;
  Place place_;
  bool dry_ = false;
};

class Stack {
 public:
  explicit Stack(Pipeline& pipeline) : pipeline_(pipeline), tables_(pipeline) {
    std::vector<std::string> ways(pipeline.values.size());
    old_.assign(pipeline.values.size(), {0, kNone});
    const std::vector<bool> needed = neededNodes(pipeline);
    for (NodeId id = 0; id < pipeline.nodes.size(); id++)
      if (needed[id]) addReader(id, ways);
    std::unordered_map<std::string, uint32_t> numbers;
    for (ValueId v = 0; v < ways.size(); v++) old_[v].way = numbers.emplace(std::move(ways[v]), static_cast<uint32_t>(numbers.size())).first->second;
  }

  bool run() {
    Rewriter rewriter(pipeline_);
    Stacker stacker(pipeline_, rewriter, tables_, readers_);
    bool changed = false;
    for (NodeId id = 0; id < rewriter.size(); id++) {
      const auto* concat = rewriter.old(id).op->to<Concat>();
      const bool mayStack = concat && !concat->rows && concat->axis == 0 && rewriter.old(id).operands.size() >= kFewest;
      if (mayStack && replace(rewriter, stacker, id)) {
        changed = true;
        readers_.resize(pipeline_.values.size());
        continue;
      }
      const std::vector<ValueId> results = rewriter.old(id).results;
      rewriter.keep(id);
      readers_.resize(pipeline_.values.size());
      for (ValueId v : results) readers_[rewriter.now(v)] = old_[v];
    }
    return changed;
  }

 private:
  /// Adds a node to the readers of its operands. Elements of one concat are read in the same way, those of two are not; an output or a note
  /// reads like no other node.
  void addReader(NodeId id, std::vector<std::string>& ways) {
    const Node& node = pipeline_.nodes[id];
    const bool gathers = node.op->kind() == OpKind::Concat;
    const std::string way = node.op->name() + (isPure(*node.op) ? std::string() : std::to_string(id)) + (gathers ? std::to_string(id) : std::string());
    std::map<ValueId, std::string> places;
    for (size_t i = 0; i < node.operands.size(); i++) places[node.operands[i]] += gathers ? "" : ' ' + std::to_string(i);
    for (auto& [v, at] : places) old_[v].count++, ways[v] += way + at + ';';
  }

  /// Runs of operands that stack, as one operand each.
  bool replace(Rewriter& rewriter, Stacker& stacker, NodeId id) {
    const std::string name = rewriter.oldValue(rewriter.old(id).results[0]).name;
    const Place place = rewriter.old(id).place;
    const std::vector<uint32_t> shape = rewriter.oldValue(rewriter.old(id).results[0]).type.shape;
    const std::vector<ValueId> operands = rewriter.operandsNow(id);
    std::vector<ValueId> joined;
    bool changed = false;
    for (size_t from = 0, to; from < operands.size(); from = to) {
      Parts parts = {stacker.bare(operands[from])};
      const std::string key = stacker.key(parts[0], true);
      for (to = from + 1; !key.empty() && to < operands.size() && stacker.key(stacker.bare(operands[to]), true) == key; to++)
        parts.push_back(stacker.bare(operands[to]));
      if (parts.size() < kFewest || stacker.stack(parts, name, place, true) == kNone) {
        joined.insert(joined.end(), operands.begin() + static_cast<std::ptrdiff_t>(from), operands.begin() + static_cast<std::ptrdiff_t>(to));
        continue;
      }
      const ValueId v = stacker.stack(parts, name, place, false);
      const uint32_t size = pipeline_.type(v).size();
      joined.push_back(pipeline_.type(v).shape.size() == 1 ? v : rewriter.add(std::make_unique<Reshape>(std::vector<uint32_t>{size}), {v}, rewriter.freeName(name), place));
      changed = true;
    }
    if (!changed) return false;
    const ValueId old = rewriter.old(id).results[0];
    if (joined.size() == 1) rewriter.replace(old, rewriter.add(std::make_unique<Reshape>(shape), joined, name, place));
    else rewriter.replace(old, rewriter.add(std::make_unique<Concat>(), std::move(joined), name, place));
    return true;
  }

  Pipeline& pipeline_;
  std::vector<Readers> old_, readers_;   // of values of the old and of the new pipeline
  TableAdder tables_;
};

}  // namespace

bool stack(Pipeline& pipeline) { return Stack(pipeline).run(); }

}  // namespace kiln::passes
