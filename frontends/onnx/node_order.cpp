#include "frontends/onnx/node_order.h"

#include <functional>
#include <numeric>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace kiln::onnx {

namespace {

namespace proto = ::onnx;
using Take = std::function<void(const std::string&)>;

void takenBy(const proto::NodeProto& node, const Take& take);

/// Names that a subgraph takes from outside.
void takenBy(const proto::GraphProto& graph, const Take& take) {
  std::unordered_set<std::string> own;
  for (auto& input : graph.input()) own.insert(input.name());
  for (auto& tensor : graph.initializer()) own.insert(tensor.name());
  for (auto& node : graph.node()) own.insert(node.output().begin(), node.output().end());
  const Take outside = [&](const std::string& name) {
    if (!own.count(name)) take(name);
  };
  for (auto& node : graph.node()) takenBy(node, outside);
  for (auto& output : graph.output()) outside(output.name());
}

void takenBy(const proto::NodeProto& node, const Take& take) {
  for (auto& name : node.input()) take(name);
  for (auto& attribute : node.attribute())
    if (attribute.has_g()) takenBy(attribute.g(), take);
}

/// Depth first, without recursion: a chain may be as long as the model.
std::vector<int> sorted(const std::vector<std::vector<int>>& needs) {
  struct Open {
    int node;
    size_t next = 0;   // of what it needs
  };
  std::vector<int> order;
  std::vector<bool> seen(needs.size());
  std::vector<Open> open;
  const auto visit = [&](int node) {
    if (!seen[static_cast<size_t>(node)]) seen[static_cast<size_t>(node)] = true, open.push_back({node});
  };
  for (size_t root = 0; root < needs.size(); root++) {
    visit(static_cast<int>(root));
    while (!open.empty()) {
      const int node = open.back().node;
      const std::vector<int>& of = needs[static_cast<size_t>(node)];
      if (open.back().next < of.size()) visit(of[open.back().next++]);
      else open.pop_back(), order.push_back(node);
    }
  }
  return order;
}

}  // namespace

std::vector<int> computingOrder(const Nodes& nodes) {
  std::unordered_map<std::string, int> makers;
  for (int i = 0; i < nodes.size(); i++)
    for (auto& name : nodes.Get(i).output())
      if (!name.empty()) makers.emplace(name, i);
  bool isOrder = true;
  std::vector<std::vector<int>> needs(static_cast<size_t>(nodes.size()));
  for (int i = 0; i < nodes.size(); i++)
    takenBy(nodes.Get(i), [&](const std::string& name) {
      const auto maker = makers.find(name);
      if (maker == makers.end()) return;
      needs[static_cast<size_t>(i)].push_back(maker->second);
      isOrder &= maker->second < i;
    });
  if (!isOrder) return sorted(needs);
  std::vector<int> order(needs.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace kiln::onnx
