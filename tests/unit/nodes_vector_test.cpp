// Vectors: shape, reductions, order, votes, linear algebra, probabilities, combinations of models.
#include "tests/unit/nodes_testing.h"

namespace kiln::ir {

struct Vectors : Bench {
  ValueId reduce(Reduce::Kind kind, ValueId x, bool skip = false, bool checked = false) {
    Reduce op;
    op.op = kind, op.skip = skip, op.checked = checked;
    return b.add(op, {x});
  }
};

TEST_F(Vectors, Constants) {
  Const c;
  c.matrix = matrix({2, 2}, {1, 2, 3, 4});
  const ValueId v = b.add(c);
  EXPECT_EQ(numbers(v), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(b.type(v).shape, (std::vector<uint32_t>{2, 2}));
  Const two;
  two.number = 1, two.integer = 1;
  EXPECT_THROW(b.add(two), BuildError);
  EXPECT_THROW(b.integer(2, Elem::boolean), BuildError);
  EXPECT_THROW(b.integer(int64_t{1} << 31, Elem::i32), BuildError);
  EXPECT_THROW(b.code(dict({"a"}), 1), BuildError);
  EXPECT_EQ(number(b.code(dict({"a"}, true), 1)), 1);
}

TEST_F(Vectors, Concat) {
  EXPECT_EQ(numbers(b.add(Concat(), {vector({1, kMissing}), f64(3)})), (Numbers{1, kMissing, 3}));
  EXPECT_EQ(failedField(b.add(Concat(), {f64(1), failed(f64(2), 3), failed(f64(2), 4)})), 3);
  EXPECT_THROW(b.add(Concat(), {f64(1), f32(2)}), BuildError);
  Concat rows;
  rows.rows = true;
  const ValueId m = b.add(rows, {vector({1, 2}), vector({3, 4})});
  EXPECT_EQ(b.type(m).shape, (std::vector<uint32_t>{2, 2}));
  const ValueId three = b.add(rows, {m, vector({5, 6})});
  EXPECT_EQ(b.type(three).shape, (std::vector<uint32_t>{3, 2}));
  EXPECT_EQ(numbers(three), (Numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_THROW(b.add(rows, {m, vector({5, 6, 7})}), BuildError);
}

TEST_F(Vectors, Take) {
  Take one, many, dynamic;
  one.at = {1}, many.at = {2, 0}, many.scalar = false;
  const ValueId x = vector({1, 2, kMissing});
  EXPECT_EQ(number(b.add(one, {x})), 2);
  EXPECT_TRUE(b.type(b.add(one, {x})).isScalar());
  EXPECT_EQ(numbers(b.add(many, {x})), (Numbers{kMissing, 1}));
  EXPECT_EQ(number(b.add(dynamic, {x, i32(1)})), 2);
  EXPECT_TRUE(isMissing(b.add(dynamic, {x, i32(kMissing)})));
  for (int64_t outside : {-1, 3}) EXPECT_EQ(cause(b.add(dynamic, {x, i32(outside)})), KILN_UNDEFINED);
  EXPECT_TRUE(b.type(b.add(dynamic, {x, i32(1)})).fallible);
  Const c;
  c.matrix = matrix({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(numbers(b.add(one, {b.add(c)})), (Numbers{3, 4}));
  one.at = {3};
  EXPECT_THROW(b.add(one, {x}), BuildError);
}

TEST_F(Vectors, ReduceSums) {
  const ValueId x = vector({1, 2, 4});
  EXPECT_EQ(number(reduce(Reduce::sum, x)), 7);
  EXPECT_EQ(number(reduce(Reduce::product, x)), 8);
  EXPECT_EQ(number(reduce(Reduce::sumsq, x)), 21);
  EXPECT_EQ(number(reduce(Reduce::mean, vector({1, 2}))), 1.5);
  EXPECT_EQ(number(reduce(Reduce::min, x)), 1);
  EXPECT_EQ(number(reduce(Reduce::max, x)), 4);
  EXPECT_TRUE(std::isnan(*number(reduce(Reduce::max, vector({1, kNaN, 2})))));
  // Left to right in float: 2^24 + 1 + 1 stays 2^24.
  EXPECT_EQ(number(reduce(Reduce::sum, vector({16777216, 1, 1}, Elem::f32))), 16777216);
  EXPECT_EQ(number(reduce(Reduce::sum, vector({1, 1, 16777216}, Elem::f32))), 16777218);
}

// 2^24 + 1 stays 2^24, so the order shows: by hand, from the description of the orders.
TEST_F(Vectors, ReduceSumsInOtherOrders) {
  const auto sum = [&](Reduce::Order order, Numbers x, Elem elem = Elem::f32) {
    Reduce op;
    op.order = order;
    return number(b.add(op, {vector(x, elem)}));
  };
  const double big = 16777216;
  EXPECT_EQ(sum(Reduce::vectors, {big, 1, 1}), big);                     // no whole vector: one by one
  EXPECT_EQ(sum(Reduce::vectors, {big, 1, 1, 1}), big + 2);              // (big + 1) + (1 + 1)
  EXPECT_EQ(sum(Reduce::vectors, {big, 1, 1, 1, 1, 1}), big + 4);        // the last two one by one: a tie up to 4, one down to it
  EXPECT_EQ(sum(Reduce::vectors, {big, 1, 1, 1, 1, 1, 1, 1}), big + 6);  // (big + 1), and 2, 2, 2
  EXPECT_EQ(sum(Reduce::vectors, {big, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), big + 10);
  EXPECT_EQ(sum(Reduce::vectors, {big * big * 32, 1, 1, 1}, Elem::f64), big * big * 32 + 2);
  EXPECT_EQ(sum(Reduce::blocks, {1, 1, 1, 1, big, 1, 1, 1, 1, 1}), big + 6);   // 4, then big, then 2
  EXPECT_EQ(sum(Reduce::blocks, {big, 1, 1, 1}), big);
  Reduce ofIntegers;
  ofIntegers.order = Reduce::blocks;
  EXPECT_THROW(b.add(ofIntegers, {integers({1, 2})}), BuildError);
}

TEST_F(Vectors, ReduceMissing) {
  const ValueId x = vector({1, kMissing, 4}), none = vector({kMissing, kMissing});
  EXPECT_TRUE(isMissing(reduce(Reduce::sum, x)));
  EXPECT_EQ(number(reduce(Reduce::sum, x, true)), 5);
  EXPECT_EQ(number(reduce(Reduce::mean, x, true)), 2.5);
  EXPECT_EQ(number(reduce(Reduce::count, x, true)), 2);
  EXPECT_TRUE(isMissing(reduce(Reduce::count, x)));
  EXPECT_TRUE(isMissing(reduce(Reduce::max, none, true)));
  EXPECT_EQ(number(reduce(Reduce::count, none, true)), 0);
  EXPECT_FALSE(b.type(reduce(Reduce::count, none, true)).nullable);
  EXPECT_EQ(failedField(reduce(Reduce::sum, failed(x, 3))), 3);
}

TEST_F(Vectors, ReduceMedian) {
  EXPECT_EQ(number(reduce(Reduce::median, vector({9, 1, 5}))), 5);
  EXPECT_EQ(number(reduce(Reduce::median, vector({9, 1, 5, 2}))), 3.5);
  EXPECT_EQ(number(reduce(Reduce::median, vector({9, kMissing, 5}), true)), 7);
  EXPECT_TRUE(std::isnan(*number(reduce(Reduce::median, vector({9, kNaN, 5})))));
  EXPECT_EQ(number(reduce(Reduce::median, integers({4, 1}))), 2.5);
}

TEST_F(Vectors, ReduceIntegersAndBools) {
  const ValueId x = integers({INT64_MAX, 1});
  EXPECT_EQ(whole(reduce(Reduce::sum, x)), INT64_MIN);
  EXPECT_EQ(cause(reduce(Reduce::sum, x, false, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(reduce(Reduce::product, integers({INT64_MAX, 2}), false, true)), KILN_UNDEFINED);
  EXPECT_EQ(cause(reduce(Reduce::sumsq, integers({int64_t{1} << 32}), false, true)), KILN_UNDEFINED);
  EXPECT_EQ(whole(reduce(Reduce::product, integers({-3, 4}), false, true)), -12);
  EXPECT_EQ(number(reduce(Reduce::mean, integers({1, 2}))), 1.5);
  EXPECT_EQ(number(reduce(Reduce::count, booleans({true, false, true}))), 2);
  EXPECT_EQ(number(reduce(Reduce::any, booleans({false, true}))), 1);
  EXPECT_EQ(number(reduce(Reduce::all, booleans({false, true}))), 0);
  EXPECT_EQ(number(reduce(Reduce::all, integers({3, -1}))), 1);
  EXPECT_THROW(reduce(Reduce::sum, booleans({true})), BuildError);
  EXPECT_THROW(reduce(Reduce::sum, f64(1)), BuildError);
}

TEST_F(Vectors, ArgMax) {
  const auto at = [&](Numbers x, bool smallest = false, bool last = false) {
    ArgMax op;
    op.smallest = smallest, op.last = last;
    return number(b.add(op, {vector(x)}));
  };
  EXPECT_EQ(at({1, 3, 3}), 1);
  EXPECT_EQ(at({1, 3, 3}, false, true), 2);
  EXPECT_EQ(at({4, 1, 1, 2}, true), 1);
  EXPECT_EQ(at({4, 1, 1, 2}, true, true), 2);
  EXPECT_EQ(at({kMissing, kNaN, -kInf}), 2);
  EXPECT_EQ(at({kMissing, kNaN}), kMissing);
  EXPECT_EQ(at({-0.0, 0.0}), 0);
  ArgMax label;
  label.dict = dict({"a", "b"});
  EXPECT_EQ(b.type(b.add(label, {vector({1, 2})})).elem, Elem::cat);
  EXPECT_THROW(b.add(label, {vector({1, 2, 3})}), BuildError);
  EXPECT_EQ(number(b.add(ArgMax(), {integers({INT64_MIN, INT64_MIN + 1})})), 1);
}

TEST_F(Vectors, TopK) {
  const auto top = [&](Numbers x, uint32_t k, bool smallest = false) {
    TopK op;
    op.k = k, op.smallest = smallest;
    return b.addAll(op, {vector(x)});
  };
  auto r = top({3, 7, 7, 1}, 3);
  EXPECT_EQ(numbers(r[0]), (Numbers{7, 7, 3}));
  EXPECT_EQ(numbers(r[1]), (Numbers{1, 2, 0}));
  r = top({3, kNaN, kMissing, 1}, 4, true);
  EXPECT_EQ(numbers(r[1]), (Numbers{3, 0, 1, kMissing}));
  EXPECT_TRUE(std::isnan(*numbers(r[0])[2]));
  r = top({5}, 2);
  EXPECT_EQ(numbers(r[0]), (Numbers{5, kMissing}));
  EXPECT_TRUE(b.type(r[1]).nullable);
}

// Expected: ONNX Runtime 1.31.1, and its algorithm by hand.
TEST_F(Vectors, TopKOfAHeap) {
  const auto at = [&](TopK::Order order, Numbers x, uint32_t k, bool smallest) {
    TopK op;
    op.k = k, op.smallest = smallest, op.order = order;
    return numbers(b.addAll(op, {vector(x, Elem::f32)})[1]);
  };
  EXPECT_EQ(at(TopK::heap, {3, 1, kNaN, 2, 5, kNaN, 0}, 3, true), (Numbers{1, 0, 2}));
  EXPECT_EQ(at(TopK::heap, {kNaN, 1, 4, 2, 5, kNaN, 0}, 3, false), (Numbers{2, 1, 0}));
  EXPECT_EQ(at(TopK::heap, {kNaN, kNaN, 4, 2}, 2, true), (Numbers{0, 1}));
  EXPECT_EQ(at(TopK::heap, {3, 7, 7, 1}, 3, false), (Numbers{1, 2, 0}));   // without NaN as by value
  EXPECT_EQ(at(TopK::unsorted, {3, 1, 7, 2, 5, 6, 0}, 3, true), (Numbers{3, 1, 6}));
  EXPECT_EQ(at(TopK::unsorted, {3, 1, 7, 2, 5, 6, 0, 9}, 3, false), (Numbers{5, 2, 7}));
  TopK tooMany;
  tooMany.k = 3, tooMany.order = TopK::heap;
  EXPECT_THROW(b.addAll(tooMany, {vector({1, 2})}), BuildError);
}

TEST_F(Vectors, Tally) {
  Tally op;
  op.size = 3;
  auto r =
      b.addAll(op, {integers({2, 0, 2, kMissing, 5, -1, 0}, Elem::i32), vector({0.5, 1, 0.25, 9, 9, 9, kMissing})});
  EXPECT_EQ(numbers(r[0]), (Numbers{1, 0, 0.75}));
  EXPECT_EQ(numbers(r[1]), (Numbers{1, kMissing, 0}));
  r = b.addAll(op, {failed(integers({0}, Elem::i32), 3), failed(vector({1}), 4)});
  EXPECT_EQ(failedField(r[0]), 3);
  EXPECT_EQ(failedField(r[1]), 3);
}

TEST_F(Vectors, Dense) {
  Dense op;
  op.weights = matrix({2, 3}, {1, 2, 3, 0, 0, 1}), op.bias = matrix({2}, {10, 20});
  EXPECT_EQ(numbers(b.add(op, {vector({1, 1, 2})})), (Numbers{19, 22}));
  EXPECT_EQ(numbers(b.add(op, {vector({kMissing, 1, 2})})), (Numbers{kMissing, kMissing}));
  op.skipZero = true;
  EXPECT_EQ(numbers(b.add(op, {vector({kMissing, kInf, 2})})), (Numbers{kMissing, 22}));
  op.weights = matrix({1, 2}, {0, 0}), op.bias = TableRef(), op.scalar = true;
  EXPECT_EQ(number(b.add(op, {vector({kNaN, kMissing})})), 0);
  EXPECT_THROW(b.add(op, {vector({1, 2, 3})}), BuildError);
}

TEST_F(Vectors, DenseKeepsTheOrderOfItsTerms) {
  // In float: 2^24 swallows every 1 that is added to it, unless the ones come first.
  Dense op;
  op.weights = matrix({1, 2}, {1, 1}, Elem::f32), op.bias = matrix({1}, {16777216}, Elem::f32), op.scalar = true;
  const ValueId x = vector({1, 1}, Elem::f32);
  EXPECT_EQ(number(b.add(op, {x})), 16777216);
  op.biasLast = true;
  EXPECT_EQ(number(b.add(op, {x})), 16777218);
}

TEST_F(Vectors, DenseStriped) {
  // 20 terms: partial 0 is x[0] + x[16], and so on; then i + 8, 4, 2, 1. With 2^24 at 0 and ones elsewhere, in float:
  // partials 0: 2^24 (+ 1 lost), 1 to 3: 2, 4 to 15: 1. Step 8: 2^24 (+ 1 lost), 3, 3, 3, then 2 each of four. Step 4:
  // 2^24 + 2, 5, 5, 5. Step 2: 2^24 + 2 + 5 = 16777223, between 16777222 and 16777224, to even 16777224; 10. Step 1:
  // 16777234.
  Dense op;
  op.order = Dense::striped, op.scalar = true;
  Numbers x(20, 1.0);
  x[0] = 16777216;
  op.weights = matrix({1, 20}, std::vector<double>(20, 1), Elem::f32);
  EXPECT_EQ(number(b.add(op, {vector(x, Elem::f32)})), 16777234);
}

TEST_F(Vectors, DenseFused) {
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, of which a rounded product keeps 1 + 2^-11. Two panels of one input round it.
  const double a = 1 + std::ldexp(1, -12), b1 = -(1 + std::ldexp(1, -11));
  Dense op;
  op.order = Dense::fused, op.scalar = true;
  op.weights = matrix({1, 2}, {b1, a}, Elem::f32);
  const ValueId x = vector({1, a}, Elem::f32);
  EXPECT_EQ(number(b.add(op, {x})), std::ldexp(1, -24));
  op.panel = 1;
  EXPECT_EQ(number(b.add(op, {x})), 0);
  op.bias = matrix({1}, {3}, Elem::f32);
  EXPECT_EQ(number(b.add(op, {x})), 3);
  op.skipZero = true;
  EXPECT_THROW(b.add(op, {x}), BuildError);
}

TEST_F(Vectors, Terms) {
  Exponents t;  // x0^2 * x1, x1^-1, 1 (no factor), x0 (x2^0 left out)
  t.first = {0, 2, 3, 3, 5}, t.operand = {0, 1, 1, 0, 2}, t.exponent = {2, 1, -1, 1, 0};
  Terms op;
  op.exponents = b.table(t, "t");
  EXPECT_EQ(numbers(b.add(op, {vector({3, 4, kMissing})})), (Numbers{36, 0.25, 1, 3}));
  EXPECT_EQ(numbers(b.add(op, {vector({kMissing, 4, 1})})), (Numbers{kMissing, 0.25, 1, kMissing}));
  EXPECT_EQ(numbers(b.add(op, {vector({-0.0, 2, 1})})), (Numbers{0, 0.5, 1, 0}));
}

TEST_F(Vectors, TermsMultiplyInFloat) {
  Exponents t;
  t.first = {0, 1, 2}, t.operand = {0, 0}, t.exponent = {3, 0.5};
  Terms op;
  op.exponents = b.table(t, "t");
  const float x = 1.1f, cube = x * x * x;
  EXPECT_EQ(numbers(b.add(op, {vector({1.1}, Elem::f32)})), (Numbers{cube, static_cast<double>(std::sqrt(x))}));
}

TEST_F(Vectors, Normalize) {
  const Numbers softmax = numbers(b.add(Normalize(Normalize::softmax), {vector({1000, 1001})}));  // no overflow
  EXPECT_NEAR(*softmax[0], 1 / (1 + std::exp(1.0)), 1e-15);
  EXPECT_NEAR(*softmax[1], 1 / (1 + std::exp(-1.0)), 1e-15);
  EXPECT_EQ(numbers(b.add(Normalize(Normalize::simplemax), {vector({1, 3})})), (Numbers{0.25, 0.75}));
  EXPECT_EQ(numbers(b.add(Normalize(Normalize::ordinalDifference), {vector({0.25, 0.75})})),
            (Numbers{0.25, 0.5, 0.25}));
  EXPECT_EQ(numbers(b.add(Normalize(Normalize::oneMinusSum), {vector({0.25, 0.5})})), (Numbers{0.25, 0.5, 0.25}));
  EXPECT_EQ(numbers(b.add(Normalize(Normalize::oneMinusSum), {vector({0.25, kMissing})})),
            (Numbers{kMissing, kMissing, kMissing}));
  EXPECT_TRUE(std::isnan(*numbers(b.add(Normalize(Normalize::softmax), {vector({1, kNaN})}))[0]));
  EXPECT_EQ(failedField(b.add(Normalize(), {failed(vector({1}), 3)})), 3);
}

// ---- combine

struct Combines : Bench {
  std::vector<ValueId> combine(Combine op, ValueId members, const std::vector<bool>& ran, const Numbers& weights = {}) {
    op.weighted = !weights.empty();
    std::vector<ValueId> operands = {members, booleans(ran)};
    if (op.weighted) operands.push_back(vector(weights));
    return b.addAll(op, operands);
  }
  static Combine method(Combine::Method m, Combine::Missing missing = Combine::continueMissing, double threshold = 1,
                        uint32_t size = 0) {
    Combine op;
    op.method = m, op.missing = missing, op.threshold = threshold, op.size = size;
    return op;
  }
  ValueId codes(const Integers& v) { return integers(v, Elem::i32); }
};

TEST_F(Combines, OnlyMembersThatRanCount) {
  const ValueId x = vector({1, kMissing, 4, 7});
  const std::vector<bool> ran = {true, false, true, true};
  EXPECT_EQ(number(combine(method(Combine::sum), x, ran)[0]), 12);
  EXPECT_EQ(number(combine(method(Combine::average), x, ran)[0]), 4);
  EXPECT_EQ(number(combine(method(Combine::min), x, ran)[0]), 1);
  EXPECT_EQ(number(combine(method(Combine::max), x, ran)[0]), 7);
  EXPECT_EQ(number(combine(method(Combine::median), x, ran)[0]), 4);
  EXPECT_EQ(number(combine(method(Combine::median), x, {true, false, true, false})[0]), 2.5);
  EXPECT_TRUE(isMissing(combine(method(Combine::sum), x, {false, false, false, false})[0]));
}

TEST_F(Combines, Weighted) {
  const ValueId x = vector({1, 4, 7});
  const std::vector<bool> all = {true, true, true};
  EXPECT_EQ(number(combine(method(Combine::sum), x, all, {1, 2, 3})[0]), 30);
  EXPECT_EQ(number(combine(method(Combine::average), x, all, {1, 2, 3})[0]), 5);
  EXPECT_EQ(number(combine(method(Combine::median), x, all, {1, 2, 3})[0]), 4);  // 1 + 2 reaches half of 6
  EXPECT_EQ(number(combine(method(Combine::median), x, all, {1, 2, 4})[0]), 7);
  EXPECT_EQ(number(combine(method(Combine::average), x, {true, false, true}, {1, 2, 3})[0]), 5.5);
}

TEST_F(Combines, ProbabilitiesByColumn) {
  Concat rows;
  rows.rows = true;
  const ValueId x = b.add(rows, {vector({0.25, 0.75}), vector({0.75, 0.25}), vector({kMissing, 1})});
  const ValueId mean = combine(method(Combine::average), x, {true, true, false})[0];
  EXPECT_EQ(numbers(mean), (Numbers{0.5, 0.5}));
  EXPECT_EQ(numbers(combine(method(Combine::max), x, {true, true, false})[0]), (Numbers{0.75, 0.75}));
  // The third member is missing as a whole.
  EXPECT_EQ(numbers(combine(method(Combine::average), x, {true, true, true})[0]), (Numbers{kMissing, kMissing}));
  EXPECT_EQ(numbers(combine(method(Combine::average, Combine::skip), x, {true, true, true})[0]), (Numbers{0.5, 0.5}));
}

TEST_F(Combines, MissingMembers) {
  const ValueId x = vector({1, kMissing, 4, kMissing});
  const std::vector<bool> all(4, true);
  EXPECT_TRUE(isMissing(combine(method(Combine::sum), x, all)[0]));
  EXPECT_TRUE(isMissing(combine(method(Combine::sum, Combine::returnMissing), x, all)[0]));
  EXPECT_EQ(number(combine(method(Combine::sum, Combine::skip), x, all)[0]), 5);
  EXPECT_EQ(number(combine(method(Combine::sum, Combine::skip, 0.5), x, all)[0]), 5);  // 2 of 4 is not more
  EXPECT_TRUE(isMissing(combine(method(Combine::sum, Combine::skip, 0.49), x, all)[0]));
  EXPECT_TRUE(
      isMissing(combine(method(Combine::sum, Combine::skip, 0.5), x, all, {1, 2, 1, 1})[0]));  // 3 of 5 by weight
  EXPECT_TRUE(isMissing(combine(method(Combine::sum, Combine::skip), x, {false, true, false, true})[0]));
}

TEST_F(Combines, Votes) {
  const Combine vote = method(Combine::vote, Combine::continueMissing, 1, 3);
  auto r = combine(vote, codes({2, 0, 2, 1}), {true, true, true, false});
  EXPECT_EQ(numbers(r[0]), (Numbers{1, 0, 2}));
  EXPECT_EQ(number(r[1]), 2);
  EXPECT_EQ(number(combine(vote, codes({2, 0}), {true, true})[1]), 2);  // ties: the code met first
  EXPECT_EQ(number(combine(vote, codes({2, 0, 0}), {true, true, true}, {3, 1, 1})[1]), 2);
  EXPECT_TRUE(isMissing(combine(vote, codes({2, 0}), {false, false})[1]));
}

TEST_F(Combines, VotesForMissing) {
  const std::vector<bool> all(4, true);
  const auto winner = [&](Combine::Missing missing, Integers votes, double threshold = 1) {
    const auto r =
        combine(method(Combine::vote, missing, threshold, 2), codes(votes), std::vector<bool>(votes.size(), true));
    EXPECT_EQ(numbers(r[0])[0] == kMissing, number(r[1]) == kMissing);
    return number(r[1]);
  };
  EXPECT_EQ(winner(Combine::continueMissing, {1, kMissing}), 1);  // as many is not more
  EXPECT_EQ(winner(Combine::continueMissing, {1, kMissing, kMissing}), kMissing);
  EXPECT_EQ(winner(Combine::continueMissing, {1, 0, kMissing, kMissing}), kMissing);
  EXPECT_EQ(winner(Combine::returnMissing, {1, 1, kMissing}), kMissing);
  EXPECT_EQ(winner(Combine::skip, {1, kMissing, kMissing}), 1);
  EXPECT_EQ(winner(Combine::skip, {1, kMissing, kMissing}, 0.5), kMissing);
  EXPECT_EQ(winner(Combine::skip, {kMissing, kMissing}), kMissing);
}

}  // namespace kiln::ir
