// prepare: PMML's treatment of missing, invalid and outlying values.
#include "compiler/ir/nodes/prepare.h"

#include "compiler/ir/elements.h"

namespace kiln::ir {

constexpr uint32_t kDidNotConvert = KILN_TYPE_MISMATCH | KILN_INVALID_VALUE;

static bool hasValidSet(const Prepare& p) {
  return p.closed || !p.validValues.empty() || !p.validTexts.empty() || !p.intervalLow.empty();
}

std::vector<Type> Prepare::infer(Inference& inference) const {
  std::vector<Type> results = {Type(), scalarType(Elem::boolean), scalarType(Elem::i32)};
  if (!expectOperands(inference, 1, 1)) return results;
  const Type& x = inference.operands[0];
  expectOperand(inference, 0, x.isScalar(), "a scalar");
  const bool text = x.elem == Elem::str;
  inference.expect(text || (missingTexts.empty() && validTexts.empty()),
                   "only str has texts as missing or valid values");
  inference.expect(!text || (missingValues.empty() && validValues.empty() && intervalLow.empty()),
                   "str has texts as missing and valid values");
  inference.expect(intervalLow.size() == intervalHigh.size() && intervalLow.size() == intervalClosed.size(),
                   "intervals differ in number");
  inference.expect(outlier == outlierAsIs || isNumber(x.elem), "only numbers have outliers");

  const bool canBeInvalid = x.fallible || hasValidSet(*this);
  const bool canBeMissing =
      x.nullable || !missingValues.empty() || !missingTexts.empty() || (canBeInvalid && invalid == asMissing);
  results[0] = x;
  results[0].nullable = (canBeMissing && missing == keep) || (outlier == outlierMissing && missing == keep);
  results[0].fallible = x.fallible || (hasValidSet(*this) && invalid == failInvalid) ||
                        ((canBeMissing || outlier == outlierMissing) && missing == failMissing);
  return results;
}

// A constant of the operand's type: a number, bool, date or code, or text.
static Datum constant(double value, const std::string& text, Elem elem) {
  Datum d;
  if (elem == Elem::str)
    d.text = text;
  else
    d = fromDouble(value, storageOf(elem));
  return d;
}

static bool isValid(const Prepare& p, const Datum& x, const Type& type, const Pipeline& pipeline) {
  if (!hasValidSet(p)) return true;
  if (type.elem == Elem::str) return std::find(p.validTexts.begin(), p.validTexts.end(), x.text) != p.validTexts.end();
  if (type.elem == Elem::cat && static_cast<uint32_t>(x.i32) >= pipeline.table<Dict>(TableRef{type.dict}).size())
    return false;
  const double v = toDouble(x, type.storage());
  for (double valid : p.validValues)
    if (v == valid) return true;
  for (size_t i = 0; i < p.intervalLow.size(); i++)
    if (inInterval(v, p.intervalLow[i], p.intervalHigh[i], p.intervalClosed[i])) return true;
  return false;
}

static bool isMissing(const Prepare& p, const Datum& x, const Type& type) {
  if (x.missing) return true;
  if (type.elem == Elem::str)
    return std::find(p.missingTexts.begin(), p.missingTexts.end(), x.text) != p.missingTexts.end();
  const double v = toDouble(x, type.storage());
  return std::find(p.missingValues.begin(), p.missingValues.end(), v) != p.missingValues.end();
}

void Prepare::evaluate(Evaluation& e) const {
  RowValue &y = fresh(e, 0), &valid = fresh(e, 1), &notes = fresh(e, 2);
  const RowValue& x = e.operand(0);
  const Type& type = e.operandType(0);
  Datum &result = y.elements[0], &note = notes.elements[0];
  const Failure failure = x.failure;
  if (failure && !(failure.cause & kDidNotConvert)) {
    y.failure = failure;
    return;
  }
  // 1. classify
  result = failure ? Datum() : x.elements[0];
  bool asMissingValue = !failure && isMissing(*this, result, type);
  const bool isInvalid = !asMissingValue && (failure || !isValid(*this, result, type, e.pipeline));
  valid.elements[0].boolean = !asMissingValue && !isInvalid;
  // 2. invalid
  if (isInvalid) {
    switch (invalid) {
      case failInvalid: y.failure = failure ? failure : e.failure(KILN_INVALID_VALUE, fieldIndex); return;
      case asIs: y.failure = failure; return;
      case asMissing: asMissingValue = true; break;
      case asValue: result = constant(invalidValue, invalidText, type.elem), note.i32 = KILN_REPLACED_INVALID; return;
    }
  }
  // 3. missing
  if (asMissingValue) {
    switch (missing) {
      case keep: result = Datum(), result.missing = true; return;
      case replace: result = constant(missingValue, missingText, type.elem), note.i32 = KILN_REPLACED_MISSING; return;
      case failMissing: y.failure = e.failure(KILN_MISSING_REQUIRED, fieldIndex); return;
    }
  }
  // 4. outliers, of valid values
  if (outlier == outlierAsIs) return;
  const double v = toDouble(result, type.storage());
  if (!(v < low) && !(v > high)) return;
  note.i32 = KILN_OUTLIER;
  if (outlier == clip)
    result = fromDouble(v < low ? low : high, type.storage());
  else if (missing == replace)
    result = constant(missingValue, missingText, type.elem);
  else if (missing == failMissing)
    y.failure = e.failure(KILN_MISSING_REQUIRED, fieldIndex);
  else
    result = Datum(), result.missing = true;
}

}  // namespace kiln::ir
