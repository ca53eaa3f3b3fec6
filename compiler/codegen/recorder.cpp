#include "compiler/codegen/recorder.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <string_view>

#include "compiler/codegen/one_element.h"
#include "compiler/codegen/read_elements.h"
#include "compiler/codegen/wide_row.h"
#include "compiler/ir/nodes/call.h"
#include "compiler/ir/nodes/cast.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/scalars.h"

namespace kiln::codegen {

const char* storageName(ir::Storage storage) {
  static const char* const names[] = {"f64", "f32", "i64", "i32", "bool", "str"};
  return names[static_cast<int>(storage)];
}

bool representable(const ir::Type& type) { return type.elem != ir::Elem::str; }

namespace {

void lowerNode(const ir::Op& op, NodeEmitter& emit) {
  switch (op.kind()) {
#define NODE(Type, text) \
  case ir::OpKind::Type: return lower(reinterpret_cast<const ir::Type&>(op), emit);
#include "compiler/ir/nodes.def"
#undef NODE
  }
}

class Recorder final : public NodeEmitter {
 public:
  explicit Recorder(const RecordOptions& options) : options_(options), inputs_(options.pipeline.inputs()), outputs_(options.pipeline.outputs()) {
    record_.blockRows = rowForm() ? 1 : options.blockRows;
    for (const ir::Value& value : pipeline().values) {
      localOf_.push_back(static_cast<LocalId>(record_.locals.size()));
      record_.locals.push_back(localOf(value.type));
    }
  }

  Record run() {
    addSchema();
    for (index_ = 0; index_ < pipeline().nodes.size(); index_++) {
      open_ = false, scratchUsed_ = 0;
      if (elementForm() && lowerOfElement(*options_.element, *this)) continue;
      if (wideForm() && lowerOfWideRow(*this)) continue;
      if (const auto* input = node().op->to<ir::Input>(); input && !input->list && !rowForm()) continue;   // the driver fills its Slot
      if (node().op->kind() == ir::OpKind::Const && resultType().isScalar()) record_.locals[node().results[0]].constant = true;
      lowerNode(*node().op, *this);
      record_.blockScratch = std::max(record_.blockScratch, scratchUsed_);
    }
    leaveInBlob();
    // What a block kernel reads stands in scratch: such a constant is written once.
    for (const Piece& p : record_.pieces)
      if (p.block)
        for (LocalId local : p.uses) record_.locals[local].constant = false;
    return std::move(record_);
  }

  const ir::Pipeline& pipeline() const override { return options_.pipeline; }
  const ir::Node& node() const override { return pipeline().nodes[index_]; }
  uint32_t nodeIndex() const override { return index_; }
  const Tier& tier() const override { return options_.tier; }
  int lanes() const override { return rowForm() ? 1 : options_.tier.lanes; }
  bool rowForm() const override { return options_.form == Form::row || options_.form == Form::plain || wideForm(); }
  bool plainForm() const override { return options_.form == Form::plain; }
  std::string strategy() const override { return options_.strategy; }
  void chose(const std::string& strategy) override {
    options_.strategies.push_back("node " + std::to_string(index_) + ", " + options_.tier.name + (rowForm() ? ", row: " : ", block: ") +
                                  strategy);
  }
  uint32_t schemaIndex() const override { return schema_[index_]; }
  const kernel::FieldPlan& schemaField() const override {
    const Schema& schema = options_.schema;
    return (node().op->kind() == ir::OpKind::Input ? schema.inputs : schema.outputs)[schemaIndex()];
  }
  uint32_t blockRows() const override { return record_.blockRows; }

  Arg in(size_t operand) override { return handle(localOf_[node().operands[operand]], false); }
  Arg out(size_t result) override { return handle(localOf_[node().results[result]], true); }
  Arg outputSlot() override { return handle(record_.outputs[schemaIndex()].local, true); }
  Arg temporary(ir::Storage storage) override { return handle(addLocal({storage}), true); }
  Arg temporarySlot(ir::Storage storage, uint32_t count, bool nullable, bool fallible) override {
    return handle(addLocal({storage, count, true, nullable, fallible}), true);
  }

  void call(const std::string& kernel, const void* params, size_t paramBytes, const std::vector<Arg>& args) override {
    addCall(Operation::call, kernel, params, paramBytes, args);
  }
  void callOrLeave(const std::string& kernel, const void* params, size_t paramBytes, const std::vector<Arg>& args) override {
    addCall(Operation::leave, kernel, params, paramBytes, args);
    record_.locals[localOf_[node().results[0]]].fallible = false;
  }
  void elementwise(const std::string& kernel, const void* params, size_t paramBytes) override {
    wholeNode(Operation::elementwise, kernel, params, paramBytes, 1);
    record_.pieces.back().operations.back().uniform = isUniform(node());
  }
  void constantVector(uint32_t at) override { inBlob_[localOf_[node().results[0]]] = at; }
  uint32_t constantAt(size_t operand) const override {
    const auto found = inBlob_.find(localOf_[node().operands[operand]]);
    return found == inBlob_.end() ? ir::kNone : found->second;
  }
  void callBlock(const std::string& kernel, const void* params, size_t paramBytes) override {
    wholeNode(Operation::block, kernel, params, paramBytes, node().results.size());
  }
  void callColumns(const std::string& kernel, const void* params, size_t paramBytes) override {
    wholeNode(Operation::columns, kernel, params, paramBytes, node().results.size());
  }

  uint32_t blob(const std::string& key, const void* bytes, size_t size, uint32_t align) override {
    return options_.blob.add(key, bytes, size, align);
  }
  uint32_t blobOnce(const std::string& key, const std::function<std::string()>& make) override { return options_.blob.addOnce(key, make); }
  bool forward() override {
    const LocalId operand = localOf_[node().operands[0]];
    if (record_.locals[operand].fallible) return false;
    localOf_[node().results[0]] = operand;
    return true;
  }
  bool view(uint32_t first) override {
    const LocalId whole = localOf_[node().operands[0]];
    const Local& from = record_.locals[whole];
    const Local& to = record_.locals[node().results[0]];
    if (!from.vector || !to.vector) return false;
    LocalId view = whole;
    if (from.count != to.count) {
      Local part = from;
      part.count = to.count, part.whole = wholeOf(whole), part.first = from.first + first;
      part.input = part.output = ir::kNone;
      view = addLocal(part);
    }
    localOf_[node().results[0]] = view;
    return true;
  }
  uint32_t scratch(size_t bytes) override {
    const auto at = static_cast<uint32_t>(scratchUsed_);
    scratchUsed_ = (scratchUsed_ + bytes + 63) / 64 * 64;
    return at;
  }

 private:
  bool elementForm() const { return options_.form == Form::element; }
  bool wideForm() const { return options_.form == Form::wide; }
  std::shared_ptr<void>& keep(const std::string& key) override { return options_.kept[std::to_string(index_) + " " + key]; }
  static Local localOf(const ir::Type& type) {
    assert(!type.isList() && "lists have no lowering yet");
    return {type.storage(), type.size(), !type.isScalar(), type.nullable, type.fallible};
  }
  static std::string bytesOf(const void* p, size_t n) { return std::string(static_cast<const char*>(p), n); }

  LocalId wholeOf(LocalId local) const { return record_.locals[local].whole == ir::kNone ? local : record_.locals[local].whole; }
  LocalId addLocal(Local local) {
    record_.locals.push_back(local);
    return static_cast<LocalId>(record_.locals.size() - 1);
  }
  static Arg handle(LocalId local, bool defines) {
    return {reinterpret_cast<void*>((static_cast<uintptr_t>(local) + 1) << 1 | (defines ? 1 : 0))};
  }
  Piece& piece(bool block) {
    if (!open_ || block || record_.pieces.back().block) record_.pieces.push_back({index_, block, {}, {}, {}});
    open_ = true;
    return record_.pieces.back();
  }
  void addCall(Operation::Kind kind, const std::string& kernel, const void* params, size_t paramBytes, const std::vector<Arg>& args) {
    Operation operation{kind, kernel, bytesOf(params, paramBytes), {}};
    Piece& p = piece(false);
    for (const Arg& arg : args) {
      const auto raw = reinterpret_cast<uintptr_t>(arg.handle);
      assert(raw != 0 && "an argument that is not the emitter's");
      const auto local = static_cast<LocalId>((raw >> 1) - 1);
      operation.arguments.push_back(local);
      (raw & 1 ? p.defines : p.uses).push_back(wholeOf(local));
    }
    p.operations.push_back(std::move(operation));
  }
  void wholeNode(Operation::Kind kind, const std::string& kernel, const void* params, size_t paramBytes, size_t results) {
    Piece& p = piece(kind != Operation::elementwise);
    Operation operation{kind, kernel, bytesOf(params, paramBytes), {}};
    for (ir::ValueId v : node().operands) operation.arguments.push_back(localOf_[v]), p.uses.push_back(wholeOf(localOf_[v]));
    for (size_t r = 0; r < results; r++) operation.arguments.push_back(localOf_[node().results[r]]), p.defines.push_back(localOf_[node().results[r]]);
    p.operations.push_back(std::move(operation));
  }
  bool isUniform(const ir::Node& node) const {
    if (const auto* cast = node.op->to<ir::Cast>()) return cast->mode == ir::Cast::saturate || cast->mode == ir::Cast::wrap || cast->mode == ir::Cast::lowest;
    if (node.op->kind() == ir::OpKind::Select) return !pipeline().type(node.operands[1]).fallible && !pipeline().type(node.operands[2]).fallible;
    const auto* call = node.op->to<ir::Call>();
    if (call == nullptr || call->checked || call->function->missing != ir::MissingRule::strict) return false;
    const std::string_view signature = call->function->signature;
    return signature.find_first_of("ste") == std::string_view::npos;   // text and dates may fail on their own
  }
  // Constant vectors that are only read in the blob need no place in scratch.
  void leaveInBlob() {
    std::vector<bool> stay(record_.locals.size(), false);
    for (const auto& [local, at] : inBlob_) stay[local] = true;
    for (const Local& local : record_.locals)
      if (local.whole != ir::kNone) stay[local.whole] = false;
    for (const Piece& p : record_.pieces)
      for (const Operation& operation : p.operations)
        if (operation.kind != Operation::elementwise)
          for (LocalId l : operation.arguments) stay[l] = stay[l] && std::find(p.defines.begin(), p.defines.end(), l) != p.defines.end();
    for (const auto& [local, at] : inBlob_)
      if (stay[local]) record_.locals[local].inBlob = at;
    const auto isKept = [&](const Piece& p) { return p.defines.empty() || record_.locals[p.defines[0]].inBlob == ir::kNone; };
    std::erase_if(record_.pieces, [&](const Piece& p) { return !isKept(p); });
  }
  /// Elements of an input that a block brings in: all, unless they are numbers that cannot fail, most of which nothing reads.
  std::vector<bool> readInBlocks(ir::NodeId input) const {
    const ir::ValueId v = pipeline().nodes[input].results[0];
    const ir::Type& type = pipeline().type(v);
    std::vector<bool> read(type.size(), true);
    if (rowForm() || type.isScalar() || !ir::isFloat(type.elem) || type.nullable || record_.locals[v].fallible) return read;
    const std::vector<bool> some = readElements(pipeline(), input);
    return std::count(some.begin(), some.end(), true) * 2 <= static_cast<std::ptrdiff_t>(some.size()) ? some : read;
  }
  void addSchema() {
    schema_.assign(pipeline().nodes.size(), ir::kNone);
    for (ir::NodeId node : inputs_) {
      const auto first = static_cast<uint32_t>(record_.inputs.size());
      schema_[node] = first;
      const auto& input = pipeline().nodes[node].op->as<ir::Input>();
      const ir::ValueId v = pipeline().nodes[node].results[0];
      if (input.list) {
        record_.inputs.push_back({});
        continue;
      }
      if (elementForm()) {   // what fails there is left to the whole pipeline
        record_.locals[v].fallible = false;
        continue;
      }
      if (wideForm()) record_.locals[v].fallible = false, record_.locals[v].inRow = readsInRow(pipeline());   // numbers of a matrix
      if (!rowForm()) {
        Local& local = record_.locals[v];
        local.input = first;
        // A number of a matrix is a number, or NaN, which is missing or a value.
        if (ir::isFloat(input.elem) && (local.nullable || input.blank)) local.fallible = false;
      }
      const std::vector<bool> read = readInBlocks(node);
      for (uint32_t e = 0; e < read.size(); e++) record_.inputs.push_back(read[e] ? Element{v, e} : Element{});
    }
    for (ir::NodeId node : outputs_) {
      const auto first = static_cast<uint32_t>(record_.outputs.size());
      schema_[node] = first;
      const ir::Type& type = pipeline().type(pipeline().nodes[node].operands[0]);
      LocalId slot = ir::kNone;
      if (!rowForm() && !elementForm() && representable(type)) slot = addLocal({type.storage(), type.size(), true, true, false, ir::kNone, first});
      for (uint32_t e = 0; e < type.size(); e++) record_.outputs.push_back({slot, e});
    }
  }

  const RecordOptions& options_;
  std::vector<ir::NodeId> inputs_, outputs_;
  std::vector<uint32_t> schema_;
  std::vector<LocalId> localOf_;   // by value: its own, or the one that it is another name of
  Record record_;
  uint32_t index_ = 0;
  bool open_ = false;
  uint64_t scratchUsed_ = 0;
  std::map<LocalId, uint32_t> inBlob_;   // constant vectors: where they stand
};

}  // namespace

Record record(const RecordOptions& options) { return Recorder(options).run(); }

}  // namespace kiln::codegen
