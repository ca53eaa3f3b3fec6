// The order in which nodes are computed. The standard asks that a node stands behind those whose results it takes; ONNX Runtime sorts them
// itself, so that graphs that were joined or edited by hand are used as they are.
#pragma once
#include <onnx/onnx_pb.h>

#include <vector>

namespace kiln::onnx {

using Nodes = ::google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// Indices of the nodes: as they stand if that is such an order, else each behind those that it needs. Of nodes that need each other, one
/// stands before what it needs.
std::vector<int> computingOrder(const Nodes& nodes);

}  // namespace kiln::onnx
