// The columns of a pipeline's schema. A scalar input or output is one column; a tensor has one for each element, in row-major
// order, named after its indices.
#pragma once
#include <string>
#include <vector>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

struct SchemaColumn {
  NodeId node;
  uint32_t element;   ///< of the tensor; 0 for a scalar or a list
  std::string name;
};
/// In schema order: the columns of one node are consecutive.
std::vector<SchemaColumn> inputColumns(const Pipeline& pipeline);
std::vector<SchemaColumn> outputColumns(const Pipeline& pipeline);
/// Columns of a node that is an input or output.
uint32_t columnsOf(const Pipeline& pipeline, const Node& node);
/// The output column that feeds the input of role state with this field; kNone if there is none.
uint32_t columnFeeding(const Pipeline& pipeline, const std::string& state);

/// "X[0]", "X[1]" ...; of more dimensions "X[0,0]"; "X" if there is one element. With labels "X[red]", "X[blue]".
std::vector<std::string> columnNames(const std::string& name, const std::vector<uint32_t>& shape,
                                     const std::vector<std::string>& labels = {});

}  // namespace kiln::ir
