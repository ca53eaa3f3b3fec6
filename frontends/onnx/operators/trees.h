// What the tree ensembles of ai.onnx.ml share: nodes as the operators give them, made one forest table.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/tables/forest.h"
#include "frontends/onnx/operator.h"

namespace kiln::onnx {

/// Numbers as TreeEnsemble 5 writes them.
enum class Mode : uint8_t { lessOrEqual, less, greaterOrEqual, greater, equal, notEqual, member, leaf };

/// Tree nodes of all trees. Exits index nodes. A node is taken to `yes` where its comparison holds, or where the feature is NaN and
/// `tracks` is set; `notEqual` holds for NaN.
struct TreeNodes {
  std::vector<Mode> mode;
  std::vector<uint32_t> feature, yes, no;
  std::vector<double> value;
  std::vector<uint8_t> tracks;
  std::vector<uint32_t> leaf;               ///< of leaves: which; its weights are those of `Leaves`
  std::vector<std::vector<double>> members; ///< of nodes of mode member, by `set`
  std::vector<uint32_t> set;
  std::vector<uint32_t> roots;              ///< a node a tree
};

/// Weights of leaf l: entries first[l] .. first[l + 1].
struct Leaves {
  std::vector<uint32_t> first, target;
  std::vector<double> weight;
  uint32_t size() const { return first.empty() ? 0 : static_cast<uint32_t>(first.size()) - 1; }
};

/// The nodes as a forest of the given columns and targets, leaf l of the table being leaf l here. Trees are acyclic graphs; a cycle
/// is refused. Chains of `equal` over one feature that meet in one node, or in copies of one subtree, become one set test.
ir::Forest makeForest(OperatorImport& n, const TreeNodes& nodes, const Leaves& leaves, uint32_t columns, uint32_t targets);

/// How the leaves of all trees become one number a target.
enum class Aggregate : uint8_t { average, sum, min, max };

/// Result of an ensemble over one row, a vector.
struct Scores {
  ValueId scores = kNone;   ///< [targets] in the element type of the columns; a target without a vote is 0
  ValueId voted = kNone;    ///< bool [targets]; kNone: every target has a vote in every row
};
Scores evaluateForest(OperatorImport& n, const ir::Forest& forest, ValueId row, ir::Elem elem, Aggregate aggregate,
                      const std::string& name);

/// The vectors of x, in the type that thresholds are compared in: double for double, else float.
OperatorImport::Rows treeColumns(OperatorImport& n, size_t input, ir::Elem& elem);

/// Attributes of the operators of versions 1 and 3, `PREFIX` being target or class.
struct Ensemble {
  TreeNodes nodes;
  Leaves leaves;
  std::vector<double> base;
};
Ensemble readEnsemble(OperatorImport& n, const std::string& prefix, uint32_t columns, uint32_t targets);

enum class PostTransform : uint8_t { none, softmax, logistic, softmaxZero, probit };
PostTransform readPostTransform(OperatorImport& n);
/// Over a vector of two or more scores, as ONNX Runtime does: f32, of SOFTMAX_ZERO f64 too.
ValueId postTransform(OperatorImport& n, ValueId scores, PostTransform transform);
/// The same as the linear and the support vector operators of ONNX Runtime do, which transform many rows at a time.
ValueId batchTransform(OperatorImport& n, ValueId scores, PostTransform transform);
ValueId probit(OperatorImport& n, ValueId p);

/// Class labels of a classifier: texts or integers; which list it is decides the type of the label output.
struct ClassLabels {
  bool isText = false;
  std::vector<std::string> texts;
  std::vector<int64_t> integers;
  size_t size() const { return isText ? texts.size() : integers.size(); }
  ElementType type() const { return isText ? ElementType::str : ElementType::i64; }
  std::vector<std::string> shown() const;
};
ClassLabels readLabels(OperatorImport& n, const char* texts, const char* integers);
/// The index (i32) of the largest score [n], the first of equals, found as ONNX Runtime does: a NaN never wins, but as the first score it stays.
ValueId firstLargest(OperatorImport& n, ValueId scores);
/// The label of an i32 index.
ValueId labelAt(OperatorImport& n, const ClassLabels& labels, ValueId index);

}  // namespace kiln::onnx
