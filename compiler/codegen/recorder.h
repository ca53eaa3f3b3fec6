// Runs the lowerings of a pipeline for one instance (one row, or a block) of one tier, and records the kernel calls that they
// ask for. Nothing is emitted yet: which values cross stages, and where they live, is decided by schedule.h from this record.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "compiler/codegen/blob.h"
#include "compiler/codegen/emitter.h"
#include "compiler/codegen/fields.h"
#include "compiler/codegen/tiers.h"

namespace kiln::codegen {

struct OneElement;
using LocalId = uint32_t;

/// A value of the pipeline or a temporary of a lowering. A scalar lives in lanes, and in scratch too where it crosses stages; a
/// vector always lives in scratch. Locals below the number of the pipeline's values are those values.
struct Local {
  ir::Storage storage = ir::Storage::f64;
  uint32_t count = 1;
  bool vector = false, nullable = true, fallible = true;
  uint32_t input = ir::kNone;    ///< block instance: filled from the caller's matrix; index of the input
  uint32_t output = ir::kNone;   ///< block instance: read into the caller's matrix; index of the output
  bool constant = false;         ///< recomputed wherever it is used
  LocalId whole = ir::kNone;     ///< another name of elements of this vector, from `first` on
  uint32_t first = 0;
  bool inRow = false;            ///< of Form::wide: read in the caller's matrix
  uint32_t inBlob = ir::kNone;   ///< a constant vector that is only read there: where its elements stand in the blob
};
/// One element of a vector in scratch, or a scalar.
struct Element {
  LocalId local = ir::kNone;
  uint32_t element = 0;
};

struct Operation {
  enum Kind : uint8_t { call, leave, elementwise, block, columns } kind;   ///< leave: call, or leave the row; columns: block, of the elements of vector operands
  std::string kernel;
  std::string params;               ///< bytes of the kernel's parameters
  std::vector<LocalId> arguments;   ///< of elementwise: operands, then the result; of block and columns: operands, then results
  bool uniform = false;             ///< of elementwise: an element fails only where an operand does, whatever their values are
};

/// Operations of one node that run together: a run of lane calls, or one block kernel.
struct Piece {
  ir::NodeId node;
  bool block = false;
  std::vector<Operation> operations;
  std::vector<LocalId> uses, defines;
};

struct Record {
  std::vector<Local> locals;
  std::vector<Piece> pieces;       ///< in program order
  uint64_t blockScratch = 0;       ///< bytes that block kernels share, at the start of scratch
  uint32_t blockRows = 1;
  std::vector<Element> inputs, outputs;   ///< block instance: where the schema's columns are (kNone: not representable)
};

/// What an instance scores: a row; one that may be left (plain_rows.h); rows of a block; single elements (one_element.h) or a wide row (wide_row.h), read
/// from the caller's matrix and written to it.
enum class Form : uint8_t { row, plain, block, element, wide };

struct RecordOptions {
  const ir::Pipeline& pipeline;
  const Tier& tier;
  Form form;
  uint32_t blockRows;
  std::string strategy;
  const Schema& schema;
  Blob& blob;
  Kept& kept;
  std::vector<std::string>& strategies;   ///< for the report
  const OneElement* element = nullptr;    ///< of Form::element: what `pipeline` is of
};

Record record(const RecordOptions& options);

/// Whether the block instance can feed this input: anything but free text.
bool representable(const ir::Type& type);

}  // namespace kiln::codegen
