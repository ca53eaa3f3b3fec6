// The frame of a pipeline: inputs, their treatment, checks, notes, outputs, and the status of a row.
#include <cstring>

#include "tests/unit/nodes_testing.h"

namespace kiln::ir {

struct Frame : Bench {
  ValueId input(Elem elem, Input::Nan nan = Input::invalid, bool nullable = true) {
    Input op;
    op.field = "x", op.elem = elem, op.nan = nan, op.nullable = nullable;
    return b.add(op);
  }
  ValueId input(TableRef labels, Input::Nan nan = Input::invalid) {
    Input op;
    op.field = "x", op.elem = Elem::cat, op.dict = labels, op.nan = nan;
    return b.add(op);
  }
  /// What this cell comes to: the value as a double, nothing if missing; the cause is in `failure`.
  std::optional<double> read(ValueId v, kiln_cell cell) {
    const RowValue value = run(v, {cell});
    failure = value.failure;
    if (failure || value.elements[0].missing) return kMissing;
    switch (b.type(v).storage()) {
      case Storage::f64: return value.elements[0].f64;
      case Storage::f32: return value.elements[0].f32;
      case Storage::i64: return static_cast<double>(value.elements[0].i64);
      case Storage::i32: return value.elements[0].i32;
      default: return value.elements[0].boolean;
    }
  }
  uint32_t refused(ValueId v, kiln_cell cell) {
    EXPECT_EQ(read(v, cell), kMissing);
    if (failure) EXPECT_EQ(failure.field, 0);
    return failure.cause;
  }
  Failure failure;
};

TEST_F(Frame, InputsOfFloats) {
  const ValueId x = input(Elem::f64);
  EXPECT_EQ(read(x, cellOf(0.1)), 0.1);
  EXPECT_EQ(read(x, integerCell(3)), 3);
  EXPECT_EQ(read(x, integerCell(1, KILN_BOOLEAN)), 1);
  EXPECT_EQ(read(x, textCell(" 1.5e3\t")), 1500);
  EXPECT_EQ(read(x, textCell("-Infinity")), -kInf);
  EXPECT_EQ(read(x, textCell("TRUE")), 1);
  EXPECT_EQ(read(x, kiln_cell{}), kMissing);
  EXPECT_FALSE(failure);
  EXPECT_EQ(refused(x, textCell("")), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, textCell("1,5")), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, integerCell(0, KILN_CODE)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, integerCell(0, KILN_LIST)), KILN_TYPE_MISMATCH);
}

TEST_F(Frame, InputsOfSingleFloatsRoundOnce) {
  const ValueId x = input(Elem::f32);
  EXPECT_EQ(read(x, cellOf(0.1)), 0.1f);
  // Just above the middle of two floats: through double it would round to even, downwards.
  EXPECT_EQ(read(x, textCell("1.00000005960464477540")), static_cast<double>(1.00000011920928955078125f));
  EXPECT_EQ(read(x, integerCell((int64_t{1} << 60) + 1)), 0x1p60);
}

TEST_F(Frame, InputsOfIntegersAndBools) {
  const ValueId x = input(Elem::i64);
  EXPECT_EQ(read(x, cellOf(-4.0)), -4);
  EXPECT_EQ(read(x, textCell("4.0")), 4);
  EXPECT_EQ(read(x, textCell("false")), 0);
  EXPECT_EQ(read(x, integerCell(1, KILN_BOOLEAN)), 1);
  for (double bad : {4.5, 0x1p63, -kInf}) EXPECT_EQ(refused(x, cellOf(bad)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, textCell("4.5")), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, textCell("9223372036854775808")), KILN_TYPE_MISMATCH);
  EXPECT_EQ(run(x, {textCell("9223372036854775807")}).elements[0].i64, INT64_MAX);
  EXPECT_EQ(run(x, {cellOf(-0x1p63)}).elements[0].i64, INT64_MIN);
}

TEST_F(Frame, InputsOfNarrowIntegers) {
  const ValueId x = input(Elem::i32);
  EXPECT_EQ(read(x, integerCell(INT32_MIN)), INT32_MIN);
  EXPECT_EQ(refused(x, integerCell(int64_t{INT32_MAX} + 1)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, textCell("3e9")), KILN_TYPE_MISMATCH);
}

TEST_F(Frame, InputsOfBools) {
  const ValueId x = input(Elem::boolean);
  EXPECT_EQ(read(x, textCell("True")), 1);
  EXPECT_EQ(read(x, textCell("0.0")), 0);
  EXPECT_EQ(read(x, cellOf(1)), 1);
  EXPECT_EQ(read(x, integerCell(0)), 0);
  EXPECT_EQ(refused(x, cellOf(2)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, textCell("yes")), KILN_TYPE_MISMATCH);
}

TEST_F(Frame, InputsOfDates) {
  const ValueId x = input(Elem::date);
  EXPECT_EQ(read(x, textCell("1970-01-02")), 1);
  EXPECT_EQ(read(x, integerCell(-7)), -7);
  EXPECT_EQ(read(x, cellOf(12143)), 12143);
  EXPECT_EQ(refused(x, textCell("1970-02-30")), KILN_TYPE_MISMATCH);
  EXPECT_EQ(refused(x, integerCell(1, KILN_BOOLEAN)), KILN_TYPE_MISMATCH);
}

TEST_F(Frame, InputsOfText) {
  const ValueId x = input(Elem::str);
  EXPECT_EQ(run(x, {textCell(" a ")}).elements[0].text, " a ");
  EXPECT_EQ(run(x, {textCell("")}).elements[0].text, "");
  EXPECT_FALSE(run(x, {textCell("")}).elements[0].missing);
  EXPECT_EQ(refused(x, cellOf(1)), KILN_TYPE_MISMATCH);
}

TEST_F(Frame, NaNIsAValueMissingOrInvalid) {
  EXPECT_TRUE(std::isnan(*read(input(Elem::f64, Input::value), cellOf(kNaN))));
}
TEST_F(Frame, NaNIsMissing) {
  const ValueId x = input(Elem::f64, Input::missing);
  EXPECT_EQ(read(x, cellOf(kNaN)), kMissing);
  EXPECT_FALSE(failure);
  EXPECT_EQ(read(x, textCell("nan")), kMissing);
  EXPECT_FALSE(failure);
}
TEST_F(Frame, NaNIsInvalid) { EXPECT_EQ(refused(input(Elem::f64), textCell("NaN")), KILN_INVALID_VALUE); }
TEST_F(Frame, NaNOfAnIntegerIsMissing) {
  EXPECT_EQ(read(input(Elem::i64, Input::missing), cellOf(kNaN)), kMissing);
  EXPECT_FALSE(failure);
}
TEST_F(Frame, NaNIsNoInteger) { EXPECT_EQ(refused(input(Elem::i64, Input::value), cellOf(kNaN)), KILN_TYPE_MISMATCH); }
TEST_F(Frame, NaNOfARequiredInput) {
  const ValueId x = input(Elem::f64, Input::missing, false);
  EXPECT_EQ(refused(x, cellOf(kNaN)), KILN_MISSING_REQUIRED);
  EXPECT_EQ(refused(x, kiln_cell{}), KILN_MISSING_REQUIRED);
}

TEST_F(Frame, InputsOfLabels) {
  const ValueId x = input(dict({"red", "blue"}));
  EXPECT_EQ(read(x, textCell("blue")), 1);
  EXPECT_EQ(read(x, integerCell(0, KILN_CODE)), 0);
  EXPECT_EQ(refused(x, textCell("Blue")), KILN_INVALID_VALUE);
  EXPECT_EQ(refused(x, textCell(" blue")), KILN_INVALID_VALUE);  // labels are not trimmed
  EXPECT_EQ(refused(x, integerCell(2, KILN_CODE)), KILN_INVALID_VALUE);
  EXPECT_EQ(refused(x, integerCell(-1, KILN_CODE)), KILN_INVALID_VALUE);
  EXPECT_EQ(refused(x, cellOf(1)), KILN_TYPE_MISMATCH);
}
TEST_F(Frame, InputsOfLabelsOfAnOpenDict) {
  const ValueId x = input(dict({"red", "blue"}, true));
  EXPECT_EQ(read(x, textCell("green")), 2);
  EXPECT_EQ(read(x, integerCell(2, KILN_CODE)), 2);
  EXPECT_EQ(read(x, integerCell(77, KILN_CODE)), 2);
}
TEST_F(Frame, InputsOfNumericLabels) {
  Dict d;
  d.elem = Elem::f64, d.numbers = {1, 0};
  const ValueId x = input(b.table(d, "numbers"));
  EXPECT_EQ(read(x, textCell(" 1.0 ")), 0);
  EXPECT_EQ(read(x, cellOf(-0.0)), 1);
  EXPECT_EQ(read(x, integerCell(1)), 0);
  EXPECT_EQ(refused(x, cellOf(2)), KILN_INVALID_VALUE);
  EXPECT_EQ(refused(x, textCell("one")), KILN_TYPE_MISMATCH);
}
TEST_F(Frame, InputsOfIntegerLabels) {
  Dict d;
  d.elem = Elem::i64, d.integers = {7, -1}, d.open = true;
  const ValueId x = input(b.table(d, "integers"), Input::value);
  EXPECT_EQ(read(x, textCell("7.0")), 0);
  EXPECT_EQ(read(x, cellOf(-1)), 1);
  EXPECT_EQ(read(x, cellOf(8)), 2);
  EXPECT_EQ(refused(x, cellOf(7.5)), KILN_TYPE_MISMATCH);
}

// ---- prepare

struct Prepared : Bench {
  struct Result {
    std::optional<double> value;
    bool valid;
    uint32_t notes;
    Failure failure;
  };
  Result prepare(const Prepare& op, ValueId x) {
    const std::vector<ValueId> r = b.addAll(op, {x});
    const RowValue y = run(r[0]);
    Result result{kMissing, run(r[1]).elements[0].boolean, static_cast<uint32_t>(run(r[2]).elements[0].i32), y.failure};
    if (!y.failure) result.value = numbers(r[0])[0];
    types = {b.type(r[0]), b.type(r[1]), b.type(r[2])};
    return result;
  }
  std::vector<Type> types;
};

TEST_F(Prepared, ValidValuesPass) {
  Prepare op;
  op.fieldIndex = 5;
  Result r = prepare(op, f64(3));
  EXPECT_EQ(r.value, 3);
  EXPECT_TRUE(r.valid);
  EXPECT_EQ(r.notes, 0u);
  EXPECT_EQ(types[0], scalarType(Elem::f64));
  EXPECT_EQ(types[1], scalarType(Elem::boolean));
  EXPECT_EQ(types[2], scalarType(Elem::i32));
}

TEST_F(Prepared, ValidSetsOfValuesAndIntervals) {
  Prepare op;
  op.fieldIndex = 5, op.validValues = {7}, op.intervalLow = {0, 2}, op.intervalHigh = {1, 3},
  op.intervalClosed = {1, 2};
  for (double valid : {7.0, 0.0, 0.5, 2.5, 3.0}) EXPECT_TRUE(prepare(op, f64(valid)).valid) << valid;
  for (double bad : {1.0, 2.0, -1.0, kNaN, kInf}) {
    const Result r = prepare(op, f64(bad));
    EXPECT_FALSE(r.valid) << bad;
    EXPECT_EQ(r.failure.cause, KILN_INVALID_VALUE);
    EXPECT_EQ(r.failure.field, 5);
  }
  EXPECT_TRUE(types[0].fallible);
}

TEST_F(Prepared, TreatmentsOfInvalidValues) {
  Prepare op;
  op.validValues = {1}, op.invalid = Prepare::asIs;
  Result r = prepare(op, f64(9));
  EXPECT_EQ(r.value, 9);
  EXPECT_FALSE(r.valid);
  EXPECT_EQ(r.notes, 0u);
  op.invalid = Prepare::asMissing;
  EXPECT_EQ(prepare(op, f64(9)).value, kMissing);
  EXPECT_TRUE(types[0].nullable);
  op.missing = Prepare::replace, op.missingValue = 4;
  r = prepare(op, f64(9));
  EXPECT_EQ(r.value, 4);
  EXPECT_EQ(r.notes, KILN_REPLACED_MISSING);
  op.invalid = Prepare::asValue, op.invalidValue = 5;
  r = prepare(op, f64(9));
  EXPECT_EQ(r.value, 5);
  EXPECT_EQ(r.notes, KILN_REPLACED_INVALID);
}

TEST_F(Prepared, CellsThatDidNotConvertAreInvalid) {
  const ValueId bad = failed(f64(1), 3, KILN_TYPE_MISMATCH);
  Prepare op;
  op.fieldIndex = 5;
  EXPECT_EQ(prepare(op, bad).failure.cause, KILN_TYPE_MISMATCH);
  EXPECT_EQ(prepare(op, bad).failure.field, 3);
  op.invalid = Prepare::asIs;
  EXPECT_EQ(prepare(op, bad).failure.cause, KILN_TYPE_MISMATCH);  // there is no value to keep
  op.invalid = Prepare::asValue, op.invalidValue = 8;
  EXPECT_EQ(prepare(op, bad).value, 8);
  op.invalid = Prepare::asMissing;
  EXPECT_EQ(prepare(op, bad).value, kMissing);
  EXPECT_FALSE(prepare(op, bad).failure);
}

TEST_F(Prepared, OtherFailuresPassThrough) {
  Prepare op;
  op.invalid = Prepare::asMissing, op.missing = Prepare::replace;
  const Result r = prepare(op, failed(f64(1), 3, KILN_UNDEFINED));
  EXPECT_EQ(r.failure.cause, KILN_UNDEFINED);
  EXPECT_EQ(r.failure.field, 3);
  EXPECT_FALSE(r.valid);
  EXPECT_EQ(r.notes, 0u);
}

TEST_F(Prepared, MissingValuesAndTheirTreatment) {
  Prepare op;
  op.fieldIndex = 5, op.missingValues = {-999}, op.validValues = {1};
  EXPECT_EQ(prepare(op, f64(-999)).value, kMissing);
  EXPECT_FALSE(prepare(op, f64(-999)).valid);
  EXPECT_EQ(prepare(op, f64(kMissing)).value, kMissing);
  op.missing = Prepare::replace, op.missingValue = 77;  // not validated again
  const Result r = prepare(op, f64(-999));
  EXPECT_EQ(r.value, 77);
  EXPECT_EQ(r.notes, KILN_REPLACED_MISSING);
  EXPECT_FALSE(types[0].nullable);
  op.missing = Prepare::failMissing;
  EXPECT_EQ(prepare(op, f64(kMissing)).failure.cause, KILN_MISSING_REQUIRED);
  EXPECT_EQ(prepare(op, f64(kMissing)).failure.field, 5);
}

TEST_F(Prepared, Outliers) {
  Prepare op;
  op.low = 0, op.high = 10, op.outlier = Prepare::clip;
  EXPECT_EQ(prepare(op, f64(11)).value, 10);
  EXPECT_EQ(prepare(op, f64(-1)).value, 0);
  EXPECT_EQ(prepare(op, f64(11)).notes, KILN_OUTLIER);
  EXPECT_EQ(prepare(op, f64(10)).notes, 0u);
  EXPECT_TRUE(prepare(op, f64(11)).valid);
  EXPECT_TRUE(std::isnan(*prepare(op, f64(kNaN)).value));
  op.outlier = Prepare::outlierMissing;
  EXPECT_EQ(prepare(op, f64(11)).value, kMissing);
  op.missing = Prepare::replace, op.missingValue = 20;
  EXPECT_EQ(prepare(op, f64(11)).value, 20);
  EXPECT_EQ(prepare(op, f64(11)).notes, KILN_OUTLIER);
  EXPECT_EQ(prepare(op, f64(kMissing)).value, 20);  // the replacement is not clipped
  op.validValues = {1}, op.invalid = Prepare::asIs;
  EXPECT_EQ(prepare(op, f64(11)).value, 11);  // only valid values are outliers
}

TEST_F(Prepared, CodesAndIntegers) {
  const TableRef labels = dict({"a", "b"}, true);
  Prepare op;
  op.validValues = {0, 1, 2}, op.invalid = Prepare::asMissing;
  EXPECT_EQ(prepare(op, b.code(labels, 1)).value, 1);
  EXPECT_EQ(prepare(op, b.code(labels, 2)).value, kMissing);  // some other value is never valid
  op.missing = Prepare::replace, op.missingValue = 0;
  EXPECT_EQ(prepare(op, b.code(labels, 2)).value, 0);
  EXPECT_EQ(prepare(op, i64(2)).value, 2);
  EXPECT_EQ(prepare(op, i64(3)).value, 0);
  EXPECT_EQ(prepare(op, boolean(true)).value, 1);
}

TEST_F(Prepared, Text) {
  Prepare op;
  op.validTexts = {"a", "b"}, op.missingTexts = {"?"}, op.invalid = Prepare::asValue, op.invalidText = "other";
  op.missing = Prepare::replace, op.missingText = "none";
  EXPECT_EQ(text(b.addAll(op, {str("b")})[0]), "b");
  EXPECT_EQ(text(b.addAll(op, {str("c")})[0]), "other");
  EXPECT_EQ(text(b.addAll(op, {str("?")})[0]), "none");
  EXPECT_EQ(text(b.addAll(op, {str(kMissing)})[0]), "none");
}

// ---- the row

struct Row : Bench {
  void output(ValueId v) {
    Output op;
    op.field = "y";
    b.add(op, {v});
  }
  std::vector<kiln_cell> score(const std::vector<kiln_cell>& cells = {}) {
    std::vector<kiln_cell> out(pipeline.outputs().size());
    evaluator.emplace(pipeline);
    evaluator->evaluate(cells.data(), out.data(), &status);
    return out;
  }
  std::optional<Evaluator> evaluator;
};

TEST_F(Row, CellsOfEveryType) {
  const TableRef labels = dict({"a", "b"});
  Dict numeric;
  numeric.elem = Elem::i64, numeric.integers = {40, 50};
  output(f64(1.5)), output(f32(0.1)), output(i64(-3)), output(i32(4)), output(boolean(true)), output(str("text"));
  output(integer(5, Elem::date)), output(b.code(labels, 1)), output(b.code(b.table(numeric, "n"), 1)),
      output(f64(kMissing));
  const auto out = score();
  EXPECT_EQ(out[0].kind, KILN_NUMBER);
  EXPECT_EQ(out[0].as.number, 1.5);
  EXPECT_EQ(out[1].kind, KILN_NUMBER);
  EXPECT_EQ(out[1].as.number, static_cast<double>(0.1f));
  EXPECT_EQ(out[2].kind, KILN_INTEGER);
  EXPECT_EQ(out[2].as.integer, -3);
  EXPECT_EQ(out[3].kind, KILN_INTEGER);
  EXPECT_EQ(out[3].as.integer, 4);
  EXPECT_EQ(out[4].kind, KILN_BOOLEAN);
  EXPECT_EQ(out[4].as.integer, 1);
  EXPECT_EQ(out[5].kind, KILN_TEXT);
  EXPECT_EQ(std::string(out[5].as.text, out[5].length), "text");
  EXPECT_EQ(out[6].kind, KILN_INTEGER);
  EXPECT_EQ(out[6].as.integer, 5);
  EXPECT_EQ(out[7].kind, KILN_TEXT);
  EXPECT_EQ(std::string(out[7].as.text, out[7].length), "b");
  EXPECT_EQ(out[8].kind, KILN_INTEGER);
  EXPECT_EQ(out[8].as.integer, 50);
  EXPECT_EQ(out[9].kind, KILN_MISSING);
  EXPECT_EQ(status.bits, 0u);
  EXPECT_EQ(status.field, 0xffff);
  EXPECT_EQ(status.node, 0xffff);
  EXPECT_THROW(output(b.code(dict({"a"}, true), 0)), BuildError);  // an open dict's other value has no text
}

TEST_F(Row, NonFiniteResultsAreNotedAndNaNIsCanonical) {
  output(f64(-kNaN)), output(f64(kInf));
  const auto out = score();
  uint64_t bits;
  std::memcpy(&bits, &out[0].as.number, 8);
  EXPECT_EQ(bits, 0x7ff8000000000000u);
  EXPECT_EQ(status.bits, static_cast<uint32_t>(KILN_NON_FINITE));
}

TEST_F(Row, TheFirstFailureEndsTheRow) {
  output(f64(1));
  output(failed(f64(1), 3, KILN_INVALID_VALUE));
  output(failed(f64(1), 4, KILN_UNDEFINED));
  const auto out = score();
  for (const kiln_cell& cell : out) EXPECT_EQ(cell.kind, KILN_MISSING);
  EXPECT_EQ(status.bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_INVALID_VALUE));
  EXPECT_EQ(status.field, 3);
  EXPECT_EQ(status.node, 0xffff);
}

TEST_F(Row, AFailureOfANodeNamesTheNode) {
  const ValueId bad = b.call("log", {f64(-1)}, true);
  output(bad);
  score();
  EXPECT_EQ(status.field, 0xffff);
  EXPECT_EQ(status.node, pipeline.values[bad].node);
}

TEST_F(Row, ChecksEndRowsAndCommitNotes) {
  Prepare prepare;
  prepare.missing = Prepare::replace, prepare.missingValue = 2;
  const auto treated = b.addAll(prepare, {f64(kMissing)});
  const ValueId checked = b.add(Check(), {treated[0], treated[2]});
  EXPECT_FALSE(b.type(b.add(Check(), {failed(checked)})).fallible);
  output(checked);
  Note late;
  late.bit = KILN_DEFAULT_USED;
  b.add(late, {boolean(true)});
  EXPECT_EQ(score()[0].kind, KILN_MISSING);
  // REPLACED_MISSING was set before the row ended, DEFAULT_USED after it.
  EXPECT_EQ(status.bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_UNDEFINED | KILN_REPLACED_MISSING));
  EXPECT_EQ(status.field, 7);
}

TEST_F(Row, NotesOfTrueConditionsOnly) {
  Note note;
  note.bit = KILN_DEFAULT_USED;
  b.add(note, {boolean(kMissing)});
  b.add(note, {failed(boolean(true))});
  b.add(note, {boolean(false)});
  score();
  EXPECT_EQ(status.bits, 0u);
  note.bit = KILN_UNKNOWN_CATEGORY;
  b.add(note, {boolean(true)});
  score();
  EXPECT_EQ(status.bits, static_cast<uint32_t>(KILN_UNKNOWN_CATEGORY));
  note.bit = KILN_UNDEFINED;
  EXPECT_THROW(b.add(note, {boolean(true)}), BuildError);
}

TEST_F(Row, AnEvaluatorForgetsTheRowBefore) {
  Input in;
  in.field = "x", in.elem = Elem::f64;
  const ValueId x = b.add(in);
  const ValueId y = b.call("sqrt", {x}, true);
  output(y);
  Evaluator e(pipeline);
  kiln_cell out{};
  const kiln_cell bad = cellOf(-1), good = cellOf(9);
  e.evaluate(&bad, &out, &status);
  EXPECT_NE(status.bits, 0u);
  e.evaluate(&good, &out, &status);
  EXPECT_EQ(status.bits, 0u);
  EXPECT_EQ(status.node, 0xffff);
  EXPECT_EQ(out.as.number, 3);
}

// ---- failures made and mended

struct Failures : Bench {};

TEST_F(Failures, RaiseIf) {
  RaiseIf raise;
  raise.cause = KILN_INVALID_VALUE;
  EXPECT_EQ(cause(b.add(raise, {f64(1), boolean(true)})), KILN_INVALID_VALUE);
  EXPECT_EQ(failedField(b.add(raise, {f64(1), boolean(true)})), -1);
  EXPECT_EQ(number(b.add(raise, {f64(1), boolean(false)})), 1);
  EXPECT_EQ(number(b.add(raise, {f64(1), boolean(kMissing)})), 1);
  EXPECT_EQ(failedField(b.add(raise, {failed(f64(1), 2), failed(boolean(false), 3)})), 2);
  EXPECT_EQ(failedField(b.add(raise, {f64(1), failed(boolean(false), 3)})), 3);
  EXPECT_EQ(failedField(b.add(raise, {failed(f64(1), 2), boolean(true)})), 2);
}

TEST_F(Failures, Recover) {
  Recover all, some;
  some.causes = KILN_INVALID_VALUE;
  const ValueId bad = failed(f64(1), 3, KILN_UNDEFINED);
  EXPECT_TRUE(isMissing(b.add(all, {bad})));
  EXPECT_EQ(failedField(b.add(some, {bad})), 3);
  EXPECT_EQ(number(b.add(all, {f64(4)})), 4);
  EXPECT_EQ(b.type(b.add(all, {bad})), scalarType(Elem::f64, true, false));
  EXPECT_EQ(b.type(b.add(some, {bad})), scalarType(Elem::f64, true, true));
  EXPECT_EQ(numbers(b.add(all, {failed(vector({1, 2}))})), (Numbers{kMissing, kMissing}));
}

}  // namespace kiln::ir
