// Lowers `dense`: weights by input, padded, so that neighbouring outputs are neighbours; with skip_zero only the
// others. With codes, these come as columns.
#include "compiler/ir/nodes/dense.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/codegen/nodes/labels.h"
#include "compiler/codegen/schedule.h"
#include "compiler/codegen/tiers.h"
#include "compiler/ir/tables/matrix.h"
#include "runtime/kernels/nodes/params.h"

namespace kiln::codegen {

namespace {

constexpr uint32_t kPad = 8;  // outputs of a vector in the one-row kernel

constexpr uint32_t kManyInputs = 64;   // so many that zeros among them are worth asking for

bool areFinite(const ir::Matrix& m) {
  return std::all_of(m.numbers.begin(), m.numbers.end(), [](double x) { return std::isfinite(x); });
}

struct Sparse {
  std::vector<uint32_t> first = {0}, index;
  std::vector<double> weights;
};

Sparse sparseOf(const ir::Matrix& w) {
  Sparse s;
  const uint32_t n = w.shape[1];
  for (uint32_t j = 0; j < w.shape[0]; j++) {
    for (uint32_t i = 0; i < n; i++)
      if (w.numbers[j * size_t{n} + i] != 0) s.index.push_back(i), s.weights.push_back(w.numbers[j * size_t{n} + i]);
    s.first.push_back(static_cast<uint32_t>(s.index.size()));
  }
  return s;
}

std::vector<double> byInput(const ir::Matrix& w, uint32_t pitch) {
  const uint32_t m = w.shape[0], n = w.shape[1];
  std::vector<double> weights(size_t{pitch} * n, 0.0);
  for (uint32_t j = 0; j < m; j++)
    for (uint32_t i = 0; i < n; i++) weights[size_t{i} * pitch + j] = w.numbers[j * size_t{n} + i];
  return weights;
}

/// Places between the weights of an input and the next one's: a column of weights stays in the nearest cache, which a power of two would make it leave.
uint32_t pitchOf(uint32_t inputs, uint32_t outputs, ir::Storage storage) {
  constexpr size_t kLine = 64, kSets = 64, kWays = 8;
  const uint32_t pitch = (outputs + kPad - 1) / kPad * kPad;
  const size_t step = pitch * storageBytes(storage), sets = step % kLine == 0 ? kSets / std::gcd(step / kLine, kSets) : kSets;
  return inputs > sets * kWays ? pitch + kPad : pitch;
}

constexpr uint32_t kFewestWide = 512;   // weights that are worth a stage of their own

bool isWide(const kernel::DenseParams& p, const NodeEmitter& emit) {
  const auto plain = [](const ir::Type& type) { return !type.isScalar() && !type.nullable && !type.fallible; };
  return !emit.rowForm() && emit.tier().vectorBytes() >= 32 && p.panel != 0 && p.index == kernel::kNone &&
         p.inputs * uint64_t{p.outputs} >= kFewestWide && plain(emit.operandType(0)) && plain(emit.resultType()) &&
         emit.operandType(0).size() == p.inputs;
}

kernel::DenseParams paramsOf(const ir::Dense& op, NodeEmitter& emit) {
  const auto& w = emit.pipeline().table<ir::Matrix>(op.weights);
  const ir::Storage storage = emit.resultType().storage();
  const auto pack = [&](const std::vector<double>& numbers) { return packElements(storage, numbers, {}); };
  kernel::DenseParams params{};
  params.inputs = w.shape[1], params.outputs = w.shape[0];
  params.pitch = pitchOf(params.inputs, params.outputs, storage);
  params.bias = params.first = params.index = kernel::kNone;
  params.bias_last = op.biasLast, params.striped = op.order == ir::Dense::striped;
  params.panel = op.order == ir::Dense::fused ? op.panel : 0;
  params.zeros_add_nothing = params.inputs >= kManyInputs && op.zerosAddNothing(emit.pipeline()) && areFinite(w);
  if (op.skipZero) {
    params.weights = emit.blobOnce("nonzero of @" + w.name, [&] { return pack(sparseOf(w).weights); });
    params.first = emit.blob("rows of @" + w.name, sparseOf(w).first);
    params.index = emit.blob("inputs of @" + w.name, sparseOf(w).index);
  } else {
    params.weights = emit.blobOnce("weights of @" + w.name, [&] { return pack(byInput(w, params.pitch)); });
  }
  if (op.bias.id != ir::kNone) {
    const auto& bias = emit.pipeline().table<ir::Matrix>(op.bias);
    std::vector<double> padded = bias.numbers;
    padded.resize(params.pitch);
    const std::string bytes = pack(padded);
    params.bias = emit.blob("bias @" + bias.name, bytes.data(), bytes.size(), 64);
  }
  return params;
}

// The columns of codes as a vector of their own, then the sums over both.
void sumWithCodes(const ir::Dense& op, const kernel::DenseParams& dense, NodeEmitter& emit, Arg to) {
  const auto codes = static_cast<uint32_t>(op.codeAt.size());
  const size_t first = emit.operands() - codes;
  bool fallible = false;
  for (uint32_t i = 0; i < codes; i++) fallible |= emit.operandType(first + i).fallible;
  const Arg columns = emit.temporarySlot(ir::Storage::i32, codes, false, fallible);
  for (uint32_t i = 0; i < codes; i++)
    emit.call("code_column", kernel::CodeColumnParams{i, op.codeAt[i], op.codeSize[i]}, {emit.in(first + i), columns});
  std::vector<kernel::DenseRun> runs;
  for (const ir::Dense::Run& r : op.runs(dense.inputs)) runs.push_back({r.column, r.count, r.first, r.code == ir::kNone ? kernel::kNone : r.code});
  const kernel::DenseCodesParams params{dense, emit.blob("runs of node " + std::to_string(emit.nodeIndex()), runs)};
  emit.call(kernelName("dense_codes", emit.resultType().storage()), params, {first == 0 ? columns : emit.in(0), columns, to});
}

}  // namespace

void lower(const ir::Dense& op, NodeEmitter& emit) {
  const ir::Storage storage = emit.resultType().storage();
  const ir::Type& type = emit.resultType();
  const kernel::DenseParams params = paramsOf(op, emit);
  if (storage == ir::Storage::f32 && op.codeAt.empty() && isWide(params, emit)) return emit.callBlock("dense_wide", params);
  const Arg to = type.isScalar() ? emit.temporarySlot(storage, 1, type.nullable, type.fallible) : emit.out();
  if (op.codeAt.empty()) emit.call(kernelName("dense", storage), params, {emit.in(0), to});
  else sumWithCodes(op, params, emit, to);
  if (type.isScalar()) emit.call(kernelName("take", storage), kernel::TakeParams{}, {to, emit.out()});
}

}  // namespace kiln::codegen
