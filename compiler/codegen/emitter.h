// What a lowering sees: one node of the pipeline, and the means to emit kernel calls for it. A lowering is a function
//   void lower(const ir::Prepare& op, NodeEmitter& emit);
// one a node, in a file of its own under nodes/, found through nodes.def. It is run once for each instance (one row, and N
// rows a call) of each tier, so it must not depend on anything but the node.
#pragma once
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"
#include "runtime/kernels/scorer_plan.h"

namespace kiln::codegen {

/// An argument of a kernel call: a scalar's lanes (passed as a pointer to Val<T,N>, Bool<N> or Str<N>), or a vector's Slot.
struct Arg {
  void* handle = nullptr;   ///< the emitter's own
};

/// What lowerings keep while a model is compiled, by name.
using Kept = std::map<std::string, std::shared_ptr<void>>;

struct Tier;   // tiers.h

class NodeEmitter {
 public:
  virtual ~NodeEmitter() = default;
  virtual const ir::Pipeline& pipeline() const = 0;
  virtual const ir::Node& node() const = 0;
  virtual uint32_t nodeIndex() const = 0;
  virtual const Tier& tier() const = 0;
  /// 1 in the one-row instance, else the tier's lanes.
  virtual int lanes() const = 0;
  virtual bool rowForm() const = 0;   ///< inputs are cells, outputs are cells
  virtual bool plainForm() const { return false; }   ///< one row, which may be left to the instance of all rows (plain_rows.h)
  /// Of an input or output: its first column in the schema.
  virtual uint32_t schemaIndex() const = 0;
  virtual const kernel::FieldPlan& schemaField() const = 0;
  /// Options::strategy: the forest strategy to use, empty for the cheapest; and where a lowering says which one it took.
  virtual std::string strategy() const { return {}; }
  virtual void chose(const std::string& strategy) {}

  size_t operands() const { return node().operands.size(); }
  const ir::Type& operandType(size_t i) const { return pipeline().type(node().operands[i]); }
  const ir::Type& resultType(size_t i = 0) const { return pipeline().type(node().results[i]); }

  virtual Arg in(size_t operand) = 0;
  virtual Arg out(size_t result = 0) = 0;
  /// Lanes of this storage for a value between two kernels of this node.
  virtual Arg temporary(ir::Storage storage) = 0;
  /// The Slot of a vector for values between two kernels of this node.
  virtual Arg temporarySlot(ir::Storage storage, uint32_t count, bool nullable, bool fallible) = 0;
  /// The Slot that the block form of an output is written to.
  virtual Arg outputSlot() = 0;
  /// Calls kiln_<kernel>_<lanes>(const Ctx*, const Params*, args...). The kernel is inlined and specialised.
  virtual void call(const std::string& kernel, const void* params, size_t paramBytes, const std::vector<Arg>& args) = 0;
  template <class P> void call(const std::string& kernel, const P& params, const std::vector<Arg>& args) {
    call(kernel, &params, sizeof params, args);
  }
  void call(const std::string& kernel, const std::vector<Arg>& args) { call(kernel, nullptr, 0, args); }

  /// In the plain form: calls kiln_<kernel>_1(...), which returns whether the row is to be left to the instance of all rows. Where it is
  /// not, result 0 can be neither missing nor failed, unless the operand may be missing.
  virtual void callOrLeave(const std::string& kernel, const void* params, size_t paramBytes, const std::vector<Arg>& args) {}
  template <class P> void callOrLeave(const std::string& kernel, const P& params, const std::vector<Arg>& args) {
    callOrLeave(kernel, &params, sizeof params, args);
  }

  /// For each element of result 0 (once if it is a scalar): loads that element of every operand of the same shape into lanes
  /// (scalar operands broadcast; numpy rules for other shapes), calls the kernel with (operands..., result), stores.
  virtual void elementwise(const std::string& kernel, const void* params, size_t paramBytes) = 0;
  template <class P> void elementwise(const std::string& kernel, const P& params) { elementwise(kernel, &params, sizeof params); }
  void elementwise(const std::string& kernel) { elementwise(kernel, nullptr, 0); }

  /// Adds bytes to the blob, which all tiers and instances share; equal bytes of one `key` are added once. Returns the offset
  /// from Ctx::blob. Readers may load up to 64 bytes beyond.
  virtual uint32_t blob(const std::string& key, const void* bytes, size_t size, uint32_t align) = 0;
  template <class T> uint32_t blob(const std::string& key, const std::vector<T>& values) {
    return blob(key, values.data(), values.size() * sizeof(T), 64);
  }

  /// The same for bytes that are costly to make: `key` must name them alone (all instances and tiers ask for them).
  virtual uint32_t blobOnce(const std::string& key, const std::function<std::string()>& make) {
    const std::string bytes = make();
    return blob(key, bytes.data(), bytes.size(), 64);
  }

  /// What is costly to find out and the same for all instances and tiers: made when first asked for, kept while the model is
  /// compiled. `key` names it, and its type, within this node.
  template <class T, class Make> const T& once(const std::string& key, Make make) {
    if (!keep(key)) {
      auto made = std::make_shared<T>(make());
      keep(key) = std::move(made);
    }
    return *static_cast<const T*>(keep(key).get());
  }

  /// Makes result 0 another name of operand 0, where that cannot fail. Returns whether it does; if not, nothing has happened.
  virtual bool forward() { return false; }
  /// Makes result 0 another name of the elements of operand 0 from `first` on, if both are vectors. Returns whether it does.
  virtual bool view(uint32_t first) { return false; }

  /// Says that the elements of result 0, which a call defines, stand in the blob at this offset, one after the other.
  virtual void constantVector(uint32_t at) {}
  /// Where the elements of such an operand stand; kNone for any other. Who reads them there does not name the operand in a call.
  virtual uint32_t constantAt(size_t operand) const { return ir::kNone; }

  /// A kernel over a whole block, between two stages: calls kiln_<kernel>_row or kiln_<kernel>_block, with
  /// (const Ctx*, const Params*, const Slot* operands, const Slot* results, u64 rows). Every operand, scalars too, is in scratch
  /// (a scalar's Slot has count 1). `rows` is a multiple of the lanes; rows beyond Ctx::rows repeat the last one. A row's
  /// kernel is inlined; scratch of its own is `extraScratch` bytes, 64-aligned, at the offset that `extraAt` returns.
  virtual void callBlock(const std::string& kernel, const void* params, size_t paramBytes) = 0;
  template <class P> void callBlock(const std::string& kernel, const P& params) { callBlock(kernel, &params, sizeof params); }
  /// callBlock, with one Slot for each element of vector operands.
  virtual void callColumns(const std::string& kernel, const void* params, size_t paramBytes) = 0;
  template <class P> void callColumns(const std::string& kernel, const P& params) { callColumns(kernel, &params, sizeof params); }
  /// Reserves scratch for a block kernel, before callBlock; returns its offset from Ctx::scratch.
  virtual uint32_t scratch(size_t bytes) = 0;
  /// Rows of a block: 1 in the one-row instance.
  virtual uint32_t blockRows() const = 0;

  /// The status lane for a failure at this node, or at an input.
  int32_t statusCode(uint32_t cause, uint32_t field = ir::kNone) const {
    const int32_t index = field == ir::kNone ? kernel::kNodeBase + static_cast<int32_t>(nodeIndex()) : static_cast<int32_t>(field);
    return static_cast<int32_t>(cause & 0xff) | index << 8;
  }

 private:
  /// Where the thing of this name is kept, null before it is made.
  virtual std::shared_ptr<void>& keep(const std::string& key) = 0;
};

/// "f64", "f32", "i64", "i32", "bool", "str": the part of a kernel's name that says what it works on.
const char* storageName(ir::Storage storage);

#define NODE(Type, text)   \
  }                        \
  namespace kiln::ir {     \
  struct Type;             \
  }                        \
  namespace kiln::codegen {
#include "compiler/ir/nodes.def"
#undef NODE
#define NODE(Type, text) void lower(const ir::Type& op, NodeEmitter& emit);
#include "compiler/ir/nodes.def"
#undef NODE

}  // namespace kiln::codegen
