// How a forest is evaluated: a strategy is a row of strategies.def, with its own tables and kernels. The cheapest that can take
// a forest on a tier is chosen; --strategy forces one. All give the same bits.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/codegen/emitter.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/tables/forest.h"

namespace kiln::codegen {

struct ForestStudy;   // study.h

/// A `forest` node to be lowered. What is found out about it is kept with it, and shared by its copies.
struct ForestTask {
  ForestTask(const ir::Forest& forest, const ir::ForestNode& node, std::vector<ir::Type> columns);

  const ir::Forest& forest;
  const ir::ForestNode& node;
  std::vector<ir::Type> columns;   ///< scalars: a vector operand is as many columns as it has elements
  std::shared_ptr<ForestStudy> study;
};

class ForestStrategy {
 public:
  virtual ~ForestStrategy() = default;
  virtual const char* name() const = 0;
  /// Whether it can evaluate this forest on this tier; if not, `why` says what it lacks.
  virtual bool accepts(const ForestTask& task, const Tier& tier, std::string& why) const = 0;
  /// Predicted cost of a row in a batch, nanoseconds; only the order matters.
  virtual double cost(const ForestTask& task, const Tier& tier) const = 0;
  /// The same of a row that is scored alone; none: another strategy serves such rows.
  virtual std::optional<double> rowCost(const ForestTask& task, const Tier& tier) const = 0;
  /// Whether it gives the result of rows in which a column has failed or whose leaf fails, and the status of all rows; if not,
  /// fixUpFailedRows follows where such rows can be.
  virtual bool followsFailures() const { return false; }
  /// Lays out the tables and emits the call (NodeEmitter::callBlock). Deterministic.
  virtual void lower(const ForestTask& task, NodeEmitter& emit) const = 0;
};

/// Emits what sees to the rows in which a column has failed or whose leaf fails, after a strategy that does not.
void fixUpFailedRows(const ForestTask& task, NodeEmitter& emit);

/// All strategies, in the order of strategies.def.
const std::vector<const ForestStrategy*>& forestStrategies();

}  // namespace kiln::codegen
