// Lowers `bayes_net`: the eliminations as a program of offsets and strides.
#include "compiler/ir/nodes/bayes_net.h"

#include "compiler/codegen/nodes/labels.h"
#include "compiler/ir/tables/network.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

enum Kind : uint32_t { constant, made, likelihood };

struct Place {
  Kind kind;
  uint32_t offset;
  std::vector<uint32_t> scope;
};

struct Program {
  std::vector<uint32_t> code;
  uint32_t made = 0, dims = 0, factors = 0;   // scratch: values, variables, factors of a step
};

uint32_t strideOf(const ir::Network& network, const std::vector<uint32_t>& scope, uint32_t variable) {
  uint32_t stride = 1;
  for (size_t k = scope.size(); k-- > 0; stride *= network.sizes[scope[k]])
    if (scope[k] == variable) return stride;
  return 0;
}

Program programOf(const ir::Network& network, const ir::BayesNet& op) {
  Program program;
  std::vector<Place> places;
  uint32_t likelihoods = 0;
  for (size_t f = 0; f < network.factors(); f++) {
    const std::vector<uint32_t> scope = network.scopeOf(f);
    const bool ofRow = network.isLikelihood(f);
    places.push_back({ofRow ? likelihood : constant, ofRow ? likelihoods : network.firstNumber[f], scope});
    if (ofRow) likelihoods += static_cast<uint32_t>(network.combinations(scope));
  }
  for (const ir::Elimination& step : eliminations(network, op.order, op.query)) {
    const bool last = step.variable == ir::kNone;
    const auto dims = static_cast<uint32_t>(step.scope.size()), factors = static_cast<uint32_t>(step.factors.size());
    std::vector<uint32_t>& code = program.code;
    code.insert(code.end(), {dims, static_cast<uint32_t>(step.values), step.variable, last ? 1 : network.sizes[step.variable], factors, program.made});
    for (uint32_t v : step.scope) code.push_back(network.sizes[v]);
    if (last) code.insert(code.end(), step.scope.begin(), step.scope.end());
    for (uint32_t f : step.factors) {
      const Place& place = places[f];
      code.insert(code.end(), {place.kind, place.offset, last ? 0 : strideOf(network, place.scope, step.variable)});
      for (uint32_t v : step.scope) code.push_back(strideOf(network, place.scope, v));
    }
    program.dims = std::max(program.dims, dims), program.factors = std::max(program.factors, factors);
    if (last) break;
    places.push_back({made, program.made, step.scope});
    program.made += static_cast<uint32_t>(step.values);
  }
  return program;
}

}  // namespace

void lower(const ir::BayesNet& op, NodeEmitter& emit) {
  const auto& network = emit.pipeline().table<ir::Network>(op.table);
  const auto& program = emit.once<Program>("program", [&] { return programOf(network, op); });
  kernel::BayesParams params{};
  params.eliminations = static_cast<uint32_t>(op.order.size()), params.has_likelihoods = emit.operands() == 2;
  params.program = emit.blob("eliminations of node " + std::to_string(emit.nodeIndex()), program.code);
  params.numbers = emit.blob("numbers of @" + network.name, network.numbers);
  params.made = emit.scratch(size_t{program.made} * 8);
  params.digits = emit.scratch(size_t{program.dims} * 4), params.at = emit.scratch(size_t{program.factors} * 4);
  params.status = emit.statusCode(KILN_UNDEFINED);
  emit.callBlock("bayes_net", params);
}

}  // namespace kiln::codegen
