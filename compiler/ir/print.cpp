// Prints the text form: a header, tables, one line a node, verification rows.
#include "compiler/ir/print.h"

#include <cstring>
#include <unordered_map>

#include "compiler/ir/compare.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/text.h"
#include "compiler/support/number.h"

namespace kiln::ir {

namespace {

constexpr size_t kColumns = 110;  // longer vectors are wrapped

bool sameBits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// 6300 as "6,300".
std::string grouped(size_t n) {
  std::string digits = std::to_string(n);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

/// Prints the fields that differ from their defaults: in a line with a node's, one a line with a table's.
class FieldPrinter final : public FieldVisitor {
 public:
  FieldPrinter(std::string& out, const Pipeline& pipeline, const std::vector<Field>& defaults, const char* separator)
      : out_(out), pipeline_(pipeline), defaults_(defaults), separator_(separator) {}
  /// Vectors over this many entries are elided; `hash` then stands for the table's content.
  void elide(uint32_t rows, const Table& table) { rows_ = rows, table_ = &table; }

  void field(const char* n, bool& v) override {
    if (v != next<bool>()) name(n), out_ += v ? "" : " false";
  }
  void field(const char* n, uint32_t& v) override {
    if (v != next<uint32_t>()) name(n), out_ += ' ', v == kNone ? void(out_ += "none") : value(v);
  }
  void field(const char* n, int64_t& v) override {
    if (v != next<int64_t>()) name(n), out_ += ' ', value(v);
  }
  void field(const char* n, double& v) override {
    if (!sameBits(v, next<double>())) name(n), out_ += ' ', value(v);
  }
  void field(const char* n, std::string& v) override {
    if (v != next<std::string>()) name(n), out_ += ' ', value(v);
  }
  void field(const char* n, TableRef& v) override {
    if (v == next<TableRef>()) return;
    name(n), out_ += ' ';
    if (v.id < pipeline_.tables.size())
      appendName(out_, '@', pipeline_.tables[v.id]->name);
    else
      out_ += "none";
  }
  void field(const char* n, Elem& v) override {
    if (v != next<Elem>()) name(n), out_ += ' ', out_ += elemName(v);
  }
  void field(const char* n, std::optional<double>& v) override { optional(n, v); }
  void field(const char* n, std::optional<int64_t>& v) override { optional(n, v); }
  void field(const char* n, std::optional<std::string>& v) override { optional(n, v); }
  void field(const char* n, std::vector<uint8_t>& v) override { array(n, v); }
  void field(const char* n, std::vector<uint32_t>& v) override { array(n, v); }
  void field(const char* n, std::vector<int64_t>& v) override { array(n, v); }
  void field(const char* n, std::vector<double>& v) override { array(n, v); }
  void field(const char* n, std::vector<std::string>& v) override { array(n, v); }
  void choice(const char* n, uint8_t& v, const char* const* names, int count) override {
    if (v != next<Choice>().value) name(n), out_ += ' ', out_ += v < count ? names[v] : "?";
  }

 private:
  template <class T>
  const T& next() {
    return std::get<T>(defaults_[index_++].value);
  }
  void name(const char* n) { out_ += separator_, out_ += n; }

  void value(uint64_t v) { appendNumber(out_, v); }
  void value(uint32_t v) { appendNumber(out_, uint64_t{v}); }
  void value(uint8_t v) { appendNumber(out_, uint64_t{v}); }
  void value(int64_t v) { out_ += std::to_string(v); }
  void value(double v) { appendNumber(out_, v); }
  void value(const std::string& v) { appendQuoted(out_, v); }

  template <class T>
  void optional(const char* n, std::optional<T>& v) {
    next<std::optional<T>>();  // by default there is none
    if (v) name(n), out_ += ' ', value(*v);
  }

  template <class T>
  void array(const char* n, std::vector<T>& v) {
    next<std::vector<T>>();  // empty by default
    if (v.empty()) return;
    name(n);
    if (table_ && v.size() > rows_) {
      out_ += " [... " + grouped(v.size()) + " entries, hash " + tableSha256(*table_).substr(0, 16) + ']';
      return;
    }
    size_t begin = out_.size();
    out_ += " [";
    for (size_t i = 0; i < v.size(); i++) out_ += i ? ", " : "", value(v[i]);
    out_ += ']';
    // Too long for a line, where lines may be broken: strings one a line, numbers as many as fit.
    if (separator_[0] == '\n' && out_.size() - begin > kColumns) out_.resize(begin), wrapped(v);
  }
  template <class T>
  void wrapped(const std::vector<T>& v) {
    out_ += " [";
    size_t lineBegin = 0;
    for (size_t i = 0; i < v.size(); i++) {
      if (i == 0 || std::is_same_v<T, std::string> || out_.size() - lineBegin > kColumns) {
        while (out_.back() == ' ') out_.pop_back();
        out_ += separator_, out_ += "  ";
        lineBegin = out_.size();
      }
      value(v[i]);
      out_ += i + 1 < v.size() ? ", " : "";
    }
    out_ += separator_;
    out_ += ']';
  }

  std::string& out_;
  const Pipeline& pipeline_;
  const std::vector<Field>& defaults_;
  const char* separator_;
  const Table* table_ = nullptr;
  uint32_t rows_ = 0;
  size_t index_ = 0;
};

class Printer {
 public:
  Printer(std::string& out, const Pipeline& pipeline, const PrintOptions& options)
      : out_(out), pipeline_(pipeline), options_(options), prefix_(placePrefix(pipeline)) {}

  void all() {
    header();
    for (const auto& t : pipeline_.tables) table(*t);
    if (!pipeline_.tables.empty()) out_ += '\n';
    for (const Node& n : pipeline_.nodes) {
      out_ += "  ";
      node(n);
      if (options_.provenance) place(n.place);
      out_ += '\n';
    }
    for (const Verification& v : pipeline_.verifications) verification(v);
    out_ += "}\n";
  }

  void node(const Node& n) {
    for (size_t i = 0; i < n.results.size(); i++) out_ += i ? ", " : "", valueName(n.results[i]);
    if (!n.results.empty()) out_ += " = ";
    out_ += n.op->name();
    for (size_t i = 0; i < n.operands.size(); i++) out_ += i ? ", " : " ", valueName(n.operands[i]);
    FieldPrinter fields(out_, pipeline_, defaults(*n.op), " ");
    const_cast<Op&>(*n.op).fields(fields);  // only reads
    for (size_t i = 0; i < n.results.size(); i++) out_ += i ? ", " : " : ", type(pipeline_.type(n.results[i]));
  }

  void type(const Type& t) {
    out_ += elemName(t.elem);
    if (t.elem == Elem::cat) {
      if (t.dict < pipeline_.tables.size())
        appendName(out_, '@', pipeline_.tables[t.dict]->name);
      else
        out_ += "@none";
    }
    if (t.nullable) out_ += '?';
    if (t.isList() || !t.shape.empty()) {
      out_ += '[';
      if (t.isList()) {
        out_ += '#' + std::to_string(t.domain) + "<=" + std::to_string(t.cap);
        if (!t.shape.empty()) out_ += ',';
      }
      for (size_t i = 0; i < t.shape.size(); i++) out_ += i ? "," : "", appendNumber(out_, uint64_t{t.shape[i]});
      out_ += ']';
    }
    if (t.listNullable) out_ += '?';
    if (t.fallible) out_ += '!';
  }

 private:
  void header() {
    out_ += "pipeline ";
    appendQuoted(out_, pipeline_.name);
    out_ += " {\n";
    auto line = [&](const char* key, const std::string& text) {
      if (!text.empty()) out_ += "  ", out_ += key, out_ += ' ', appendQuoted(out_, text), out_ += '\n';
    };
    line("source", pipeline_.sourceFile), line("format", pipeline_.sourceFormat),
        line("sha256", pipeline_.sourceSha256);
    for (const auto& [key, text] : pipeline_.provenance) {
      out_ += "  provenance ";
      appendQuoted(out_, key), out_ += ' ', appendQuoted(out_, text), out_ += '\n';
    }
    out_ += '\n';
  }

  void table(const Table& t) {
    out_ += "  table ";
    appendName(out_, '@', t.name);
    out_ += std::string(" : ") + t.kindName() + " {";
    if (t.kind() == TableKind::Forest) {
      printForest(out_, t.as<Forest>(), options_);
    } else {
      auto plain = makeTable(t.kind());
      std::vector<Field> defaults = collectFields(*plain);
      FieldPrinter fields(out_, pipeline_, defaults, "\n    ");
      if (!options_.full) fields.elide(options_.tableRows, t);
      const_cast<Table&>(t).fields(fields);  // only reads
    }
    out_ += "\n  }\n";
  }

  void verification(const Verification& v) {
    out_ += "\n  verification {";
    if (options_.provenance) place(v.place);
    auto texts = [&](const char* key, const std::vector<std::string>& cells) {
      out_ += std::string("\n    ") + key + " [";
      for (size_t i = 0; i < cells.size(); i++) out_ += i ? ", " : "", appendQuoted(out_, cells[i]);
      out_ += ']';
    };
    auto numbers = [&](const char* key, const std::vector<double>& list) {
      out_ += std::string("\n    ") + key + " [";
      for (size_t i = 0; i < list.size(); i++) out_ += i ? ", " : "", appendNumber(out_, list[i]);
      out_ += ']';
    };
    texts("columns", v.columns), numbers("precision", v.precision), numbers("zero_threshold", v.zeroThreshold);
    size_t shown = options_.full ? v.rows.size() : std::min<size_t>(v.rows.size(), options_.tableRows);
    for (size_t i = 0; i < shown; i++) texts("row", v.rows[i]);
    if (shown < v.rows.size()) out_ += "\n    ... " + grouped(v.rows.size() - shown) + " more rows";
    out_ += "\n  }\n";
  }

  void place(const Place& p) {
    if (p == Place()) return;
    out_ += "  ; " + prefix_;
    if (p.line || p.column) out_ += ':' + std::to_string(p.line) + ':' + std::to_string(p.column);
    if (!p.path.empty()) out_ += ' ', appendEscaped(out_, p.path);
  }

  void valueName(ValueId v) {
    if (v < pipeline_.values.size())
      appendName(out_, '%', pipeline_.values[v].name);
    else
      out_ += "%?";
  }

  const std::vector<Field>& defaults(const Op& op) {
    auto [it, isNew] = defaults_.try_emplace(op.kind());
    if (isNew) it->second = collectFields(*makeOp(op.name()));
    return it->second;
  }

  std::string& out_;
  const Pipeline& pipeline_;
  const PrintOptions& options_;
  std::string prefix_;
  std::unordered_map<OpKind, std::vector<Field>> defaults_;
};

}  // namespace

std::string print(const Pipeline& pipeline, const PrintOptions& options) {
  std::string out;
  Printer(out, pipeline, options).all();
  return out;
}

std::string printNode(const Pipeline& pipeline, NodeId node) {
  std::string out;
  PrintOptions options;
  Printer(out, pipeline, options).node(pipeline.nodes[node]);
  return out;
}

std::string printType(const Pipeline& pipeline, const Type& type) {
  std::string out;
  PrintOptions options;
  Printer(out, pipeline, options).type(type);
  return out;
}

}  // namespace kiln::ir
