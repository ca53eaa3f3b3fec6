// Reads the text form: what print.cpp writes, and what people write by hand.
#include "compiler/ir/parse.h"

#include "compiler/ir/reader.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/ir/verify.h"

namespace kiln::ir {

namespace {

class Parser {
 public:
  Parser(const Source& source, Diagnostics& diagnostics) : source_(source), r_(source.text(), diagnostics) {}

  std::optional<Pipeline> run() {
    findTables();
    r_.skipNewlines();
    if (!r_.peek().is("pipeline")) return r_.expected("pipeline"), std::nullopt;
    r_.take();
    bool header = r_.read(p_.name) && r_.expect('{');
    if (!header) r_.lexer.skipLine();
    for (r_.skipNewlines(); r_.peek().kind != Token::end && !r_.peek().is('}') && !r_.tooMany(); r_.skipNewlines())
      if (!item()) r_.lexer.skipLine();
    if (!r_.tooMany() && r_.expect('}')) {
      r_.skipNewlines();
      if (r_.peek().kind != Token::end) r_.expected("the end of the text");
    }
    for (size_t i = 0; i < p_.tables.size() && r_.errors() == 0; i++)
      if (!p_.tables[i]) r_.error(tablePlaces_[i], "a table inside of something else");
    if (r_.errors() == 0) inferTypes();
    if (r_.errors() || !verified()) return std::nullopt;
    return std::move(p_);
  }

 private:
  /// Tables may refer to later ones, so their names are found first.
  void findTables() {
    std::string_view text = source_.text();
    for (size_t at = 0, line = 1; at < text.size(); line++) {
      size_t end = std::min(text.find('\n', at), text.size());
      size_t word = text.find_first_not_of(" \t", at);
      if (word < end && text.substr(word, 5) == "table") {
        Lexer lexer(text.substr(word, end - word));
        std::string name;
        lexer.take();
        Token token = lexer.take();
        bool isName = token.kind == Token::table &&
                      (!token.text.starts_with('"') ? (name = token.text, true) : unescape(token.text, name));
        if (isName && r_.tables.emplace(name, static_cast<TableId>(p_.tables.size())).second) {
          token.line = static_cast<uint32_t>(line), token.column += static_cast<uint32_t>(word - at);
          p_.tables.push_back(nullptr), tablePlaces_.push_back(token);
        }
      }
      at = end + 1;
    }
  }

  bool item() {
    const Token& first = r_.peek();
    if (first.is("source")) return r_.take(), r_.read(p_.sourceFile) && (prefix_ = placePrefix(p_), r_.expectLineEnd());
    if (first.is("format")) return r_.take(), r_.read(p_.sourceFormat) && r_.expectLineEnd();
    if (first.is("sha256")) return r_.take(), r_.read(p_.sourceSha256) && r_.expectLineEnd();
    if (first.is("provenance")) return provenance();
    if (first.is("table")) return table();
    if (first.is("verification")) return verification();
    if (first.kind == Token::value || first.kind == Token::word) return node();
    return r_.expected("a node, a table, verification or '}'");
  }

  bool provenance() {
    r_.take();
    std::pair<std::string, std::string> entry;
    if (!r_.read(entry.first) || !r_.read(entry.second)) return false;
    p_.provenance.push_back(std::move(entry));
    return r_.expectLineEnd();
  }

  bool table() {
    std::unique_ptr<Table> table;
    Token at;
    if (!tableHeader(table, at)) return skipBlock();
    // Errors of the body are reported there; what follows it can be read in any case.
    if (table->kind() == TableKind::Forest)
      parseForest(r_, table->as<Forest>());
    else
      tableFields(*table);
    if (r_.tooMany()) return true;
    if (!r_.expect('}') || !r_.expectLineEnd()) return false;
    // One that does not begin its line was not found before.
    auto [found, isNew] = r_.tables.emplace(table->name, static_cast<TableId>(p_.tables.size()));
    if (isNew) p_.tables.push_back(nullptr), tablePlaces_.push_back(at);
    TableId id = found->second;
    if (p_.tables[id]) return r_.error(at, "table '@" + table->name + "' is defined twice");
    p_.tables[id] = std::move(table);
    return true;
  }

  bool tableHeader(std::unique_ptr<Table>& table, Token& at) {
    r_.take();
    at = r_.peek();
    std::string name;
    if (at.kind != Token::table) return r_.expected("a table's name");
    r_.take();
    if (!r_.name(at, name) || !r_.expect(':')) return false;
    Token kindAt = r_.peek();
    TableKind kind;
    if (kindAt.kind != Token::word || !parseTableKind(std::string(kindAt.text), kind))
      return r_.expected("a kind of table");
    r_.take();
    table = makeTable(kind);
    table->name = name;
    return r_.expect('{');
  }

  /// After an error in the header of a block: past the block, if it has begun on this line. Always false.
  bool skipBlock() {
    while (!r_.atLineEnd() && !r_.peek().is('{')) r_.take();
    if (!r_.accept('{')) return false;
    while (r_.peek().kind != Token::end && !r_.peek().is('}')) r_.take();
    r_.accept('}');
    return false;
  }

  void tableFields(Table& table) {
    std::vector<Field> fields = collectFields(table);
    std::vector<bool> seen(fields.size());
    for (r_.skipNewlines(); r_.peek().kind != Token::end && !r_.peek().is('}') && !r_.tooMany(); r_.skipNewlines()) {
      bool fine = r_.peek().kind == Token::word
                      ? r_.readField(fields, seen, table.kindName()) && (r_.peek().is('}') || r_.expectLineEnd())
                      : r_.expected("a field or '}'");
      if (!fine) r_.lexer.skipLine();
    }
    assignFields(table, fields);
  }

  bool verification() {
    Verification v;
    r_.take();
    if (!r_.expect('{') || !r_.expectLineEnd()) return false;
    v.place = place(r_.peek().text);
    for (r_.skipNewlines(); r_.peek().kind != Token::end && !r_.peek().is('}') && !r_.tooMany(); r_.skipNewlines()) {
      bool fine;
      if (r_.peek().is("columns"))
        fine = (r_.take(), r_.read(v.columns));
      else if (r_.peek().is("precision"))
        fine = (r_.take(), r_.read(v.precision));
      else if (r_.peek().is("zero_threshold"))
        fine = (r_.take(), r_.read(v.zeroThreshold));
      else if (r_.peek().is("row"))
        fine = (r_.take(), v.rows.emplace_back(), r_.read(v.rows.back()));
      else if (r_.peek().is('.'))
        fine = r_.error(r_.peek(), "the rows are elided", "print them in full to read them back");
      else
        fine = r_.expected("columns, precision, zero_threshold, row or '}'");
      if (!fine || !r_.expectLineEnd()) r_.lexer.skipLine();
    }
    p_.verifications.push_back(std::move(v));
    return r_.tooMany() || (r_.expect('}') && r_.expectLineEnd());
  }

  // Nodes: [%result {, %result} =] name [%operand {, %operand}] {field} [: type {, type}]

  bool node() {
    Token at = r_.peek();
    std::vector<std::string> results;
    bool ok = resultNames(results) && nodeAfterResults(results, at);
    // Names are known even if the line is wrong, so that their uses are not reported as well.
    if (!ok)
      for (const std::string& name : results) values_.emplace(name, kNone);
    return ok;
  }

  bool resultNames(std::vector<std::string>& results) {
    if (r_.peek().kind != Token::value) return true;
    do {
      Token at = r_.peek();
      std::string name;
      if (at.kind != Token::value) return r_.expected("a value's name");
      r_.take();
      if (!r_.name(at, name)) return false;
      bool twice = values_.contains(name);
      for (const std::string& other : results) twice = twice || other == name;
      if (twice) return r_.error(at, "'%" + name + "' is defined twice");
      results.push_back(std::move(name));
    } while (r_.accept(','));
    return r_.expect('=');
  }

  bool nodeAfterResults(const std::vector<std::string>& results, const Token& lineAt) {
    Token at = r_.peek();
    if (at.kind != Token::word) return r_.expected("the name of a node or function");
    r_.take();
    Node node;
    node.op = makeOp(std::string(at.text));
    if (!node.op) return r_.error(at, "there is no node or function '" + std::string(at.text) + "'");
    if (!operands(node)) return false;
    std::vector<Field> fields = collectFields(*node.op);
    std::vector<bool> seen(fields.size());
    while (r_.peek().kind == Token::word)
      if (!r_.readField(fields, seen, node.op->name())) return false;
    assignFields(*node.op, fields);

    std::vector<Type> types;
    Token typesAt = r_.peek();
    if (r_.accept(':')) do
        if (!type(types.emplace_back())) return false;
      while (r_.accept(','));
    if (!r_.expectLineEnd()) return false;
    if (types.empty() && !results.empty())
      types.resize(results.size()), untyped_.push_back(static_cast<NodeId>(p_.nodes.size()));
    if (types.size() != results.size())
      return r_.error(typesAt, "found " + std::to_string(types.size()) + " types for " +
                                   std::to_string(results.size()) + " results");
    node.place = place(r_.peek().text);

    auto id = static_cast<NodeId>(p_.nodes.size());
    for (uint32_t i = 0; i < results.size(); i++) {
      values_[results[i]] = static_cast<ValueId>(p_.values.size());
      node.results.push_back(static_cast<ValueId>(p_.values.size()));
      p_.values.push_back({results[i], types[i], id, i});
    }
    p_.nodes.push_back(std::move(node));
    Token shown = at;
    shown.line = lineAt.line;
    nodePlaces_.push_back(shown);
    return true;
  }

  bool operands(Node& node) {
    if (r_.peek().kind != Token::value) return true;
    do {
      Token at = r_.peek();
      std::string name;
      if (at.kind != Token::value) return r_.expected("a value");
      r_.take();
      if (!r_.name(at, name)) return false;
      auto found = values_.find(name);
      if (found == values_.end()) {
        values_.emplace(name, kNone);  // one report is enough
        r_.error(at, "'%" + name + "' is not defined above");
      }
      node.operands.push_back(found == values_.end() ? kNone : found->second);
    } while (r_.accept(','));
    return true;
  }

  bool type(Type& t) {
    if (!r_.read(t.elem)) return false;
    if (t.elem == Elem::cat) {
      TableRef dict;
      if (!r_.read(dict)) return false;
      t.dict = dict.id;
    }
    t.nullable = r_.accept('?');
    if (r_.accept('[') && !shape(t)) return false;
    if (t.isList()) t.listNullable = r_.accept('?');
    t.fallible = r_.accept('!');
    return true;
  }

  bool shape(Type& t) {
    if (r_.accept('#')) {
      if (!r_.read(t.domain) || !r_.expect('<') || !r_.expect('=') || !r_.read(t.cap)) return false;
      if (r_.accept(']')) return true;
      if (!r_.expect(',')) return false;
    }
    do {
      if (!r_.read(t.shape.emplace_back())) return false;
    } while (r_.accept(','));
    return r_.expect(']');
  }

  /// A comment that print wrote: ` FILE[:line:column][ path]`. Any other comment says nothing.
  Place place(std::string_view comment) const {
    Place found;
    if (comment.ends_with('\r')) comment.remove_suffix(1);
    if (!comment.starts_with(' ') || !comment.substr(1).starts_with(prefix_)) return {};
    comment.remove_prefix(1 + prefix_.size());
    if (comment.starts_with(':') && (!number(comment, found.line) || !number(comment, found.column))) return {};
    if (!comment.empty() && (comment.front() != ' ' || !unescape(comment.substr(1), found.path))) return {};
    return found;
  }
  /// `:digits`, taken off the text.
  static bool number(std::string_view& text, uint32_t& value) {
    if (!text.starts_with(':')) return false;
    uint64_t n = 0;
    size_t i = 1;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && n <= kNone; i++)
      n = n * 10 + static_cast<uint64_t>(text[i] - '0');
    if (i == 1 || n > kNone) return false;
    value = static_cast<uint32_t>(n);
    text.remove_prefix(i);
    return true;
  }

  /// Types that were left out, by inference. Problems of tables or operands are left to the verifier.
  void inferTypes() {
    if (!verifyTables(p_).empty()) return;
    for (NodeId id : untyped_) {
      const Node& node = p_.nodes[id];
      Inference inference{p_, {}, {}};
      for (ValueId v : node.operands) inference.operands.push_back(p_.type(v));
      std::vector<Type> types = node.op->infer(inference);
      if (!inference.problems.empty()) return;
      if (types.size() != node.results.size())
        r_.error(nodePlaces_[id], "found " + std::to_string(node.results.size()) + " names for " +
                                      std::to_string(types.size()) + " results");
      else
        for (size_t i = 0; i < types.size(); i++) p_.values[node.results[i]].type = types[i];
    }
  }

  bool verified() {
    std::vector<Problem> problems = verify(p_);
    for (const Problem& problem : problems) {
      Token at;
      if (problem.node < nodePlaces_.size())
        at = nodePlaces_[problem.node];
      else if (problem.table < tablePlaces_.size())
        at = tablePlaces_[problem.table];
      std::string note;
      if (problem.node < p_.nodes.size()) {
        const Place& from = p_.nodes[problem.node].place;
        if (from.line || !from.path.empty())
          note = "comes from " + p_.sourceFile +
                 (from.line ? ':' + std::to_string(from.line) + ':' + std::to_string(from.column) : "") +
                 (from.path.empty() ? "" : ' ' + from.path);
      }
      r_.error(at, problem.message, note);
    }
    return problems.empty();
  }

  const Source& source_;
  Reader r_;
  Pipeline p_;
  std::string prefix_ = "-";
  std::unordered_map<std::string, ValueId> values_;
  std::vector<Token> nodePlaces_, tablePlaces_;
  std::vector<NodeId> untyped_;
};

}  // namespace

std::optional<Pipeline> parse(const Source& source, Diagnostics& diagnostics) {
  return Parser(source, diagnostics).run();
}

bool isIrText(std::string_view bytes) {
  while (!bytes.empty()) {
    if (bytes[0] == ';')
      bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size()));
    else if (bytes[0] == ' ' || bytes[0] == '\t' || bytes[0] == '\r' || bytes[0] == '\n')
      bytes.remove_prefix(1);
    else
      break;
  }
  return bytes.starts_with("pipeline ");
}

}  // namespace kiln::ir
