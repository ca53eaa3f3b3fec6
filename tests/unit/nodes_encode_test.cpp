// Casts, choices, encodings and look-ups.
#include "tests/unit/nodes_testing.h"

namespace kiln::ir {

// ---- cast

struct Casts : Bench {
  ValueId cast(ValueId x, Elem to, Cast::Mode mode = Cast::saturate) { return b.add(Cast(to, mode), {x}); }
};

TEST_F(Casts, FloatsSaturateAndTruncate) {
  EXPECT_EQ(whole(cast(f64(-2.9), Elem::i64)), -2);
  EXPECT_EQ(whole(cast(f64(1e300), Elem::i64)), INT64_MAX);
  EXPECT_EQ(whole(cast(f64(-kInf), Elem::i64)), INT64_MIN);
  EXPECT_EQ(whole(cast(f64(kNaN), Elem::i64)), 0);
  EXPECT_EQ(whole(cast(f64(9223372036854774784.0), Elem::i64)), 9223372036854774784);  // the largest double below 2^63
  EXPECT_EQ(number(cast(f64(3e9), Elem::i32)), INT32_MAX);
  EXPECT_EQ(number(cast(f64(2147483646.5), Elem::i32)), 2147483646);
  EXPECT_EQ(number(cast(f64(0.1), Elem::f32)), 0.1f);
  EXPECT_EQ(number(cast(f32(0.1), Elem::f64)), static_cast<double>(0.1f));
  EXPECT_EQ(number(cast(f64(kNaN), Elem::boolean)), 1);
  EXPECT_EQ(number(cast(f64(-0.0), Elem::boolean)), 0);
  EXPECT_TRUE(isMissing(cast(f64(kMissing), Elem::i64)));
}

TEST_F(Casts, IntegersRoundSaturateAndWrap) {
  EXPECT_EQ(number(cast(i64((int64_t{1} << 53) + 1), Elem::f64)), 0x1p53);
  EXPECT_EQ(number(cast(i64((int64_t{1} << 60) + (int64_t{1} << 36) + 1), Elem::f32)),
            0x1p60 + 0x1p37);  // rounded once
  EXPECT_EQ(number(cast(i64(INT64_MAX), Elem::i32)), INT32_MAX);
  EXPECT_EQ(number(cast(i64(0x1ffffffff), Elem::i32, Cast::wrap)), -1);
  EXPECT_EQ(whole(cast(i32(-5), Elem::i64, Cast::wrap)), -5);
  EXPECT_EQ(number(cast(i64(2), Elem::boolean)), 1);
  EXPECT_EQ(number(cast(boolean(true), Elem::f32)), 1);
}

TEST_F(Casts, CheckedNumbers) {
  EXPECT_EQ(whole(cast(f64(-4), Elem::i64, Cast::checked)), -4);
  EXPECT_EQ(number(cast(i64(1), Elem::boolean, Cast::checked)), 1);
  for (double bad : {4.5, kNaN, kInf, 0x1p63})
    EXPECT_EQ(cause(cast(f64(bad), Elem::i64, Cast::checked)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(cause(cast(f64(2), Elem::boolean, Cast::checked)), KILN_TYPE_MISMATCH);
  EXPECT_EQ(cause(cast(i64(int64_t{1} << 31), Elem::i32, Cast::checked)), KILN_TYPE_MISMATCH);
  EXPECT_TRUE(b.type(cast(f64(1), Elem::i64, Cast::checked)).fallible);
  EXPECT_EQ(failedField(cast(f64(4.5), Elem::i64, Cast::checked)), -1);
}

TEST_F(Casts, CheckedText) {
  EXPECT_EQ(number(cast(str(" 1e2 "), Elem::f64, Cast::checked)), 100);
  EXPECT_EQ(whole(cast(str("12.0"), Elem::i64, Cast::checked)), 12);
  EXPECT_EQ(number(cast(str("FALSE"), Elem::boolean, Cast::checked)), 0);
  EXPECT_EQ(whole(cast(str("2003-04-01"), Elem::date, Cast::checked)), 12143);
  EXPECT_EQ(whole(cast(str("00:00:01.5"), Elem::time, Cast::checked)), 1500000);
  EXPECT_EQ(whole(cast(str("1970-01-02T00:00:00"), Elem::datetime, Cast::checked)), 86400000000);
  EXPECT_EQ(cause(cast(str("x"), Elem::f64, Cast::checked)), KILN_TYPE_MISMATCH);
  EXPECT_TRUE(std::isnan(*number(cast(str("nan"), Elem::f64, Cast::checked))));
}

TEST_F(Casts, Labels) {
  Dict d;
  d.elem = Elem::f64, d.numbers = {0.5, 2};
  EXPECT_EQ(number(cast(b.code(b.table(d, "d"), 1), Elem::f64, Cast::label)), 2);
  EXPECT_EQ(text(cast(b.code(dict({"a", "b"}), 1), Elem::str, Cast::label)), "b");
  EXPECT_EQ(text(cast(b.missing(catType(dict({"a"}).id)), Elem::str, Cast::label)), std::nullopt);
  EXPECT_THROW(cast(b.code(dict({"a"}, true), 0), Elem::str, Cast::label), BuildError);
  EXPECT_THROW(cast(b.code(dict({"a"}), 0), Elem::f64, Cast::label), BuildError);
}

TEST_F(Casts, Text) {
  EXPECT_EQ(text(cast(f64(0.1), Elem::str, Cast::shortest)), "0.1");
  EXPECT_EQ(text(cast(f64(3), Elem::str, Cast::shortest)), "3");
  EXPECT_EQ(text(cast(f32(0.1), Elem::str, Cast::shortest)), "0.1");
  EXPECT_EQ(text(cast(f64(3), Elem::str, Cast::java)), "3.0");
  EXPECT_EQ(text(cast(f64(1e20), Elem::str, Cast::java)), "1.0E20");
  EXPECT_EQ(text(cast(f64(1e-7), Elem::str, Cast::java)), "1.0E-7");
  EXPECT_EQ(text(cast(i64(INT64_MIN), Elem::str, Cast::shortest)), "-9223372036854775808");
  EXPECT_EQ(text(cast(i32(7), Elem::str, Cast::java)), "7");
  EXPECT_EQ(text(cast(boolean(true), Elem::str, Cast::shortest)), "true");
  EXPECT_EQ(text(cast(integer(12143, Elem::date), Elem::str, Cast::shortest)), "2003-04-01");
  EXPECT_EQ(text(cast(integer(1500000, Elem::time), Elem::str, Cast::shortest)), "00:00:01.5");
  EXPECT_EQ(text(cast(f64(kMissing), Elem::str, Cast::shortest)), std::nullopt);
}

TEST_F(Casts, Refused) {
  EXPECT_THROW(cast(str("1"), Elem::f64), BuildError);
  EXPECT_THROW(cast(f64(1), Elem::i64, Cast::wrap), BuildError);
  EXPECT_THROW(cast(f64(1), Elem::f32, Cast::checked), BuildError);
  EXPECT_THROW(cast(str("1"), Elem::str, Cast::shortest), BuildError);
}

// ---- select, coalesce, choose

struct Choices : Bench {
  ValueId select(ValueId c, ValueId x, ValueId y) { return b.add(Select(), {c, x, y}); }
};

TEST_F(Choices, Select) {
  EXPECT_EQ(number(select(boolean(true), f64(1), f64(2))), 1);
  EXPECT_EQ(number(select(boolean(false), f64(1), f64(2))), 2);
  EXPECT_TRUE(isMissing(select(boolean(kMissing), f64(1), f64(2))));
  EXPECT_TRUE(isMissing(select(boolean(true), f64(kMissing), f64(2))));
  EXPECT_FALSE(b.type(select(boolean(true), f64(1), f64(2))).nullable);
  EXPECT_THROW(select(boolean(true), f64(1), f32(2)), BuildError);
}

TEST_F(Choices, SelectNeedsOneArmOnly) {
  const ValueId bad = failed(f64(1), 3), other = failed(f64(2), 4);
  EXPECT_EQ(number(select(boolean(true), f64(1), bad)), 1);
  EXPECT_EQ(failedField(select(boolean(false), f64(1), bad)), 3);
  EXPECT_EQ(failedField(select(failed(boolean(true), 2), f64(1), bad)), 2);
  EXPECT_TRUE(isMissing(select(boolean(kMissing), bad, bad)));
  EXPECT_EQ(failedField(select(booleans({false, true}), bad, other)), 4);  // the first element takes the second arm
}

TEST_F(Choices, SelectBroadcasts) {
  EXPECT_EQ(numbers(select(booleans({true, false, true}), vector({1, 2, kMissing}), f64(9))),
            (Numbers{1, 9, kMissing}));
  EXPECT_EQ(numbers(select(boolean(false), f64(1), vector({5, 6}))), (Numbers{5, 6}));
}

TEST_F(Choices, Coalesce) {
  EXPECT_EQ(number(b.add(Coalesce(), {f64(kMissing), f64(2), f64(3)})), 2);
  EXPECT_TRUE(isMissing(b.add(Coalesce(), {f64(kMissing)})));
  EXPECT_EQ(number(b.add(Coalesce(), {f64(1), failed(f64(2))})), 1);
  EXPECT_EQ(failedField(b.add(Coalesce(), {f64(kMissing), failed(f64(2), 3)})), 3);
  EXPECT_EQ(failedField(b.add(Coalesce(), {failed(f64(1), 2), f64(2)})), 2);
  EXPECT_EQ(numbers(b.add(Coalesce(), {vector({1, kMissing, kMissing}), vector({5, 6, kMissing})})),
            (Numbers{1, 6, kMissing}));
  EXPECT_EQ(b.type(b.add(Coalesce(), {f64(kMissing), f64(2), failed(f64(3))})),
            scalarType(Elem::f64));  // the last is never reached
  EXPECT_EQ(b.type(b.add(Coalesce(), {f64(kMissing), failed(f64(3))})), scalarType(Elem::f64, false, true));
}

TEST_F(Choices, Choose) {
  EXPECT_EQ(number(b.add(Choose(), {i32(1), f64(5), f64(6)})), 6);
  for (int64_t outside : {-1, 2}) EXPECT_TRUE(isMissing(b.add(Choose(), {i32(outside), f64(5), f64(6)})));
  EXPECT_TRUE(isMissing(b.add(Choose(), {i32(kMissing), f64(5), failed(f64(6))})));
  EXPECT_EQ(number(b.add(Choose(), {i32(0), f64(5), failed(f64(6))})), 5);
  EXPECT_EQ(failedField(b.add(Choose(), {i32(1), f64(5), failed(f64(6), 3)})), 3);
  EXPECT_EQ(numbers(b.add(Choose(), {i32(1), vector({1, 2}), vector({3, kMissing})})), (Numbers{3, kMissing}));
  const TableRef two = dict({"a", "b"}), open = dict({"a", "b"}, true);
  EXPECT_FALSE(b.type(b.add(Choose(), {b.code(two, 1), f64(5), f64(6)})).nullable);
  EXPECT_TRUE(b.type(b.add(Choose(), {b.code(open, 1), f64(5), f64(6)})).nullable);
  EXPECT_TRUE(isMissing(b.add(Choose(), {b.code(open, 2), f64(5), f64(6)})));
}

// ---- encode, lookup, discretize, piecewise

struct Tables : Bench {
  std::optional<double> encoded(TableRef labels, ValueId x, Encode::Unknown unknown) {
    Encode op;
    op.dict = labels, op.unknown = unknown, op.fieldIndex = 6;
    return number(b.add(op, {x}));
  }
};

TEST_F(Tables, EncodeText) {
  const TableRef open = dict({"a", "b"}, true), closed = dict({"a", "b"});
  EXPECT_EQ(encoded(closed, str("b"), Encode::missing), 1);
  EXPECT_EQ(encoded(closed, str("c"), Encode::missing), kMissing);
  EXPECT_EQ(encoded(open, str("c"), Encode::other), 2);
  EXPECT_EQ(encoded(open, str(kMissing), Encode::other), kMissing);
  EXPECT_THROW(encoded(closed, str("c"), Encode::other), BuildError);
  EXPECT_THROW(encoded(closed, f64(1), Encode::missing), BuildError);
  Encode fail;
  fail.dict = closed, fail.unknown = Encode::fail, fail.fieldIndex = 6;
  EXPECT_EQ(cause(b.add(fail, {str("c")})), KILN_INVALID_VALUE);
  EXPECT_EQ(failedField(b.add(fail, {str("c")})), 6);
  EXPECT_EQ(b.type(b.add(fail, {str("c")})), catType(closed.id, false, true));
}

TEST_F(Tables, EncodeNumbers) {
  Dict d;
  d.elem = Elem::f32, d.numbers = {static_cast<double>(0.1f), 0}, d.open = true;
  const TableRef labels = b.table(d, "floats");
  EXPECT_EQ(encoded(labels, f32(0.1), Encode::other), 0);
  EXPECT_EQ(encoded(labels, f32(-0.0), Encode::other), 1);
  EXPECT_EQ(encoded(labels, f32(kNaN), Encode::other), 2);
  Dict i;
  i.elem = Elem::i64, i.integers = {INT64_MAX};
  EXPECT_EQ(encoded(b.table(i, "integers"), i64(INT64_MAX), Encode::missing), 0);
}

TEST_F(Tables, EncodeCodes) {
  const TableRef from = dict({"a", "b"}, true), to = dict({"x", "b"}, true);
  EXPECT_EQ(encoded(to, b.code(from, 1), Encode::other), 1);
  EXPECT_EQ(encoded(to, b.code(from, 0), Encode::other), 2);
  EXPECT_EQ(encoded(to, b.code(from, 2), Encode::missing), kMissing);  // some other value has no label
}

TEST_F(Tables, LookupDense) {
  Lookup t;
  t.sizes = {2, 3}, t.numbers = {0, 1, 2, 10, 11, 12};
  LookupNode op;
  op.table = b.table(t, "t");
  EXPECT_EQ(number(b.add(op, {i32(1), i32(2)})), 12);
  for (int64_t outside : {-1, 3}) EXPECT_TRUE(isMissing(b.add(op, {i32(0), i32(outside)})));
  EXPECT_TRUE(isMissing(b.add(op, {i32(kMissing), i32(0)})));
  EXPECT_EQ(failedField(b.add(op, {failed(i32(0), 3), failed(i32(0), 4)})), 3);
  EXPECT_TRUE(b.type(b.add(op, {i32(0), i32(0)})).nullable);
  EXPECT_FALSE(b.type(b.add(op, {b.code(dict({"a", "b"}), 0), b.code(dict({"a", "b", "c"}), 0)})).nullable);
  EXPECT_TRUE(b.type(b.add(op, {b.code(dict({"a", "b"}, true), 0), b.code(dict({"a", "b", "c"}), 0)})).nullable);
  EXPECT_THROW(b.add(op, {i32(0)}), BuildError);
}

TEST_F(Tables, LookupDefaultsAndMissingRows) {
  Lookup t;
  t.sizes = {2}, t.numbers = {5, 6, 70, 80}, t.defaultRow = 2, t.missingRow = 3;
  LookupNode op;
  op.table = b.table(t, "t");
  EXPECT_EQ(number(b.add(op, {i32(1)})), 6);
  EXPECT_EQ(number(b.add(op, {i32(2)})), 70);
  EXPECT_EQ(number(b.add(op, {i32(kMissing)})), 80);
  EXPECT_FALSE(b.type(b.add(op, {i32(kMissing)})).nullable);
  EXPECT_EQ(numbers(b.add(op, {integers({1, kMissing, 9}, Elem::i32)})),
            (Numbers{6, 80, 70}));  // one scalar an element
}

TEST_F(Tables, LookupSparseVectors) {
  Lookup t;
  t.elem = Elem::f32, t.width = 2, t.sizes = {1000, 1000}, t.keys = {7, 1003};
  t.numbers = {1, 2, 3, 4}, t.missing = {0, 0, 0, 1};
  LookupNode op;
  op.table = b.table(t, "t");
  EXPECT_EQ(numbers(b.add(op, {i32(1), i32(3)})), (Numbers{3, kMissing}));
  EXPECT_EQ(numbers(b.add(op, {i32(0), i32(7)})), (Numbers{1, 2}));
  EXPECT_EQ(numbers(b.add(op, {i32(0), i32(8)})), (Numbers{kMissing, kMissing}));
}

TEST_F(Tables, LookupTextAndLabels) {
  Lookup t;
  t.elem = Elem::str, t.sizes = {2}, t.text = {"no", "yes"};
  LookupNode op;
  op.table = b.table(t, "t");
  EXPECT_EQ(text(b.add(op, {i32(1)})), "yes");
  Lookup c;
  c.elem = Elem::cat, c.dict = dict({"a", "b"}), c.sizes = {2}, c.integers = {1, 0};
  op.table = b.table(c, "c");
  const ValueId code = b.add(op, {i32(0)});
  EXPECT_EQ(number(code), 1);
  EXPECT_EQ(b.type(code).dict, c.dict.id);
}

TEST_F(Tables, Discretize) {
  Edges e;
  e.low = {-kInf, 0, 5, 20}, e.high = {0, 10, 6, kInf}, e.closed = {0, 1, 3, 0};  // the third bin never wins
  Discretize op;
  op.edges = b.table(e, "e");
  const auto bin = [&](std::optional<double> x) { return number(b.add(op, {f64(x)})); };
  EXPECT_EQ(bin(-1), 0);
  EXPECT_EQ(bin(0), 1);
  EXPECT_EQ(bin(5), 1);
  EXPECT_EQ(bin(10), kMissing);
  EXPECT_EQ(bin(20), kMissing);
  EXPECT_EQ(bin(21), 3);
  EXPECT_EQ(bin(kNaN), kMissing);
  EXPECT_EQ(bin(kMissing), kMissing);
  EXPECT_EQ(number(b.add(op, {f32(-0.5)})), 0);
}

TEST_F(Tables, Piecewise) {
  Knots k;
  k.x = {0, 2, 3}, k.y = {10, 20, 0};
  Piecewise op;
  op.knots = b.table(k, "k");
  const auto at = [&](std::optional<double> x, Piecewise::Outlier outlier) {
    op.outlier = outlier;
    return number(b.add(op, {f64(x)}));
  };
  EXPECT_EQ(at(1, Piecewise::asIs), 15);
  EXPECT_EQ(at(2, Piecewise::asIs), 20);
  EXPECT_EQ(at(2.5, Piecewise::asIs), 10);
  EXPECT_EQ(at(-1, Piecewise::asIs), 5);   // 10 + (-1 / 2) * 10
  EXPECT_EQ(at(4, Piecewise::asIs), -20);  // 20 + (2 / 1) * -20
  EXPECT_EQ(at(-1, Piecewise::clip), 10);
  EXPECT_EQ(at(4, Piecewise::clip), 0);
  EXPECT_EQ(at(-1, Piecewise::missing), kMissing);
  EXPECT_EQ(at(4, Piecewise::missing), kMissing);
  EXPECT_EQ(at(0, Piecewise::missing), 10);
  EXPECT_EQ(at(3, Piecewise::missing), 0);
  EXPECT_EQ(at(kMissing, Piecewise::clip), kMissing);
  EXPECT_TRUE(std::isnan(*at(kNaN, Piecewise::missing)));
  EXPECT_TRUE(b.type(b.add(op, {f64(1)})).nullable);
}

TEST_F(Tables, PiecewiseInFloat) {
  Knots k;
  k.x = {0, 3}, k.y = {0.1, 0.7};
  Piecewise op;
  op.knots = b.table(k, "k");
  const float expected = 0.1f + (1.0f - 0.0f) / (3.0f - 0.0f) * (0.7f - 0.1f);
  EXPECT_EQ(number(b.add(op, {f32(1)})), static_cast<double>(expected));
}

}  // namespace kiln::ir
