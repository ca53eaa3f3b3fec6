#include "tests/differential/harness.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sstream>

#include "compiler/ir/columns.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/tables/dict.h"
#include "tests/bench/stack_use.h"
#ifdef KILN_NEON_RUNNER
#include "tests/differential/neon/remote.h"
#endif

namespace kiln::test {

static kiln_cell cell(kiln_kind kind) {
  kiln_cell c{};
  c.kind = static_cast<uint8_t>(kind);
  return c;
}
kiln_cell missingCell() { return cell(KILN_MISSING); }
kiln_cell number(double value) {
  kiln_cell c = cell(KILN_NUMBER);
  c.as.number = value;
  return c;
}
kiln_cell integer(int64_t value) {
  kiln_cell c = cell(KILN_INTEGER);
  c.as.integer = value;
  return c;
}
kiln_cell boolean(bool value) {
  kiln_cell c = cell(KILN_BOOLEAN);
  c.as.integer = value;
  return c;
}
kiln_cell code(int64_t value) {
  kiln_cell c = cell(KILN_CODE);
  c.as.integer = value;
  return c;
}
kiln_cell text(const char* value) {
  kiln_cell c = cell(KILN_TEXT);
  c.as.text = value, c.length = static_cast<uint32_t>(std::strlen(value));
  return c;
}

// ---- loading

Loaded::Loaded(const ir::Pipeline& pipeline, const codegen::Options& options) {
  Diagnostics diagnostics;
  if (!codegen::compile(pipeline, options, {}, artefact_, diagnostics)) {
    error_ = diagnostics.all().empty() ? "compile failed without a diagnostic" : diagnostics.all()[0].message;
    return;
  }
  if (options.target == "x86_64-linux") load(artefact_.sharedObject);
}
Loaded::Loaded(const std::string& sharedObject) { load(sharedObject); }
void Loaded::load(const std::string& sharedObject) {
  const int file = memfd_create("scorer", MFD_CLOEXEC);
  if (file < 0 || write(file, sharedObject.data(), sharedObject.size()) != static_cast<ssize_t>(sharedObject.size())) {
    error_ = "cannot hold the scorer in memory";
    return;
  }
  handle_ = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) error_ = dlerror();
  close(file);
  if (handle_ == nullptr) return;
  auto query = reinterpret_cast<decltype(&kiln_query_v1)>(dlsym(handle_, "kiln_query_v1"));
  if (query == nullptr) error_ = "no kiln_query_v1";
  else if (const int32_t code = query(KILN_ABI_MINOR, &scorer_); code != KILN_OK) error_ = "kiln_query_v1: " + std::to_string(code);
}
Loaded::~Loaded() {
  if (handle_ != nullptr) dlclose(handle_);
}
std::vector<kiln_tier> Loaded::tiers() const {
  std::vector<kiln_tier> tiers;
  const auto* list = static_cast<const kiln_tiers*>(scorer_->extension("tiers/1"));
  for (uint32_t i = 0; list != nullptr && i < list->count; i++) {
    tiers.push_back(list->tiers[i]);
    if (list->tiers[i].scorer == scorer_) break;   // worst first: what follows, this processor does not have
  }
  return tiers;
}

Scratch::Scratch(const kiln_scorer& scorer, size_t textBytes) : size_(scorer.scratch_bytes + scorer.scratch_per_text_byte * textBytes) {
  memory_.reset(new char[size_ + scorer.scratch_align]);
  std::memset(memory_.get(), 0xa5, size_ + scorer.scratch_align);
  const auto at = reinterpret_cast<uintptr_t>(memory_.get());
  data_ = memory_.get() + (scorer.scratch_align - at % scorer.scratch_align) % scorer.scratch_align;
}

// ---- comparing

namespace {

std::string show(const kiln_cell& c) {
  std::ostringstream out;
  out.precision(17);
  switch (c.kind) {
    case KILN_MISSING: return "missing";
    case KILN_NUMBER: out << c.as.number; break;
    case KILN_INTEGER: out << c.as.integer << " (integer)"; break;
    case KILN_BOOLEAN: out << (c.as.integer ? "true" : "false"); break;
    case KILN_TEXT: out << '\'' << std::string(c.as.text, c.length) << '\''; break;
    default: out << "kind " << int{c.kind};
  }
  return out.str();
}
std::string show(const kiln_status& s) {
  std::ostringstream out;
  out << std::hex << "bits " << s.bits << std::dec << " field " << s.field << " node " << s.node;
  return out.str();
}
bool same(const kiln_cell& a, const kiln_cell& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case KILN_MISSING: return true;
    case KILN_NUMBER: return std::memcmp(&a.as, &b.as, 8) == 0;
    case KILN_TEXT: return a.length == b.length && std::memcmp(a.as.text, b.as.text, a.length) == 0;
    default: return a.as.integer == b.as.integer;
  }
}
bool same(const kiln_status& a, const kiln_status& b) { return a.bits == b.bits && a.field == b.field && a.node == b.node; }

class Comparison {
 public:
  Comparison(const ir::Pipeline& pipeline, const std::vector<Row>& rows) : evaluator_(pipeline), rows_(rows) {
    for (const ir::SchemaColumn& c : ir::inputColumns(pipeline)) {
      inputs_.push_back(&pipeline.nodes[c.node].op->as<ir::Input>());
      catText_.push_back(isCatText(pipeline, pipeline.nodes[c.node].results[0]));
    }
  }

  void tier(const kiln_tier& tier) {
    tier_ = tier.name, s_ = tier.scorer;
    rowByRow();
    matrices<double, double>();
    matrices<float, float>();
    matrices<int64_t, int64_t>();
    matrices<int64_t, float>();
    matrices<float, int64_t>();
    matrices<int32_t, int32_t>();
    matrices<int32_t, double>();
  }
  std::vector<std::string> found;
  /// A scorer runs on whatever stack its caller's thread has: a row and a batch take less than 64 KiB.
  void stack(const kiln_tier& tier) {
    constexpr size_t kMost = 64 << 10;
    const bench::StackUse use = bench::stackUse(*tier.scorer);
    if (use.row >= kMost) found.push_back(std::string(tier.name) + ": a row takes " + std::to_string(use.row) + " bytes of stack");
    if (use.rows >= kMost) found.push_back(std::string(tier.name) + ": a batch takes " + std::to_string(use.rows) + " bytes of stack");
  }

 private:
  static bool isCatText(const ir::Pipeline& pipeline, ir::ValueId v) {
    const ir::Type& type = pipeline.type(v);
    return type.elem == ir::Elem::cat && pipeline.table<ir::Dict>(ir::TableRef{type.dict}).elem == ir::Elem::str;
  }
  bool report(const std::string& where, size_t row, const std::string& expected, const std::string& actual) {
    if (found.size() < 8)
      found.push_back(tier_ + ", " + where + ", row " + std::to_string(row) + ": evaluator " + expected + ", compiled " + actual);
    return false;
  }
  std::string outputName(uint32_t i) const { return kiln_field_at(s_->outputs, i)->name; }

  void rowByRow() {
    Scratch scratch(*s_);
    Row expected(s_->output_count), actual(s_->output_count);
    for (size_t r = 0; r < rows_.size(); r++) {
      kiln_status want{}, have{};
      evaluator_.evaluate(rows_[r].data(), expected.data(), &want);
      std::memset(actual.data(), 0x5a, actual.size() * sizeof(kiln_cell));
      const int32_t code = s_->score_row(rows_[r].data(), actual.data(), scratch.data(), scratch.size(), &have);
      if (code != KILN_OK) report("score_row", r, "ok", "code " + std::to_string(code));
      if (!same(want, have)) report("score_row status", r, show(want), show(have));
      for (uint32_t i = 0; i < s_->output_count; i++)
        if (!same(expected[i], actual[i])) report("score_row " + outputName(i), r, show(expected[i]), show(actual[i]));
    }
  }

  // ---- the matrix form: rows that it can express, and what the evaluator says of them
  template <class T> bool express(const Row& row, std::vector<T>& values, Row& cells) const {
    for (size_t i = 0; i < row.size(); i++) {
      kiln_cell c = row[i];
      if (inputs_[i]->list) {   // a matrix cannot carry lists: they are empty there
        kiln_cell empty{};
        empty.kind = KILN_LIST;
        values.push_back(std::numeric_limits<T>::quiet_NaN()), cells.push_back(empty);   // of integers: 0
        continue;
      }
      double v = std::numeric_limits<double>::quiet_NaN();
      switch (c.kind) {
        case KILN_MISSING: break;
        case KILN_NUMBER: v = c.as.number; break;
        case KILN_INTEGER:
        case KILN_BOOLEAN: v = static_cast<double>(c.as.integer); break;
        case KILN_CODE: v = static_cast<double>(c.as.integer); break;
        case KILN_TEXT:
          if (!catText_[i]) return false;
          v = s_->encode(static_cast<uint32_t>(i), c.as.text, c.length);
      }
      if (catText_[i] != (c.kind == KILN_TEXT || c.kind == KILN_CODE) && c.kind != KILN_MISSING) return false;
      if (inputs_[i]->elem == ir::Elem::str && (c.kind != KILN_MISSING || !inputs_[i]->nullable)) return false;
      if constexpr (std::is_integral_v<T>) {
        const bool whole = c.kind == KILN_INTEGER || c.kind == KILN_BOOLEAN || c.kind == KILN_CODE;
        if (!whole && !(v == std::floor(v) && std::fabs(v) < 0x1p53)) return false;
        const int64_t n = whole ? c.as.integer : static_cast<int64_t>(v);
        if (n != static_cast<T>(n)) return false;
        values.push_back(static_cast<T>(n)), cells.push_back(catText_[i] ? code(n) : integer(n));
        continue;
      }
      const T value = static_cast<T>(v);
      values.push_back(value);
      if (value != value && (inputs_[i]->nullable || c.kind == KILN_MISSING)) cells.push_back(missingCell());
      else cells.push_back(catText_[i] ? code(static_cast<int64_t>(value)) : number(static_cast<double>(value)));
      // A non-nullable input of a matrix has no missing cell: NaN is what its `nan` says.
      if (c.kind == KILN_MISSING && !inputs_[i]->nullable) {
        if (catText_[i]) return false;
        cells.back() = number(v);
      }
    }
    return true;
  }

  template <class T>
  static constexpr kiln_type kType = std::is_integral_v<T> ? (sizeof(T) == 8 ? KILN_I64 : KILN_I32) : sizeof(T) == 8 ? KILN_F64 : KILN_F32;
  /// Rows in a matrix of T, results in one of R; nothing if the scorer's fields need others.
  template <class T, class R> void matrices() {
    std::vector<uint64_t> binding(s_->binding_bytes / 8 + 1);
    std::vector<const char*> names;
    for (uint32_t i = 0; i < s_->input_count; i++) names.push_back(kiln_field_at(s_->inputs, i)->name);
    std::vector<uint8_t> problems(s_->input_count + s_->output_count + 1);
    const int32_t bound = s_->bind(names.data(), s_->input_count, kType<T>, kType<R>, binding.data(), problems.data());
    if (bound < 0 && (std::is_integral_v<T> || std::is_integral_v<R>)) return;
    std::vector<T> values;
    std::vector<Row> expected;
    std::vector<kiln_status> statuses;
    for (const Row& row : rows_) {
      std::vector<T> line;
      Row cells, out(s_->output_count);
      if (!express(row, line, cells)) continue;
      kiln_status status{};
      evaluator_.evaluate(cells.data(), out.data(), &status);
      for (uint32_t i = 0; i < s_->output_count; i++) asMatrix<R>(i, out[i]);
      values.insert(values.end(), line.begin(), line.end());
      expected.push_back(out), statuses.push_back(status);
    }
    if (expected.empty()) return;
    Scratch scratch(*s_);
    const size_t total = expected.size();
    for (size_t batch : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{8}, size_t{9}, size_t{63}, size_t{64}, size_t{65}, size_t{255}, size_t{256}, size_t{257}, total})
      for (size_t from = 0; from < total; from += batch)
        batchOf<T, R>(values, expected, statuses, from, std::min(batch, total - from), binding, scratch);
  }
  // Text is its code in a matrix; anything but numbers is a number; floats round to the matrix's type.
  template <class T> void asMatrix(uint32_t output, kiln_cell& c) const {
    const kiln_field& field = *kiln_field_at(s_->outputs, output);
    if (c.kind == KILN_TEXT) {
      double found = std::numeric_limits<double>::quiet_NaN();
      const kiln_strings& labels = field.categories;
      for (uint32_t i = 0; i < labels.count && found != found; i++)
        if (std::string_view(labels.text + labels.offsets[i], labels.offsets[i + 1] - labels.offsets[i]) == std::string_view(c.as.text, c.length)) found = i;
      c = found == found ? number(found) : missingCell();
    }
    if constexpr (std::is_integral_v<T>) {
      if (c.kind == KILN_NUMBER) c = integer(static_cast<int64_t>(c.as.number));
      c.kind = c.kind == KILN_BOOLEAN ? uint8_t{KILN_INTEGER} : c.kind;
    } else if (c.kind == KILN_INTEGER || c.kind == KILN_BOOLEAN) {
      c = number(static_cast<double>(c.as.integer));
    }
    if (c.kind == KILN_NUMBER) c.as.number = static_cast<double>(static_cast<T>(c.as.number));
  }
  template <class R> static kiln_cell cellOf(R value) {
    if constexpr (std::is_integral_v<R>) return integer(value);
    else return number(static_cast<double>(value));
  }
  template <class T, class R>
  void batchOf(std::vector<T>& values, const std::vector<Row>& expected, const std::vector<kiln_status>& statuses, size_t from,
               size_t rows, const std::vector<uint64_t>& binding, Scratch& scratch) {
    const size_t columns = s_->output_count, inputs = s_->input_count;
    constexpr size_t kGuard = 4;
    std::vector<R> out(rows * columns + kGuard, R(-12345)), bare = out;
    std::vector<uint8_t> validity((rows * columns + 7) / 8 + kGuard, 0x33);
    std::vector<kiln_status> status(rows + kGuard, kiln_status{77, 77, 77});
    kiln_matrix in{}, result{};
    in.size = result.size = sizeof(kiln_matrix), in.type = kType<T>, result.type = kType<R>;
    in.data = values.data() + from * inputs, in.rows = static_cast<int64_t>(rows), in.row_bytes = static_cast<int64_t>(inputs * sizeof(T));
    result.data = out.data(), result.rows = in.rows, result.row_bytes = static_cast<int64_t>(columns * sizeof(R)), result.validity = validity.data();
    const int32_t code = s_->score_rows(binding.data(), &in, &result, scratch.data(), scratch.size(), status.data());
    const std::string where = std::to_string(kType<T>) + " to " + std::to_string(kType<R>) + " matrix of " + std::to_string(rows);
    if (code != KILN_OK) report(where, from, "ok", "code " + std::to_string(code));
    for (size_t r = 0; r < rows; r++) {
      const size_t at = from + r;
      if (!same(statuses[at], status[r])) report(where + " status", at, show(statuses[at]), show(status[r]));
      for (size_t c = 0; c < columns; c++) {
        const size_t bit = r * columns + c;
        const bool valid = (validity[bit / 8] >> (bit % 8)) & 1;
        const kiln_cell have = !valid ? missingCell() : cellOf(out[bit]);
        if (!same(expected[at][c], have)) report(where + " " + outputName(static_cast<uint32_t>(c)), at, show(expected[at][c]), show(have));
      }
    }
    // The shortest ways are only taken without them.
    result.data = bare.data(), result.validity = nullptr;
    if (s_->score_rows(binding.data(), &in, &result, scratch.data(), scratch.size(), nullptr) != KILN_OK) report(where + ", bare", from, "ok", "a code");
    for (size_t i = 0; i < rows * columns; i++)
      if (!same(cellOf(out[i]), cellOf(bare[i]))) report(where + ", bare", from + i / columns, show(cellOf(out[i])), show(cellOf(bare[i])));
    for (size_t g = 0; g < kGuard; g++)
      if (out[rows * columns + g] != R(-12345) || bare[rows * columns + g] != R(-12345) || validity[(rows * columns + 7) / 8 + g] != 0x33 || status[rows + g].bits != 77)
        report(where, from, "nothing beyond the end", "a write");
  }

  ir::Evaluator evaluator_;
  const std::vector<Row>& rows_;
  std::vector<const ir::Input*> inputs_;
  std::vector<bool> catText_;
  std::string tier_;
  const kiln_scorer* s_ = nullptr;
};

}  // namespace

std::vector<std::string> differences(const ir::Pipeline& pipeline, const std::vector<Row>& rows, const codegen::Options& options) {
  Loaded loaded(pipeline, options);
  if (!loaded.error().empty()) return {loaded.error()};
  Comparison comparison(pipeline, rows);
#ifdef KILN_NEON_RUNNER
  if (std::getenv("KILN_TEST_NEON")) {   // the same pipeline for aarch64 instead, under qemu
    codegen::Options other = options;
    other.target = "aarch64-linux", other.tiers = {};
    const Loaded compiled(pipeline, other);
    std::string error = compiled.error();
    const kiln_scorer* remote = error.empty() ? loadRemote(compiled.artefact().sharedObject, *loaded.scorer(), error) : nullptr;
    if (!remote) return {error};
    comparison.tier({"neon", remote});
    return std::move(comparison.found);
  }
#endif
  for (const kiln_tier& tier : loaded.tiers()) comparison.tier(tier), comparison.stack(tier);
  return std::move(comparison.found);
}

}  // namespace kiln::test
