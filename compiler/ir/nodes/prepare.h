// prepare: PMML's treatment of missing, invalid and outlying values (DataField and MiningField).
#pragma once
#include "compiler/ir/node.h"

namespace kiln::ir {

/// Operand x: a scalar f64, f32, i64, i32, bool, str, cat or date. Results: the treated value; `valid : bool`, never
/// missing, true where x was present and valid; `notes : i32`, status bits for `check`.
/// In this order:
///   1. x is missing if it is missing or equals one of `missingValues`; else invalid if it failed TYPE_MISMATCH or
///      INVALID_VALUE (a cell that did not convert), or is not in the valid set; else valid. (Other failures pass
///      through.)
///   2. invalid: fail (INVALID_VALUE, or its own TYPE_MISMATCH), asIs (value kept; one that did not convert stays
///      failed), missing (goes on as missing), value (`invalidValue`, final).
///   3. missing: keep, value (`missingValue`, final), fail (MISSING_REQUIRED).
///   4. valid numbers outside low .. high: asIs, missing (`missingValue` if step 3 has one, else missing), clip.
/// Notes: REPLACED_INVALID where step 2 put invalidValue, REPLACED_MISSING where step 3 put missingValue (for an
/// invalid value gone on as missing, too), OUTLIER where step 4 acted (replaced or not). Comparisons are made in f64;
/// for f32, constants are exact f32 values. A failure that passes through keeps its cause, field and node; `valid` is
/// false and notes 0 then. The valid set: `validValues` and the intervals together (a value in either is valid);
/// everything if both are empty. Values are numbers for number, bool (0, 1) and date elements and codes for cat; text
/// for str. With cat, the code "some other value" is invalid if a valid set is given.
struct Prepare final : OpBase<Prepare, OpKind::Prepare> {
  enum Invalid : uint8_t { failInvalid, asIs, asMissing, asValue };
  enum Missing : uint8_t { keep, replace, failMissing };
  enum Outlier : uint8_t { outlierAsIs, outlierMissing, clip };
  uint32_t fieldIndex = kNone;             ///< input number, for the row status
  std::vector<double> missingValues, validValues;
  std::vector<std::string> missingTexts, validTexts;
  std::vector<double> intervalLow, intervalHigh;
  std::vector<uint8_t> intervalClosed;     ///< bit 0: low belongs to it, bit 1: high does
  bool closed = false;                     ///< there is a valid set, even if it is empty
  Invalid invalid = failInvalid;
  Missing missing = keep;
  Outlier outlier = outlierAsIs;
  double missingValue = 0, invalidValue = 0;
  std::string missingText, invalidText;
  double low = 0, high = 0;

  static constexpr const char* kInvalid[] = {"fail", "asis", "missing", "value"};
  static constexpr const char* kMissing[] = {"keep", "value", "fail"};
  static constexpr const char* kOutlier[] = {"asis", "missing", "clip"};
  void fields(FieldVisitor& f) override {
    f.field("field", fieldIndex), f.field("missing_values", missingValues), f.field("valid_values", validValues);
    f.field("missing_texts", missingTexts), f.field("valid_texts", validTexts);
    f.field("interval_low", intervalLow), f.field("interval_high", intervalHigh), f.field("interval_closed", intervalClosed);
    f.field("closed", closed), f.choice("invalid", invalid, kInvalid), f.choice("missing", missing, kMissing);
    f.choice("outlier", outlier, kOutlier), f.field("missing_value", missingValue), f.field("invalid_value", invalidValue);
    f.field("missing_text", missingText), f.field("invalid_text", invalidText), f.field("low", low), f.field("high", high);
  }
  std::vector<Type> infer(Inference&) const override;
  void evaluate(Evaluation&) const override;
};

}  // namespace kiln::ir
