// What an operator sees of its node, and how it answers. An operator is one function, `void scaler(OperatorImport& n)`, in a file
// of its own under operators/, with one row in operators.def. It reads its inputs and attributes, emits IR through n.build
// and sets its outputs. Whatever it does not take it refuses (n.unsupported, n.invalid), which ends the function; what stands in
// an attribute that it did not read, or an input that it did not ask for, is refused after it. docs/adding.md walks through one.
//
// An operator needs no code of its own for compile-time inputs: when all of them are, the importer gives it a scratch pipeline of
// constants, evaluates that and keeps the elements.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/builder.h"
#include "frontends/onnx/onnx.h"
#include "frontends/onnx/tensor.h"

namespace onnx {
class AttributeProto;
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace kiln::onnx {

namespace proto = ::onnx;
using ir::kNone;
using ir::ValueId;

class Importer;
class RowSets;
struct Frame;

/// Thrown by the refusals of OperatorImport, after the diagnostic was added.
struct Refused {};

class OperatorImport {
 public:
  ir::Builder& build;              ///< where nodes go

  /// The operator's since_version that the model's opset selects: one of those in its row of operators.def.
  int version() const { return version_; }
  const std::string& name() const; ///< the operator's
  bool spec() const;               ///< --semantics=spec
  const ImportOptions& options() const;
  const std::string& producer() const;   ///< producer_name of the model

  // ---- inputs
  /// Inputs that the node names, for operators of any number of them; an optional one between others may still be absent.
  size_t inputs() const { return asked_ = inputs_.size(), inputs_.size(); }
  bool has(size_t i) const { return asked_ = std::max(asked_, i + 1), i < inputs_.size() && inputs_[i].kind != Value::absent; }
  /// Any kind of value.
  const Value& input(size_t i);
  /// A tensor; absent, a sequence or a map is refused.
  const Tensor& tensor(size_t i);
  /// The same, of one of these element types, or any number type. Where float is one and halves are none, halves are computed with in float, and the
  /// results of float become halves.
  const Tensor& tensor(size_t i, std::initializer_list<ElementType> types);
  const Tensor& number(size_t i);
  /// The elements of a compile-time tensor, as numbers, integers or texts. Refused where they are only known at run time, or
  /// depend on the number of rows.
  const Elements& elements(size_t i);
  std::vector<int64_t> constantIntegers(size_t i);
  double constantNumber(size_t i);    ///< of one element
  int64_t constantInteger(size_t i);  ///< the same
  /// Sizes, which may contain the number of rows: the input of Reshape, Expand, ConstantOfShape ...
  std::vector<Monomial> monomials(size_t i);

  // ---- shape arguments that the row gives (given.h works with these)
  bool isConstant(size_t i) const { return !has(i) || (inputs_[i].kind == Value::tensor && inputs_[i].data.isConstant()); }
  /// The axes that the model declares for an output (value_info, or the graph's outputs); nothing where they are not all known.
  std::optional<Axes> declared(size_t output) const;
  /// A row for which `condition` (bool, of one element) is false has no result of this node: the status of the row names input i.
  void expect(const Tensor& condition, size_t i);

  // ---- attributes: one that is absent is the fallback; of another type: refused
  bool hasAttribute(const char* name) const;
  int64_t integer(const char* name, std::optional<int64_t> fallback = std::nullopt);   ///< no fallback: refused if it is absent
  double number(const char* name, std::optional<double> fallback);                     ///< a float, exact in double
  std::string text(const char* name, std::optional<std::string> fallback = std::nullopt);
  std::vector<int64_t> integers(const char* name);    ///< absent: empty; see hasAttribute
  std::vector<double> numbers(const char* name);
  std::vector<std::string> texts(const char* name);
  std::optional<Tensor> tensorAttribute(const char* name);
  const proto::GraphProto* graph(const char* name);   ///< absent: null
  /// One of these words, as its index.
  int choice(const char* name, const std::vector<const char*>& words, int fallback);
  void ignore(const char* name);                      ///< an attribute that cannot change a result
  /// An element type by its number; refused if Kiln does not hold it.
  ElementType elementType(const char* name, ElementType fallback);
  /// An axis, negative ones counted from the end, within 0 .. rank - 1.
  size_t axis(int64_t value, size_t rank, const char* what = "axis");

  // ---- values of the pipeline
  /// The tensor as a value of shape irShape(axes); constants become const nodes.
  ValueId value(const Tensor& tensor);
  /// Refused if these axes are too many elements to be made of the tensor: before they are.
  void bound(const Axes& axes, const Tensor& of);
  /// The same elements in another shape.
  ValueId shaped(const Tensor& tensor, const std::vector<uint32_t>& shape);
  ValueId vector(const Tensor& tensor);                 ///< [k], of one element too
  ValueId reshape(ValueId value, const std::vector<uint32_t>& shape);
  std::vector<ValueId> scalars(const Tensor& tensor);   ///< element by element
  ValueId concat(const std::vector<ValueId>& parts);    ///< end to end; of one scalar the scalar
  /// The tensor in another element type, by the rules of Cast.
  Tensor cast(const Tensor& tensor, ElementType to);
  /// The numpy broadcast: the axes of the result, and each operand as a value that the IR broadcasts to it. A batch axis meets a
  /// batch axis of its kind, or size 1; anything else mixes rows, and is refused.
  struct Broadcast {
    Axes axes;
    std::vector<ValueId> values;
  };
  Broadcast broadcast(const std::vector<Tensor>& operands);
  Axes broadcastAxes(const std::vector<Axes>& operands);
  /// Result of a scalar function over the broadcast of all inputs.
  Tensor call(const char* function, const std::vector<Tensor>& operands, ElementType type);
  /// For operators of ai.onnx.ml, which take [N,C] or [C]: each vector [C] along the last axis, and the axes before it.
  struct Rows {
    Axes outer;
    uint32_t columns = 0;
    std::vector<ValueId> vectors;
  };
  Rows rows(const Tensor& tensor);
  /// Parts end to end as a tensor of these axes.
  Tensor assemble(ElementType type, Axes axes, const std::vector<ValueId>& parts);
  Tensor tensorOf(ElementType type, Axes axes, ValueId value) const;
  /// An entry of a map input, by its key as text: a value that may be missing.
  ValueId entry(const Value& map, const std::string& key);

  // ---- outputs
  size_t outputs() const;
  bool wanted(size_t i) const;                          ///< the node names this output
  bool used(size_t i) const;                            ///< and something depends on it
  bool isResult(size_t i) const;                        ///< and it is one of the results of the graph or function
  void output(size_t i, Tensor tensor);
  void output(size_t i, Value value);
  void output(size_t i, ElementType type, Axes axes, ValueId value) { output(i, tensorOf(type, std::move(axes), value)); }
  void outputInFloat(size_t i, Tensor tensor);          ///< of float also where halves are computed with in float
  RowSets& rowSets();
  /// Imports a subgraph in the scope of this node, with these inputs; the values of its outputs. `wanted`: which of them are computed, all by
  /// default; the others are `refused` ones, which nothing may use.
  std::vector<Value> inlineGraph(const proto::GraphProto& graph, const char* attribute, const std::vector<Value>& inputs = {}, const std::vector<bool>& wanted = {});

  // ---- answers that end the operator
  [[noreturn]] void unsupported(const std::string& what, const std::string& note = "");   ///< "... is not supported"
  [[noreturn]] void invalid(const std::string& message, const std::string& note = "");
  [[noreturn]] void mixesRows(const std::string& why);
  [[noreturn]] void columnsAreRows();   ///< of [N], where a row of columns is wanted
  /// A place where a model may mean something else than it says, or where ONNX Runtime and the standard differ.
  void warn(const std::string& message, const std::string& note = "");

  const std::string& place() const { return place_; }
  const proto::NodeProto& node() const { return node_; }

 private:
  friend class Importer;
  OperatorImport(Importer& importer, Frame& frame, const proto::NodeProto& node, std::string place, ir::Builder& builder,
                 std::vector<Value> inputs, int version);
  const proto::AttributeProto* attribute(const char* name, int type, const char* typeName);
  [[noreturn]] void absent(const char* name, const char* typeName);
  void refuseUnread();

  Importer& importer_;
  Frame& frame_;
  const proto::NodeProto& node_;
  std::string place_;
  std::vector<Value> inputs_, outputs_;
  const Tensor& inFloat(size_t i);
  ElementType half_ = ElementType::undefined;           // what results of float are rounded to, and inputs of which are read as float
  int version_;
  std::map<std::string, const proto::AttributeProto*> attributes_;
  std::set<std::string> read_;
  mutable size_t asked_ = 0;                            // inputs that the operator has: up to the last that it asked for
  void endUnexpected();                                 // wraps the outputs in what was expected
  std::vector<std::pair<ValueId, uint32_t>> expected_;  // each with the number of the input field, or kNone
};

/// A row of operators.def.
struct Operator {
  const char* domain;             ///< "" is ai.onnx
  const char* name;
  std::vector<int> versions;      ///< since_versions that `import` reads, ascending
  bool moves;                     ///< only moves elements about: what it does to sizes it does to their powers of N
  void (*import)(OperatorImport&);
};
/// The rows of operators.def, in their order.
const std::vector<Operator>& allOperators();
const Operator* findOperator(const std::string& domain, const std::string& name);

}  // namespace kiln::onnx
