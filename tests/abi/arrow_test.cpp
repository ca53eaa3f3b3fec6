// score_arrow against score_row, bit for bit, over arrays built by hand; and arrays that lie.
#include "tests/abi/arrow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/dict.h"
#include "tests/differential/harness.h"

namespace kiln::test {
namespace {

using ir::Elem;

constexpr size_t kRows = 1300;   // some blocks and a part of one

class Pipelines {
 public:
  explicit Pipelines(const char* name) : b_(pipeline) { pipeline.name = name, pipeline.sourceFormat = "hand"; }
  ir::ValueId input(const char* name, Elem elem, bool nullable = true, ir::TableRef dict = {}, ir::Input::Nan nan = ir::Input::value) {
    ir::Input in;
    in.field = name, in.elem = elem, in.dict = dict, in.nullable = nullable, in.nan = nan;
    return b_.add(ir::Check(), {b_.add(in, {}, name)});
  }
  void output(const std::string& name, ir::ValueId v) {
    ir::Output out;
    out.field = name;
    b_.add(out, {v});
  }
  void echo(const char* name, Elem elem, bool nullable = true, ir::TableRef dict = {}) { output(std::string("out_") + name, input(name, elem, nullable, dict)); }
  ir::TableRef labels(std::initializer_list<const char*> texts) {
    ir::Dict dict;
    for (const char* t : texts) dict.add(t);
    return b_.table(dict, "labels");
  }
  ir::TableRef numbers(std::initializer_list<double> values) {
    ir::Dict dict;
    dict.elem = Elem::f64;
    for (double v : values) dict.add(v);
    return b_.table(dict, "numbers");
  }
  ir::Builder& builder() { return b_; }
  ir::Pipeline pipeline;

 private:
  ir::Builder b_;
};

/// One input of each type, shown as it is; and a sum.
ir::Pipeline everyType() {
  Pipelines p("types");
  p.echo("i64", Elem::i64), p.echo("i32", Elem::i32), p.echo("flag", Elem::boolean);
  p.echo("date", Elem::date), p.echo("time", Elem::time), p.echo("moment", Elem::datetime);
  p.echo("colour", Elem::cat, true, p.labels({"red", "", "green", "a label of more than sixteen bytes"}));
  p.echo("grade", Elem::cat, true, p.numbers({1, 2.5, 7}));
  p.echo("must", Elem::f64, false);
  const ir::ValueId x = p.input("x", Elem::f64, true, {}, ir::Input::missing), y = p.input("y", Elem::f32, true, {}, ir::Input::invalid);
  p.output("out_x", x), p.output("out_y", y), p.output("square", p.builder().call("mul", {x, x}));
  return std::move(p.pipeline);
}

/// What score_row gives for one row.
struct Answer {
  Row cells;
  kiln_status status;
};
Answer scoreRow(const kiln_scorer& s, const Row& in) {
  Scratch scratch(s);
  Answer answer{Row(s.output_count), {}};
  EXPECT_EQ(s.score_row(in.data(), answer.cells.data(), scratch.data(), scratch.size(), &answer.status), KILN_OK);
  return answer;
}
std::string same(const kiln_status& a, const kiln_status& b) {
  if (a.bits == b.bits && a.field == b.field && a.node == b.node) return "";
  return "status " + std::to_string(a.bits) + "/" + std::to_string(a.field) + " and " + std::to_string(b.bits) + "/" + std::to_string(b.field);
}
/// Whether element i of an output's array is what score_row gave.
bool same(const kiln_field& field, const Column& c, size_t i, const kiln_cell& cell) {
  if (cell.kind == KILN_MISSING) return !c.isValid(i);
  if (!c.isValid(i)) return false;
  switch (field.type) {
    case KILN_F64: return c.value<uint64_t>(i) == std::bit_cast<uint64_t>(cell.as.number);
    case KILN_F32: return c.value<uint32_t>(i) == std::bit_cast<uint32_t>(static_cast<float>(cell.as.number));
    case KILN_I32: case KILN_DATE: return c.value<int32_t>(i) == cell.as.integer;
    case KILN_BOOL: return c.bit(i) == (cell.as.integer != 0);
    case KILN_STRING: {
      const auto code = static_cast<uint32_t>(c.value<int32_t>(i));
      const uint32_t* offsets = field.categories.offsets;
      return code < field.categories.count && std::string(field.categories.text + offsets[code], offsets[code + 1] - offsets[code]) == std::string(cell.as.text, cell.length);
    }
    default: return c.value<int64_t>(i) == cell.as.integer;
  }
}
Struct outputsOf(const kiln_scorer& s, size_t rows, int64_t skip) {
  Struct out;
  for (uint32_t o = 0; o < s.output_count; o++) {
    const kiln_field& f = *kiln_field_at(s.outputs, o);
    static const std::pair<const char*, size_t> formats[] = {{}, {"g", 8}, {"f", 4}, {"l", 8}, {"i", 4}, {"b", 1}, {"i", 4}, {"tdD", 4}, {"ttu", 8}, {"tsu:", 8}};
    out.columns.push_back(Column::room(f.name, formats[f.type].first, rows, formats[f.type].second, skip));
  }
  return out;
}
/// Scores `in` by Arrow on every tier, and its rows (as cells) one by one: all must agree.
void compare(const Loaded& loaded, Struct& in, const std::vector<Row>& rows, int64_t offset = 0, int64_t skip = 3) {
  ASSERT_EQ(loaded.error(), "");
  const size_t n = rows.size();
  for (const kiln_tier& tier : loaded.tiers()) {
    const kiln_scorer& s = *tier.scorer;
    Struct out = outputsOf(s, n, skip);
    std::vector<uint64_t> binding(s.binding_bytes / 8 + 1);
    std::vector<uint8_t> problems(s.input_count + s.output_count, 99);
    ASSERT_EQ(s.bind_arrow(in.schema(), out.schema(), binding.data(), problems.data()), 0);
    Scratch scratch(s);
    std::vector<kiln_status> statuses(n);
    ArrowArray* results = out.array(static_cast<int64_t>(n));
    ASSERT_EQ(s.score_arrow(binding.data(), in.array(static_cast<int64_t>(n), offset), results, scratch.data(), scratch.size(), statuses.data()), KILN_OK);
    std::vector<int64_t> nulls(s.output_count, 0);
    for (size_t r = 0; r < n; r++) {
      const Answer answer = scoreRow(s, rows[r]);
      ASSERT_EQ(same(answer.status, statuses[r]), "") << tier.name << " row " << r;
      for (uint32_t o = 0; o < s.output_count; o++) {
        nulls[o] += !out.columns[o].isValid(r);
        ASSERT_TRUE(same(*kiln_field_at(s.outputs, o), out.columns[o], r, answer.cells[o])) << tier.name << " row " << r << " output " << kiln_field_at(s.outputs, o)->name;
      }
    }
    for (uint32_t o = 0; o < s.output_count; o++) EXPECT_EQ(results->children[o]->null_count, nulls[o]);
  }
}

/// Values of every input of everyType(), in the order of its schema, as columns and as cells.
class Values {
 public:
  explicit Values(unsigned seed) : random_(seed) {}
  Struct in;
  std::vector<Row> rows = std::vector<Row>(kRows);

  template <class T, class Draw, class Cell> void numbers(const char* name, const char* format, int64_t skip, double missing, Draw draw, Cell cell) {
    std::vector<std::optional<T>> values;
    for (size_t r = 0; r < kRows; r++) {
      values.push_back(chance(missing) ? std::nullopt : std::optional<T>(draw()));
      rows[r].push_back(values[r] ? cell(*values[r]) : missingCell());
    }
    in.columns.push_back(Column::of<T>(name, format, values, skip));
  }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  int64_t whole(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  double real() { return chance(0.05) ? std::nan("") : chance(0.05) ? std::numeric_limits<double>::infinity() : std::normal_distribution<>(0, 10)(random_); }

 private:
  std::mt19937 random_;
};

Values everyValue(unsigned seed) {
  static const char* const colours[] = {"red", "", "green", "a label of more than sixteen bytes", "blue"};
  Values v(seed);
  v.numbers<int64_t>("i64", "l", 5, 0.1, [&] { return v.whole(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()); }, integer);
  v.numbers<uint32_t>("i32", "I", 0, 0.1, [&] { return static_cast<uint32_t>(v.whole(0, 3000000000)); }, integer);   // some are beyond i32
  std::vector<std::optional<bool>> flags;
  for (size_t r = 0; r < kRows; r++) {
    flags.push_back(v.chance(0.2) ? std::nullopt : std::optional<bool>(v.chance(0.5)));
    v.rows[r].push_back(flags[r] ? boolean(*flags[r]) : missingCell());
  }
  v.in.columns.push_back(Column::bits("flag", flags, 11));
  v.numbers<int32_t>("date", "tdD", 1, 0.1, [&] { return static_cast<int32_t>(v.whole(-800000, 800000)); }, integer);
  v.numbers<int32_t>("time", "ttm", 0, 0.1, [&] { return static_cast<int32_t>(v.whole(0, 86399999)); }, [](int32_t ms) { return integer(int64_t{1000} * ms); });
  v.numbers<int64_t>("moment", "tss:UTC", 2, 0.1, [&] { return v.whole(-1000000000, 3000000000); }, [](int64_t s) { return integer(1000000 * s); });
  std::vector<std::optional<int8_t>> indices;
  for (size_t r = 0; r < kRows; r++) {
    indices.push_back(v.chance(0.1) ? std::nullopt : std::optional<int8_t>(static_cast<int8_t>(v.whole(0, 4))));
    v.rows[r].push_back(indices[r] ? text(colours[*indices[r]]) : missingCell());
  }
  v.in.columns.push_back(Column::of<int8_t>("colour", "c", indices, 7).withDictionary(Column::text<int32_t>("", {"red", "", "green", "a label of more than sixteen bytes", "blue"}, 2)));
  v.numbers<float>("grade", "f", 0, 0.1, [&] { return v.chance(0.4) ? 2.5f : static_cast<float>(v.whole(0, 8)); }, [](float x) { return number(x); });
  v.numbers<double>("must", "g", 9, 0.02, [&] { return v.real(); }, number);
  v.numbers<double>("x", "g", 4, 0.1, [&] { return v.real(); }, number);
  v.numbers<float>("y", "f", 0, 0.1, [&] { return static_cast<float>(v.real()); }, [](float x) { return number(x); });
  return v;
}

TEST(Arrow, EveryTypeEqualsScoreRow) {
  const Loaded loaded(everyType());
  for (unsigned seed = 1; seed <= 3; seed++) {
    Values v = everyValue(seed);
    compare(loaded, v.in, v.rows);
  }
}

TEST(Arrow, ASliceOfAStructIsItsRows) {
  const Loaded loaded(everyType());
  Values v = everyValue(4);
  const std::vector<Row> slice(v.rows.begin() + 13, v.rows.begin() + 113);
  compare(loaded, v.in, slice, 13);
}

TEST(Arrow, ANullStructIsARowWithoutValues) {
  const Loaded loaded(everyType());
  Values v = everyValue(5);
  v.in.validity.assign(kRows / 8 + 1, 0xff);
  for (size_t r = 0; r < kRows; r += 7) {
    v.in.validity[r / 8] &= static_cast<uint8_t>(~(1u << r % 8));
    for (kiln_cell& cell : v.rows[r]) cell = missingCell();
  }
  compare(loaded, v.in, v.rows);
}

TEST(Arrow, NumbersWithoutNullsAreReadInPlace) {
  Pipelines p("plain");
  const ir::ValueId x = p.input("x", Elem::f64, true, {}, ir::Input::missing), y = p.input("y", Elem::f32, false, {}, ir::Input::invalid);
  p.output("x2", p.builder().call("mul", {x, x})), p.output("y1", y);
  const Loaded loaded(p.pipeline);
  Values v(6);
  v.numbers<double>("x", "g", 1, 0, [&] { return v.real(); }, number);
  v.numbers<float>("y", "f", 2, 0, [&] { return static_cast<float>(v.real()); }, [](float f) { return number(f); });
  Struct in;
  for (Column& c : v.in.columns) in.columns.push_back(std::move(c).withoutValidity());
  compare(loaded, in, v.rows);
}

TEST(Arrow, NanIsNoNull) {   // where a matrix has only NaN for what is missing, an array tells both apart
  Pipelines p("nan");
  p.echo("x", Elem::f64);
  const Loaded loaded(p.pipeline);
  Struct in;
  in.columns.push_back(Column::of<double>("x", "g", {{std::nan("")}, {std::nullopt}, {1.0}}));
  compare(loaded, in, {{number(std::nan(""))}, {missingCell()}, {number(1)}});
}

TEST(Arrow, FreeTextIsReadToo) {
  Pipelines p("text");
  const ir::ValueId a = p.input("a", Elem::str), b = p.input("b", Elem::str);
  const ir::ValueId both = p.builder().call("join", {a, b});
  p.output("both", p.builder().call("length", {both}));
  p.echo("colour", Elem::cat, true, p.labels({"red", "", "green"}));
  const Loaded loaded(p.pipeline);
  std::vector<std::optional<std::string>> as, bs, colours;
  std::vector<Row> rows;
  for (size_t r = 0; r < 300; r++) {
    as.push_back(r % 11 == 0 ? std::nullopt : std::optional<std::string>(std::string(r % 40, 'a')));
    bs.push_back(std::string(r % 3, 'b'));
    colours.push_back(r % 3 == 0 ? "" : r % 3 == 1 ? "green" : r % 2 ? "red" : "blue");
  }
  for (size_t r = 0; r < 300; r++)
    rows.push_back({as[r] ? text(as[r]->c_str()) : missingCell(), text(bs[r]->c_str()), text(colours[r]->c_str())});
  Struct in;
  in.columns.push_back(Column::text<int32_t>("a", as, 3));
  in.columns.push_back(Column::text<int64_t>("b", bs));
  in.columns.push_back(Column::text<int32_t>("colour", colours, 1));
  compare(loaded, in, rows);
}

// ---- bindings
class Hostile : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Pipelines p("hostile");
    const ir::ValueId x = p.input("x", Elem::f64);
    p.output("y", p.builder().call("add", {x, x}));
    p.echo("c", Elem::cat, true, p.labels({"red", "green"}));
    loaded_ = new Loaded(p.pipeline);
  }
  static void TearDownTestSuite() { delete loaded_; }
  void SetUp() override {
    ASSERT_EQ(loaded_->error(), "");
    s_ = loaded_->scorer();
    in_.columns.push_back(Column::of<double>("x", "g", {{1.0}, {2.0}, {3.0}}));
    in_.columns.push_back(Column::of<int32_t>("c", "i", {{0}, {1}, {1}}).withDictionary(Column::text<int32_t>("", {"green", "red"})));
    out_ = outputsOf(*s_, 3, 0);
    scratch_ = std::make_unique<Scratch>(*s_);
    binding_.assign(s_->binding_bytes / 8 + 1, 0), problems_.assign(s_->input_count + s_->output_count, 99);
  }
  int32_t bind() { return s_->bind_arrow(in_.schema(), out_.schema(), binding_.data(), problems_.data()); }
  int32_t score(const ArrowArray* in, ArrowArray* out) { return s_->score_arrow(binding_.data(), in, out, scratch_->data(), scratch_->size(), statuses_); }

  static Loaded* loaded_;
  const kiln_scorer* s_ = nullptr;
  Struct in_, out_;
  std::unique_ptr<Scratch> scratch_;
  std::vector<uint64_t> binding_;
  std::vector<uint8_t> problems_;
  kiln_status statuses_[3] = {};
};
Loaded* Hostile::loaded_ = nullptr;

TEST_F(Hostile, ASoundOneScores) {
  ASSERT_EQ(bind(), 0);
  ASSERT_EQ(score(in_.array(3), out_.array(3)), KILN_OK);
  EXPECT_EQ(out_.columns[0].value<double>(1), 4.0);
  EXPECT_EQ(out_.columns[1].value<int32_t>(0), 1);
  EXPECT_EQ(out_.columns[1].value<int32_t>(1), 0);
}

TEST_F(Hostile, BindReportsWhatDoesNotFit) {
  auto problem = [&](Column column) {
    in_.columns[0] = std::move(column);
    bind();
    return problems_[0];
  };
  EXPECT_EQ(problem(Column::of<double>("z", "g", {})), KILN_ABSENT);
  for (const char* format : {"e", "d:10,2", "vu", "z", "Z", "w:4", "tDs", "tiM", "+l", "+s", "", "tss:Europe/Paris", "tdD", "ttu", "tsu:", "gg"})
    EXPECT_EQ(problem(Column::of<double>("x", format, {})), KILN_NOT_REPRESENTABLE) << format;
  EXPECT_EQ(problem(Column::of<double>("x", "g", {}).withDictionary(Column::of<double>("", "g", {}))), KILN_NOT_REPRESENTABLE);
  EXPECT_EQ(problem(Column::of<double>("c", "g", {})), KILN_ABSENT);
  EXPECT_EQ(problems_[1], KILN_TWICE);
  EXPECT_EQ(problem(Column::text<int32_t>("x", {})), 0);   // text is parsed
  out_.columns[0] = Column::room("y", "l", 3, 8);
  out_.columns[1] = Column::room("unknown", "i", 3, 4);
  EXPECT_EQ(bind(), 1);
  EXPECT_EQ(problems_[2], KILN_NOT_REPRESENTABLE);
  EXPECT_EQ(problems_[3], 0);   // not wanted
}

TEST_F(Hostile, NullsAndWrongStructs) {
  ArrowSchema *in = in_.schema(), *out = out_.schema();
  EXPECT_EQ(s_->bind_arrow(nullptr, out, binding_.data(), problems_.data()), KILN_NULL);
  EXPECT_EQ(s_->bind_arrow(in, nullptr, binding_.data(), problems_.data()), KILN_NULL);
  EXPECT_EQ(s_->bind_arrow(in, out, nullptr, problems_.data()), KILN_NULL);
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), nullptr), KILN_NULL);
  EXPECT_EQ(s_->bind_arrow(in, out, reinterpret_cast<char*>(binding_.data()) + 4, problems_.data()), KILN_BINDING);
  EXPECT_EQ(s_->bind_arrow(in_.columns[0].schema(), out, binding_.data(), problems_.data()), KILN_BINDING);
  in->format = nullptr;
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), problems_.data()), KILN_NULL);
  in = in_.schema(), in->children = nullptr;
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), problems_.data()), KILN_NULL);
  in = in_.schema(), in->children[1] = nullptr;
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), problems_.data()), KILN_NULL);
  in = in_.schema(), in->n_children = -1;
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), problems_.data()), KILN_BINDING);
  in = in_.schema(), in->children[0]->format = nullptr, in->children[1]->name = nullptr;
  EXPECT_EQ(s_->bind_arrow(in, out, binding_.data(), problems_.data()), 2);
}

TEST_F(Hostile, ScoringChecksWhatItIsGiven) {
  ASSERT_EQ(bind(), 0);
  ArrowArray *in = in_.array(3), *out = out_.array(3);
  EXPECT_EQ(s_->score_arrow(nullptr, in, out, scratch_->data(), scratch_->size(), nullptr), KILN_NULL);
  EXPECT_EQ(score(nullptr, out), KILN_NULL);
  EXPECT_EQ(score(in, nullptr), KILN_NULL);
  EXPECT_EQ(s_->score_arrow(binding_.data(), in, out, nullptr, scratch_->size(), nullptr), KILN_NULL);
  EXPECT_EQ(s_->score_arrow(binding_.data(), in, out, scratch_->data(), s_->scratch_bytes - 1, nullptr), KILN_SCRATCH);
  EXPECT_EQ(s_->score_arrow(binding_.data(), in, out, static_cast<char*>(scratch_->data()) + 8, scratch_->size() - 8, nullptr), KILN_SCRATCH);
  EXPECT_EQ(s_->score_arrow(reinterpret_cast<char*>(binding_.data()) + 4, in, out, scratch_->data(), scratch_->size(), nullptr), KILN_BINDING);
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = r.type = KILN_F64;
  EXPECT_EQ(s_->score_rows(binding_.data(), &m, &r, scratch_->data(), scratch_->size(), nullptr), KILN_BINDING);   // one of bind_arrow's

  auto broken = [&](auto breakIn, auto breakOut) {
    ArrowArray *i = in_.array(3), *o = out_.array(3);
    breakIn(*i), breakOut(*o);
    return score(i, o);
  };
  auto asItIs = [](ArrowArray&) {};
  EXPECT_EQ(broken([](ArrowArray& a) { a.n_children = 1; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.length = -1; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.length = 4; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.offset = 1; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.offset = std::numeric_limits<int64_t>::max(); }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children = nullptr; }, asItIs), KILN_NULL);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0] = nullptr; }, asItIs), KILN_NULL);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0]->offset = -1; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0]->length = 2; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0]->n_buffers = 1; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0]->buffers = nullptr; }, asItIs), KILN_NULL);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[0]->buffers[1] = nullptr; }, asItIs), KILN_NULL);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[1]->dictionary = nullptr; }, asItIs), KILN_NULL);
  EXPECT_EQ(broken([](ArrowArray& a) { a.children[1]->dictionary->n_buffers = 2; }, asItIs), KILN_BINDING);
  EXPECT_EQ(broken(asItIs, [](ArrowArray& a) { a.length = 2; }), KILN_BINDING);
  EXPECT_EQ(broken(asItIs, [](ArrowArray& a) { a.children[0]->length = 2; }), KILN_BINDING);
  EXPECT_EQ(broken(asItIs, [](ArrowArray& a) { a.children[0]->buffers[1] = nullptr; }), KILN_NULL);
  EXPECT_EQ(broken(asItIs, [](ArrowArray& a) { a.children[1]->buffers[0] = nullptr; }), KILN_NULL);   // nowhere to say null
  EXPECT_EQ(broken(asItIs, [](ArrowArray& a) { a.children[0]->buffers[0] = nullptr; }), KILN_OK);     // a float can be NaN
  EXPECT_EQ(broken([](ArrowArray& a) { a.length = 0, a.children[0]->buffers[1] = nullptr; }, asItIs), KILN_OK);
}

TEST_F(Hostile, BrokenElementsEndTheirRows) {
  in_.columns[0] = Column::text<int32_t>("x", {{"1"}, {"22"}, {"333"}});
  in_.columns[1] = Column::of<int32_t>("c", "i", {{0}, {2}, {-1}}).withDictionary(Column::text<int32_t>("", {"green", "red"}));
  ASSERT_EQ(bind(), 0);
  ArrowArray* in = in_.array(3);
  const int32_t offsets[] = {0, 5, 3, -2};   // 0..5 reads what is there; 5..3 and 3..-2 do not stand in any buffer
  in->children[0]->buffers[1] = offsets;
  ASSERT_EQ(score(in, out_.array(3)), KILN_OK);
  EXPECT_EQ(statuses_[0].bits, 0u);
  EXPECT_EQ(out_.columns[0].value<double>(0), 2 * 12233.0);
  for (int r : {1, 2}) {
    EXPECT_EQ(statuses_[r].bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_TYPE_MISMATCH));
    EXPECT_FALSE(out_.columns[0].isValid(static_cast<size_t>(r)));
  }
  EXPECT_EQ(statuses_[1].field, 0);
}

TEST_F(Hostile, OutputsThatAreNotWantedAreNotWritten) {
  out_.columns.pop_back();
  ASSERT_EQ(bind(), 0);
  EXPECT_EQ(score(in_.array(3), out_.array(3)), KILN_OK);
  EXPECT_EQ(out_.columns[0].value<double>(2), 6.0);
}

}  // namespace
}  // namespace kiln::test
