// Nodes of a pipeline. What a node does is an Op: a struct in a file of its own under nodes/, listed in nodes.def, or one
// of the scalar functions of scalars.def, which share the Op `Call`.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/fields.h"
#include "compiler/ir/type.h"

namespace kiln::ir {

enum class OpKind : uint8_t {
#define NODE(Type, text) Type,
#include "compiler/ir/nodes.def"
#undef NODE
};

struct Pipeline;
class Evaluation;

/// Where something comes from: line and column of the source (0: unknown) and its path, such as an XPath.
struct Place {
  uint32_t line = 0, column = 0;
  std::string path;
  friend bool operator==(const Place&, const Place&) = default;
};

/// What infer sees: the operands' types and the tables, by reference.
struct Inference {
  const Pipeline& pipeline;
  std::vector<Type> operands;
  std::vector<std::string> problems;  ///< append one message for each broken rule: "operand 2 is str, expected f64"

  template <class T> const T* table(TableRef ref);  ///< null, with a problem, if it is absent or of another kind
  void expect(bool ok, std::string problem) {
    if (!ok) problems.push_back(std::move(problem));
  }
};

class Op {
 public:
  virtual ~Op() = default;
  virtual OpKind kind() const = 0;
  /// Name in the text form; for Call the function's.
  virtual const char* name() const = 0;
  virtual std::unique_ptr<Op> clone() const = 0;
  virtual void fields(FieldVisitor& visitor) = 0;
  /// The types of the results, `?` and `!` included, from those of the operands.
  virtual std::vector<Type> infer(Inference& inference) const = 0;
  /// The reference semantics: plain loops over one row. See evaluate.h.
  virtual void evaluate(Evaluation& evaluation) const = 0;
  /// Statements (check, note, output) have an effect and are the roots of dead code removal.
  virtual bool isStatement() const { return false; }

  template <class T> T& as() { return static_cast<T&>(*this); }
  template <class T> const T& as() const { return static_cast<const T&>(*this); }
  template <class T> const T* to() const { return kind() == T::kKind ? static_cast<const T*>(this) : nullptr; }
};

const char* opKindName(OpKind kind);

/// Supplies kind, name and clone for node struct T.
template <class T, OpKind Kind>
class OpBase : public Op {
 public:
  static constexpr OpKind kKind = Kind;
  OpKind kind() const final { return Kind; }
  const char* name() const override { return opKindName(Kind); }
  std::unique_ptr<Op> clone() const final { return std::make_unique<T>(static_cast<const T&>(*this)); }
};

/// Makes an Op by its name in the text form, a node's or a scalar function's; null if there is none.
std::unique_ptr<Op> makeOp(const std::string& name);

struct Node {
  std::unique_ptr<Op> op;
  std::vector<ValueId> operands, results;
  Place place;
};

struct Value {
  std::string name;   ///< without %, unique in the pipeline
  Type type;
  NodeId node = kNone;
  uint32_t result = 0;  ///< which result of the node
};

}  // namespace kiln::ir
