// The C ABI under a careless caller: null and short arguments, wrong scratch, odd floating point control, allocation.
#include <dlfcn.h>
#include <fenv.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "compiler/codegen/codegen.h"
#include "compiler/codegen/lint.h"
#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/check.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/take.h"
#include "compiler/ir/tables/dict.h"
#include "tests/differential/harness.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Every allocation of this program is counted: scoring must make none.
static thread_local size_t allocations = 0;
extern "C" void* __libc_malloc(size_t);
extern "C" void* malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

namespace kiln::test {
namespace {

// y = x + z and the colour, as it came.
ir::Pipeline example() {
  ir::Pipeline pipeline;
  pipeline.name = "example", pipeline.sourceFormat = "hand";
  ir::Builder b(pipeline);
  ir::Dict dict;
  dict.add("red"), dict.add("green");
  const ir::TableRef labels = b.table(dict, "colours");
  auto input = [&](const char* name, ir::Elem elem, ir::TableRef dictOf = {}) {
    ir::Input in;
    in.field = name, in.elem = elem, in.dict = dictOf;
    return b.add(ir::Check(), {b.add(in, {}, name)});
  };
  auto output = [&](const char* name, ir::ValueId v) {
    ir::Output out;
    out.field = name;
    b.add(out, {v});
  };
  output("y", b.call("add", {input("x", ir::Elem::f64), input("z", ir::Elem::f64)}));
  output("colour", input("c", ir::Elem::cat, labels));
  return pipeline;
}

class Entries : public testing::Test {
 protected:
  static void SetUpTestSuite() { loaded_ = new Loaded(example()); }
  static void TearDownTestSuite() { delete loaded_; }
  void SetUp() override {
    ASSERT_EQ(loaded_->error(), "");
    s_ = loaded_->scorer();
  }
  int32_t bind(std::vector<const char*> names, uint8_t in = KILN_F64, uint8_t out = KILN_F64) {
    binding_.assign(s_->binding_bytes / 8 + 1, 0), problems_.assign(s_->input_count + s_->output_count, 99);
    return s_->bind(names.data(), static_cast<uint32_t>(names.size()), in, out, binding_.data(), problems_.data());
  }
  static Loaded* loaded_;
  const kiln_scorer* s_ = nullptr;
  std::vector<uint64_t> binding_;
  std::vector<uint8_t> problems_;
};
Loaded* Entries::loaded_ = nullptr;

TEST_F(Entries, TheTableSaysWhatItIs) {
  EXPECT_EQ(s_->size, sizeof(kiln_scorer));
  EXPECT_EQ(s_->abi_major, KILN_ABI_MAJOR);
  EXPECT_STREQ(s_->identity->name, "example");
  EXPECT_STREQ(s_->identity->source, "hand");
  EXPECT_EQ(std::string(s_->identity->content_sha256), loaded_->artefact().contentSha256);
  ASSERT_EQ(s_->input_count, 3u);
  ASSERT_EQ(s_->output_count, 2u);
  const kiln_field& colour = *kiln_field_at(s_->inputs, 2);
  EXPECT_STREQ(colour.name, "c");
  EXPECT_EQ(colour.type, KILN_STRING);
  ASSERT_EQ(colour.categories.count, 2u);
  EXPECT_EQ(std::string(colour.categories.text + colour.categories.offsets[1], 5), "green");
  EXPECT_EQ(kiln_field_at(s_->outputs, 0)->type, KILN_F64);
  EXPECT_EQ(s_->extension("tiers/2"), nullptr);
  EXPECT_EQ(s_->extension(nullptr), nullptr);
  EXPECT_NE(s_->extension("tiers/1"), nullptr);
}

TEST_F(Entries, BadArgumentsAreCodes) {
  Scratch scratch(*s_);
  Row in = {number(1), number(2), text("red")}, out(2);
  kiln_status status{};
  EXPECT_EQ(s_->score_row(nullptr, out.data(), scratch.data(), scratch.size(), &status), KILN_NULL);
  EXPECT_EQ(s_->score_row(in.data(), nullptr, scratch.data(), scratch.size(), &status), KILN_NULL);
  EXPECT_EQ(s_->score_row(in.data(), out.data(), nullptr, scratch.size(), &status), KILN_NULL);
  EXPECT_EQ(s_->score_row(in.data(), out.data(), scratch.data(), s_->scratch_bytes - 1, &status), KILN_SCRATCH);
  EXPECT_EQ(s_->score_row(in.data(), out.data(), static_cast<char*>(scratch.data()) + 8, scratch.size(), &status), KILN_SCRATCH);
  EXPECT_EQ(s_->score_row(in.data(), out.data(), scratch.data(), s_->scratch_bytes, nullptr), KILN_OK);
  EXPECT_EQ(out[0].as.number, 3.0);
  EXPECT_EQ(s_->encode(2, "green", 5), 1);
  EXPECT_EQ(s_->encode(2, "blue", 4), -1);
  EXPECT_EQ(s_->encode(2, nullptr, 0), -1);
  EXPECT_EQ(s_->encode(0, "red", 3), -1);
  EXPECT_EQ(s_->encode(77, "red", 3), -1);
}

TEST_F(Entries, CellsOfNoKindEndTheirRow) {
  Scratch scratch(*s_);
  for (int kind = KILN_LIST; kind < 256; kind++) {
    Row in = {number(1), number(2), text("red")}, out(2);
    in[0].kind = static_cast<uint8_t>(kind);
    kiln_status status{};
    ASSERT_EQ(s_->score_row(in.data(), out.data(), scratch.data(), scratch.size(), &status), KILN_OK);
    ASSERT_EQ(status.bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_TYPE_MISMATCH)) << kind;
    ASSERT_EQ(status.field, 0) << kind;
  }
}

TEST_F(Entries, BindFindsEveryTrouble) {
  EXPECT_EQ(bind({"z", "c", "x"}), 0);
  EXPECT_EQ(bind({"x", "other", "c", "x"}), 2);   // x twice, z absent
  EXPECT_EQ(problems_, (std::vector<uint8_t>{KILN_TWICE, KILN_ABSENT, 0, 0, 0}));
  EXPECT_EQ(bind({"x"}, KILN_I64), KILN_BINDING);
  EXPECT_EQ(s_->bind(nullptr, 1, KILN_F64, KILN_F64, binding_.data(), problems_.data()), KILN_NULL);
  const char* names[] = {nullptr};
  EXPECT_EQ(s_->bind(names, 1, KILN_F64, KILN_F64, binding_.data(), problems_.data()), KILN_NULL);
  EXPECT_EQ(s_->bind(names, 0, KILN_F64, KILN_F64, nullptr, problems_.data()), KILN_NULL);
}

TEST_F(Entries, MatricesAreChecked) {
  ASSERT_EQ(bind({"c", "x", "z"}), 0);
  Scratch scratch(*s_);
  double in[] = {1, 10, 5}, out[2];
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = r.type = KILN_F64, m.data = in, r.data = out, m.rows = r.rows = 1;
  m.row_bytes = sizeof in, r.row_bytes = sizeof out;
  kiln_status status{};
  auto score = [&](const void* binding, size_t size) { return s_->score_rows(binding, &m, &r, scratch.data(), size, &status); };
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_OK);
  EXPECT_EQ(out[0], 15.0);
  EXPECT_EQ(out[1], 1.0);
  EXPECT_EQ(score(nullptr, scratch.size()), KILN_NULL);
  EXPECT_EQ(score(binding_.data(), s_->scratch_bytes - 1), KILN_SCRATCH);
  m.size = 8;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_SIZE);
  m.size = sizeof m, m.type = KILN_F32;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_BINDING);
  m.type = KILN_F64, m.rows = -1;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_BINDING);
  m.rows = 0, m.data = nullptr, r.data = nullptr;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_OK);
  m.rows = 1;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_NULL);
  EXPECT_EQ(score(reinterpret_cast<char*>(binding_.data()) + 4, scratch.size()), KILN_BINDING);
  m.data = in, r.data = out;
  EXPECT_EQ(s_->score_rows(binding_.data(), &m, &r, static_cast<char*>(scratch.data()) + 8, scratch.size() - 8, &status), KILN_SCRATCH);
  EXPECT_EQ(s_->score_rows(binding_.data(), nullptr, &r, scratch.data(), scratch.size(), &status), KILN_NULL);
  EXPECT_EQ(s_->score_rows(binding_.data(), &m, nullptr, scratch.data(), scratch.size(), &status), KILN_NULL);
  EXPECT_EQ(s_->score_rows(binding_.data(), &m, &r, nullptr, scratch.size(), &status), KILN_NULL);
  const char* names[] = {"x", "z", "c"};
  EXPECT_EQ(s_->bind(names, 3, KILN_F64, KILN_F64, reinterpret_cast<char*>(binding_.data()) + 4, problems_.data()), KILN_BINDING);
  EXPECT_EQ(s_->bind(names, 3, KILN_F64, KILN_F64, binding_.data(), nullptr), KILN_NULL);
  binding_[0] ^= 1;
  EXPECT_EQ(score(binding_.data(), scratch.size()), KILN_BINDING);
}

// Memory that cannot be touched on both sides of `bytes`.
class Fenced {
 public:
  explicit Fenced(size_t bytes) : pages_((bytes + kPage - 1) / kPage * kPage) {
    base_ = static_cast<uint8_t*>(mmap(nullptr, pages_ + 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base_, kPage, PROT_NONE), mprotect(base_ + kPage + pages_, kPage, PROT_NONE);
    data = base_ + kPage + pages_ - bytes;
  }
  ~Fenced() { munmap(base_, pages_ + 2 * kPage); }
  uint8_t* data;   ///< ends with its last page

 private:
  static constexpr size_t kPage = 4096;
  size_t pages_;
  uint8_t* base_;
};

// Columns of any stride, also where the memory ends with the last row's last element: nothing is read beyond.
template <class T> void sumsOfRows(const kiln_scorer& s, const void* binding, uint8_t type, int64_t stride, size_t rows) {
  const size_t step = static_cast<size_t>(std::abs(stride));
  const Fenced memory(step * (rows - 1) + 3 * sizeof(T));
  uint8_t* first = memory.data + (stride < 0 ? step * (rows - 1) : 0);
  for (size_t r = 0; r < rows; r++) {
    const T row[] = {static_cast<T>(r), static_cast<T>(r * 1000), 1};
    std::memcpy(first + static_cast<int64_t>(r) * stride, row, sizeof row);
  }
  Scratch scratch(s);
  std::vector<T> sums(2 * rows);
  kiln_matrix in{}, out{};
  in.size = out.size = sizeof in, in.type = out.type = type, in.rows = out.rows = static_cast<int64_t>(rows);
  in.data = first, in.row_bytes = stride, out.data = sums.data(), out.row_bytes = 2 * sizeof(T);
  ASSERT_EQ(s.score_rows(binding, &in, &out, scratch.data(), scratch.size(), nullptr), KILN_OK);
  for (size_t r = 0; r < rows; r++) {
    ASSERT_EQ(sums[2 * r], static_cast<T>(r * 1001)) << "row " << r << " of " << rows << ", stride " << stride;
    ASSERT_EQ(sums[2 * r + 1], T(1));
  }
}
TEST_F(Entries, MatricesOfAnyStrideAreReadInBounds) {
  for (const std::vector<const char*>& names : {std::vector<const char*>{"x", "z", "c"}, {"z", "x", "c"}})
    for (size_t rows = 1; rows <= 40; rows++)
      for (const int64_t stride : {24, 32, -24, 4096, 8192}) {
        ASSERT_EQ(bind(names), 0);
        sumsOfRows<double>(*s_, binding_.data(), KILN_F64, stride, rows);
        ASSERT_EQ(bind(names, KILN_F32, KILN_F32), 0);
        sumsOfRows<float>(*s_, binding_.data(), KILN_F32, stride == 24 ? 12 : stride, rows);
      }
}

// Results of any stride: nothing is written between or beyond them.
template <class T> void sumsInRows(const kiln_scorer& s, const void* binding, uint8_t type, int64_t stride, size_t rows) {
  const size_t step = static_cast<size_t>(std::abs(stride)), bytes = step * (rows - 1) + 2 * sizeof(T);
  const Fenced memory(bytes);
  std::memset(memory.data, 0xa5, bytes);
  uint8_t* first = memory.data + (stride < 0 ? step * (rows - 1) : 0);
  std::vector<T> values;
  for (size_t r = 0; r < rows; r++) values.insert(values.end(), {static_cast<T>(r), static_cast<T>(r * 1000), 1});
  Scratch scratch(s);
  kiln_matrix in{}, out{};
  in.size = out.size = sizeof in, in.type = out.type = type, in.rows = out.rows = static_cast<int64_t>(rows);
  in.data = values.data(), in.row_bytes = 3 * sizeof(T), out.data = first, out.row_bytes = stride;
  ASSERT_EQ(s.score_rows(binding, &in, &out, scratch.data(), scratch.size(), nullptr), KILN_OK);
  for (size_t r = 0; r < rows; r++) {
    T row[2];
    uint8_t* at = first + static_cast<int64_t>(r) * stride;
    std::memcpy(row, at, sizeof row), std::memset(at, 0xa5, sizeof row);
    ASSERT_EQ(row[0], static_cast<T>(r * 1001)) << "row " << r << " of " << rows << ", stride " << stride;
    ASSERT_EQ(row[1], T(1));
  }
  ASSERT_TRUE(std::all_of(memory.data, memory.data + bytes, [](uint8_t b) { return b == 0xa5; })) << rows << " rows, stride " << stride;
}
TEST_F(Entries, ResultsOfAnyStrideAreWrittenInBounds) {
  for (size_t rows = 1; rows <= 1100; rows += rows < 40 ? 1 : 53)
    for (const int64_t stride : {16, 40, -48}) {
      ASSERT_EQ(bind({"x", "z", "c"}), 0);
      sumsInRows<double>(*s_, binding_.data(), KILN_F64, stride, rows);
      ASSERT_EQ(bind({"x", "z", "c"}, KILN_F32, KILN_F32), 0);
      sumsInRows<float>(*s_, binding_.data(), KILN_F32, stride == 16 ? 8 : stride, rows);
    }
}

TEST_F(Entries, DescribesCodesAndStatuses) {
  char words[200];
  const kiln_status bad = {KILN_NO_RESULT | KILN_INVALID_VALUE, 2, 0xffff};
  const size_t needed = s_->describe(KILN_OK, &bad, words, sizeof words);
  EXPECT_EQ(std::string(words, needed), "a value is invalid (input c)");
  EXPECT_EQ(s_->describe(KILN_OK, &bad, nullptr, 0), needed);
  EXPECT_EQ(s_->describe(KILN_OK, &bad, words, 3), needed);
  EXPECT_GT(s_->describe(-77, nullptr, words, sizeof words), 0u);
}

TEST_F(Entries, NothingIsAllocated) {
  ASSERT_EQ(bind({"x", "z", "c"}), 0);
  Scratch scratch(*s_);
  Row in = {text(" 1.5 "), number(2), text("green")}, out(2);
  std::vector<double> matrix(300, 1.0), results(200);
  kiln_matrix m{}, r{};
  m.size = r.size = sizeof m, m.type = r.type = KILN_F64, m.data = matrix.data(), r.data = results.data(), m.rows = r.rows = 100;
  m.row_bytes = 24, r.row_bytes = 16;
  const size_t before = allocations;
  free(malloc(1));   // the count counts
  ASSERT_EQ(allocations, before + 1);
  EXPECT_EQ(s_->score_row(in.data(), out.data(), scratch.data(), scratch.size(), nullptr), KILN_OK);
  EXPECT_EQ(s_->score_rows(binding_.data(), &m, &r, scratch.data(), scratch.size(), nullptr), KILN_OK);
  EXPECT_EQ(allocations, before + 1);
  EXPECT_EQ(out[0].as.number, 3.5);
  EXPECT_EQ(results[198], 2.0);
}

#if defined(__x86_64__)
// 1 + 2^-60 is 1, and so is 1 - 2^-60, to nearest; 2^-1074 + 1.5 * 2^-1022 is no sum of what is flushed.
TEST_F(Entries, RoundingControlOfTheCallerDoesNotMatter) {
  Scratch scratch(*s_);
  const unsigned before = _mm_getcsr();
  for (const double z : {0x1p-60, -0x1p-60, 0x1.8p-53, 0x1p-1074}) {
    Row in = {number(z == 0x1p-1074 ? 0x1.8p-1022 : 1), number(z), missingCell()}, odd(2), plain(2);
    ASSERT_EQ(s_->score_row(in.data(), plain.data(), scratch.data(), scratch.size(), nullptr), KILN_OK);
    for (unsigned rounding = 0; rounding < 4; rounding++)
      for (unsigned flush : {0u, 0x40u, 0x8000u, 0x8040u}) {
        const unsigned control = (before & ~0xe040u) | rounding << 13 | flush;
        _mm_setcsr(control);
        const int32_t code = s_->score_row(in.data(), odd.data(), scratch.data(), scratch.size(), nullptr);
        const unsigned after = _mm_getcsr();
        _mm_setcsr(before);
        EXPECT_EQ(code, KILN_OK);
        EXPECT_EQ(after & 0xffc0u, control & 0xffc0u);
        EXPECT_EQ(odd[0].as.number, plain[0].as.number) << z << " " << rounding << " " << flush;
      }
  }
}
// Nor do traps: NaN and what is not exact would raise them.
TEST_F(Entries, TrapsOfTheCallerDoNotFire) {
  Scratch scratch(*s_);
  Row in = {number(1), number(0x1p-60), missingCell()}, plain(2), trapped(2);
  ASSERT_EQ(s_->score_row(in.data(), plain.data(), scratch.data(), scratch.size(), nullptr), KILN_OK);
  feclearexcept(FE_ALL_EXCEPT);
  feenableexcept(FE_ALL_EXCEPT);
  const int32_t code = s_->score_row(in.data(), trapped.data(), scratch.data(), scratch.size(), nullptr);
  const int still = fegetexcept();
  fedisableexcept(FE_ALL_EXCEPT);
  EXPECT_EQ(code, KILN_OK);
  EXPECT_EQ(still, FE_ALL_EXCEPT);
  EXPECT_EQ(trapped[0].as.number, plain[0].as.number);
}
#endif

// A length without a pointer is a cell of no kind, in the row and in a list, for every type.
TEST(Cells, LengthsWithoutAPointerEndTheirRow) {
  ir::Pipeline pipeline;
  ir::Builder b(pipeline);
  ir::Dict dict;
  dict.add("red");
  const ir::TableRef labels = b.table(dict, "colours");
  const ir::Elem elems[] = {ir::Elem::f64, ir::Elem::f32, ir::Elem::i64, ir::Elem::i32, ir::Elem::boolean, ir::Elem::str, ir::Elem::date, ir::Elem::cat};
  uint32_t inputs = 0;
  for (const uint32_t list : {0u, 2u})
    for (const ir::Elem elem : elems) {
      ir::Input in;
      in.field = "i" + std::to_string(inputs), in.elem = elem, in.list = list;
      if (elem == ir::Elem::cat) in.dict = labels;
      in.nullable = !list;
      ir::Output out;
      out.field = "o" + std::to_string(inputs++);
      const ir::ValueId x = b.add(in, {}, in.field);
      ir::Take first;
      first.at = {0};
      b.add(out, {list ? b.add(first, {x}) : x});
    }
  const kiln_cell broken = {{.text = nullptr}, 5, KILN_TEXT, {}};
  kiln_cell items = {{.items = &broken}, 1, KILN_LIST, {}}, noItems = {{.items = nullptr}, 1, KILN_LIST, {}};
  std::vector<Row> rows;
  for (uint32_t i = 0; i < inputs; i++) {
    rows.push_back(Row(inputs, missingCell()));
    rows.back()[i] = i < inputs / 2 ? broken : items;
    if (i >= inputs / 2) rows.push_back(Row(inputs, missingCell())), rows.back()[i] = noItems;
  }
  EXPECT_EQ(differences(pipeline, rows), std::vector<std::string>());
  const Loaded loaded(pipeline);
  ASSERT_EQ(loaded.error(), "");
  const kiln_scorer& s = *loaded.scorer();
  Scratch scratch(s);
  Row out(inputs);
  for (const Row& row : rows) {
    kiln_status status{};
    ASSERT_EQ(s.score_row(row.data(), out.data(), scratch.data(), scratch.size(), &status), KILN_OK);
    EXPECT_EQ(status.bits, static_cast<uint32_t>(KILN_NO_RESULT | KILN_TYPE_MISMATCH)) << (&row - rows.data());
  }
}

TEST(Artefacts, TheSameInputGivesTheSameBytes) {
  const Loaded a(example()), b(example());
  ASSERT_EQ(a.error() + b.error(), "");
  EXPECT_FALSE(a.artefact().sharedObject.empty());
  EXPECT_TRUE(a.artefact().sharedObject == b.artefact().sharedObject);
}

TEST(Artefacts, BothTargetsPassTheLint) {
  for (const char* target : {"x86_64-linux", "aarch64-linux"}) {
    codegen::Options options;
    options.target = target;
    const Loaded loaded(example(), options);
    ASSERT_EQ(loaded.error(), "") << target;
    EXPECT_EQ(codegen::lint(loaded.artefact().sharedObject), std::vector<std::string>()) << target;
  }
}

TEST(Artefacts, UnknownTargetsAndTiersAreRefused) {
  codegen::Options options;
  options.tiers = {"v9"};
  EXPECT_EQ(Loaded(example(), options).error(), "the target 'x86_64-linux' has no tier 'v9'");
  options.tiers = {}, options.target = "vax";
  EXPECT_EQ(Loaded(example(), options).error(), "there is no target 'vax'");
}

}  // namespace
}  // namespace kiln::test
