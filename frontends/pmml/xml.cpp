// Expat events to tinyxml2 elements or to stream sinks, within the limits.
#include "frontends/pmml/xml.h"

#include <expat.h>

#include <algorithm>
#include <cstring>

#include "frontends/pmml/encodings.h"

namespace kiln::pmml {
namespace {

// Between namespace and local name in the names expat reports; no XML character, so it cannot occur in either.
constexpr char kSeparator = '\f';

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

bool isPmmlNamespace(std::string_view uri) {
  for (std::string_view scheme : {"http://", "https://"})
    if (uri.starts_with(scheme)) uri.remove_prefix(scheme.size());
  if (uri.starts_with("www.")) uri.remove_prefix(4);
  return uri.starts_with("dmg.org/PMML");
}

// The name as the document shall have it: "uri\flocal[\fprefix]" becomes "local" for PMML, "prefix:local" for others.
const char* plainName(const char* name, std::string& buffer) {
  const char* separator = std::strchr(name, kSeparator);
  if (!separator) return name;
  std::string_view local = separator + 1, prefix = "foreign";
  if (size_t second = local.find(kSeparator); second != local.npos) {
    prefix = local.substr(second + 1);
    local = local.substr(0, second);
  }
  buffer.clear();
  if (!isPmmlNamespace({name, static_cast<size_t>(separator - name)})) buffer.append(prefix).append(":");
  return buffer.append(local).c_str();
}

// Line and column share the 64 bits of an element's user data.
void* packLocation(Location at) {
  return reinterpret_cast<void*>(uint64_t{at.line} << 24 | std::min<uint64_t>(at.column, 0xffffff));
}
Location unpackLocation(const void* packed) {
  auto bits = reinterpret_cast<uint64_t>(packed);
  return {static_cast<uint32_t>(bits >> 24), static_cast<uint32_t>(bits & 0xffffff)};
}

// Whether the bytes at the front are one well-formed UTF-8 sequence.
bool startsWithUtf8(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty() || byte(0) < 0x80) return true;
  size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return false;
  for (size_t i = 1; i < length; i++)
    if ((byte(i) & 0xc0) != 0x80) return false;
  unsigned code = (byte(0) & (0xff >> (length + 1))) << 6 | (byte(1) & 0x3f);
  return !(length == 3 && (code < 0x20 || (code >= 0x360 && code < 0x380))) &&
         !(length == 4 && (code < 0x10 || code >= 0x110));
}

}  // namespace

struct Document::Data {
  tinyxml2::XMLDocument xml;
  std::string rootNamespace;
  // Position among siblings of one name (0: alone), for all children of parents that were asked about.
  std::unordered_map<const Element*, uint32_t> position;
};

namespace {

class Reader {
 public:
  Reader(const Source& source, const Limits& limits, const StreamChooser& chooser, tinyxml2::XMLDocument& xml,
         Diagnostics& diagnostics)
      : source_(source), limits_(limits), chooser_(chooser), xml_(xml), diagnostics_(diagnostics), parent_(&xml) {
    // With namespaces, names come as triplets; the encoding is found from the text itself.
    parser_ = XML_ParserCreateNS(nullptr, kSeparator);
    XML_SetReturnNSTriplet(parser_, 1);
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(
        parser_, [](void* self, const char* name, const char** atts) { static_cast<Reader*>(self)->start(name, atts); },
        [](void* self, const char* name) { static_cast<Reader*>(self)->end(name); });
    XML_SetCharacterDataHandler(parser_, [](void* self, const char* s, int n) {
      static_cast<Reader*>(self)->text({s, static_cast<size_t>(n)});
    });
    XML_SetUnknownEncodingHandler(parser_, [](void* self, const char* name, XML_Encoding* encoding) -> int {
      auto known = ByteEncoding::named(name);
      encoding->data = nullptr, encoding->convert = nullptr, encoding->release = nullptr;
      if (!known) return XML_STATUS_ERROR;
      static_cast<Reader*>(self)->encoding_ = name;
      for (int byte = 0; byte < 256; ++byte) encoding->map[byte] = known->code(static_cast<unsigned char>(byte));
      if (!known->hasSequences()) return XML_STATUS_OK;
      encoding->data = known.release();
      encoding->convert = [](void* data, const char* bytes) { return static_cast<ByteEncoding*>(data)->decode(bytes); };
      encoding->release = [](void* data) { delete static_cast<ByteEncoding*>(data); };
      return XML_STATUS_OK;
    }, this);
    XML_SetStartDoctypeDeclHandler(parser_, [](void* self, const char*, const char*, const char*, int) {
      static_cast<Reader*>(self)->stop(Kind::unsupported, "a DOCTYPE is not accepted",
                                       "remove the declaration; PMML documents need none");
    });
  }
  ~Reader() { XML_ParserFree(parser_); }

  bool run(Document& document) {
    std::string_view text = source_.text();
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) unit_ = 2;
    // Nothing may stand before an XML declaration; blanks do in files that were written by hand.
    if (size_t first = text.find_first_not_of(" \t\r\n"); first != text.npos && text.substr(first).starts_with("<?xml")) {
      skipped_ = first;
      text.remove_prefix(first);
    }
    size_t chunk = kChunk;
    for (size_t done = 0; !stopped_;) {
      size_t size = std::min(chunk, text.size() - done);
      bool last = done + size == text.size();
      if (XML_Parse(parser_, text.data() + done, static_cast<int>(size), last) == XML_STATUS_ERROR) {
        if (!stopped_) syntaxError(document);
        return false;
      }
      if (last) break;
      // A token longer than what was fed is scanned again from its start: feeding twice as much keeps that linear.
      bool progress = XML_GetCurrentByteIndex(parser_) >= static_cast<XML_Index>(done);
      chunk = progress ? kChunk : std::min<size_t>(chunk * 2, 1u << 30);
      done += size;
    }
    return !stopped_;
  }

  std::string rootNamespace;  ///< empty: none

 private:
  static constexpr size_t kChunk = 256 << 10;

  // The place of the event in hand. Events come in the order of the text: each newline is counted once.
  Location here() {
    const std::string_view text = source_.text();
    const auto index = XML_GetCurrentByteIndex(parser_);
    const size_t at = std::min(index < 0 ? counted_ : static_cast<size_t>(index) + skipped_, text.size());
    while (const char* newline = counted_ < at ? static_cast<const char*>(std::memchr(&text[counted_], '\n', at - counted_)) : nullptr) {
      const size_t i = static_cast<size_t>(newline - text.data());
      counted_ = i + 1;
      if (unit_ == 2 && (i ^ 1) < text.size() && text[i ^ 1]) continue;  // half of another character
      line_++, lineStart_ = i / unit_ * unit_ + unit_;
    }
    counted_ = std::max(counted_, at);
    return {line_, static_cast<uint32_t>((std::max(at, lineStart_) - lineStart_) / unit_) + 1};
  }

  void start(const char* rawName, const char** rawAttributes) {
    if (stopped_) return;
    if (++elements_ > limits_.xmlElements)
      return overLimit("XML elements", limits_.xmlElements, "more", "--max-xml-elements");
    if (++depth_ > limits_.xmlDepth)
      return overLimit("nested XML elements", limits_.xmlDepth, "more", "--max-xml-depth");
    if (const char* separator = depth_ == 1 ? std::strchr(rawName, kSeparator) : nullptr)
      rootNamespace.assign(rawName, separator);
    const char* name = plainName(rawName, name_);
    const char** attributes = plainAttributes(rawAttributes);
    if (!attributes) return;
    const bool keeps = streaming() && streams_.back().sink->keeps(name);
    if (streaming() && !keeps) return streams_.back().sink->start(name, attributes, here());
    Element* parent = parent_->ToElement();
    StreamSink* sink = !keeps && parent && chooser_ ? chooser_(parent, name) : nullptr;
    if (sink) {
      streams_.push_back({sink, depth_, 0});
      return sink->start(name, attributes, here());
    }
    flushText(false);
    Element* element = xml_.NewElement(name);
    element->SetUserData(packLocation(here()));
    for (const char** a = attributes; *a; a += 2) element->SetAttribute(a[0], a[1]);
    parent_->InsertEndChild(element);
    parent_ = element;
    if (!keeps) return;
    streams_.back().keptDepth = depth_;
    streams_.back().sink->kept(element);
  }

  void end(const char* rawName) {
    if (stopped_) return;
    if (streaming()) {
      streams_.back().sink->end(plainName(rawName, name_));
      if (depth_ == streams_.back().depth) streams_.pop_back();
    } else {
      flushText(!parent_->FirstChildElement());
      parent_ = parent_->Parent();
      if (!streams_.empty() && streams_.back().keptDepth == depth_) streams_.back().keptDepth = 0;
    }
    depth_--;
  }

  void text(std::string_view piece) {
    if (stopped_) return;
    if (streaming()) return streams_.back().sink->text(piece);
    text_.append(piece);
  }

  bool streaming() const { return !streams_.empty() && !streams_.back().keptDepth; }

  // Blanks between elements are layout; the only text of an element is data, blank or not.
  void flushText(bool keepBlank) {
    if (!text_.empty() && (keepBlank || !isBlank(text_))) parent_->InsertEndChild(xml_.NewText(text_.c_str()));
    text_.clear();
  }

  // Names without their namespace; null if there are too many. Names that must change live in attributeNames_ until the
  // next call.
  const char** plainAttributes(const char** raw) {
    uint64_t count = 0;
    bool changed = false;
    for (const char** a = raw; *a; a += 2, count++) changed |= std::strchr(a[0], kSeparator) != nullptr;
    if (count > limits_.xmlAttributes)
      return overLimit("attributes of an XML element", limits_.xmlAttributes, std::to_string(count).c_str(),
                       "--max-xml-attributes"),
             nullptr;
    if (!changed) return raw;
    attributeNames_.assign(count, "");
    attributes_.clear();
    for (uint64_t i = 0; i < count; i++) {
      attributes_.push_back(plainName(raw[2 * i], attributeNames_[i]));
      attributes_.push_back(raw[2 * i + 1]);
    }
    attributes_.push_back(nullptr);
    return attributes_.data();
  }

  void overLimit(const char* what, uint64_t limit, const char* found, const char* flag) {
    stop(Kind::limit, std::string("limit of ") + std::to_string(limit) + " " + what + " exceeded (found " + found + ")",
         std::string("raise it with ") + flag);
  }

  void stop(Kind kind, std::string message, std::string note) {
    if (stopped_) return;
    stopped_ = true;
    Location at = here();
    diagnostics_.error(kind, at.line, at.column, std::move(message), "", std::move(note));
    XML_StopParser(parser_, XML_FALSE);
  }

  void syntaxError(Document& document) {
    XML_Error code = XML_GetErrorCode(parser_);
    Location at = here();
    Element* open = parent_->ToElement();
    std::string path = open ? document.path(open) : "", message, note;
    const auto index = XML_GetCurrentByteIndex(parser_);
    const size_t offset = index < 0 ? source_.text().size() : static_cast<size_t>(index) + skipped_;
    const std::string_view rest = source_.text().substr(std::min(offset, source_.text().size()));
    if (code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING) {
      message = "the document's encoding is not supported";
      note = "Kiln reads UTF-8, UTF-16 and encodings of bytes that have ASCII as it is; convert the file to UTF-8";
    } else if (code == XML_ERROR_INVALID_TOKEN && !encoding_.empty() && !rest.empty() && (rest[0] & 0x80)) {
      message = "bytes that are no character in " + encoding_;
      note = "declare the encoding that the file has, or convert it to UTF-8";
    } else if (code == XML_ERROR_INVALID_TOKEN && !startsWithUtf8(rest)) {
      message = "bytes that are not UTF-8";
      note = "declare the encoding that the file has, or convert it to UTF-8";
    } else if (rest.empty() && source_.text().empty()) {
      message = "the file is empty";
    } else if (rest.empty() || code == XML_ERROR_UNCLOSED_TOKEN || code == XML_ERROR_NO_ELEMENTS ||
               code == XML_ERROR_UNCLOSED_CDATA_SECTION) {
      message = "the file ends too early";
      if (open)
        note = std::string("element '") + open->Name() + "' of line " + std::to_string(document.location(open).line) +
               " is still open";
    } else {
      message = std::string("not well-formed XML: ") + XML_ErrorString(code);
    }
    diagnostics_.error(Kind::invalid, at.line, at.column, message, path, note);
  }

  const Source& source_;
  const Limits& limits_;
  const StreamChooser& chooser_;
  tinyxml2::XMLDocument& xml_;
  Diagnostics& diagnostics_;
  XML_Parser parser_;
  std::string encoding_;   // one that expat does not know by itself
  tinyxml2::XMLNode* parent_;
  // Elements that stream, outermost first: each but the last is waiting for the end of an element that it keeps.
  struct Stream {
    StreamSink* sink;
    uint64_t depth, keptDepth;  // of the streamed element, and of the one in it that is kept (0: none at present)
  };
  std::vector<Stream> streams_;
  uint64_t elements_ = 0, depth_ = 0;
  bool stopped_ = false;
  size_t skipped_ = 0;                  // bytes before the XML declaration, which expat does not see
  size_t counted_ = 0, lineStart_ = 0;  // bytes whose newlines are counted; start of the line they end in
  uint32_t line_ = 1, unit_ = 1;        // bytes a newline takes: 2 in UTF-16
  std::string text_, name_;
  std::vector<std::string> attributeNames_;
  std::vector<const char*> attributes_;
};

// Takes the tree apart leaf by leaf: tinyxml2 itself recurses.
void clear(tinyxml2::XMLDocument& xml) {
  tinyxml2::XMLNode* node = &xml;
  while (true) {
    while (node->FirstChild()) node = node->FirstChild();
    if (node == &xml) return;
    tinyxml2::XMLNode* parent = node->Parent();
    parent->DeleteChild(node);
    node = parent;
  }
}

}  // namespace

Document::Document() : data_(std::make_unique<Data>()) {}
Document::Document(Document&&) noexcept = default;
Document::~Document() {
  if (data_) clear(data_->xml);
}

const Element* Document::root() const { return data_->xml.RootElement(); }

const std::string& Document::rootNamespace() const { return data_->rootNamespace; }

Location Document::location(const Element* element) const {
  return element ? unpackLocation(element->GetUserData()) : Location{};
}

std::string Document::path(const Element* element) const {
  auto& position = data_->position;
  auto positionOf = [&](const Element* e) {
    if (!position.count(e)) {
      std::unordered_map<std::string_view, std::pair<uint32_t, const Element*>> seen;
      for (auto* s = e->Parent()->FirstChildElement(); s; s = s->NextSiblingElement()) {
        auto& [count, first] = seen[s->Name()];
        position[s] = ++count == 1 ? 0 : count;
        if (count == 1) first = s;
        if (count == 2) position[first] = 1;
      }
    }
    return position[e];
  };
  std::vector<const Element*> chain;
  for (auto* e = element; e; e = e->Parent() ? e->Parent()->ToElement() : nullptr) chain.push_back(e);
  std::string path;
  for (size_t i = chain.size(); i-- > 0;) {
    path += std::string("/") + chain[i]->Name();
    if (uint32_t p = positionOf(chain[i])) path += "[" + std::to_string(p) + "]";
  }
  return path;
}

std::string Document::text(const Element* element) const {
  std::string joined;
  for (auto* n = element->FirstChild(); n; n = n->NextSibling())
    if (auto* t = n->ToText()) joined += t->Value();
  return joined;
}

Span attributeSpan(const Source& source, Location element, std::string_view attribute) {
  const std::string_view text = source.text();
  size_t lineStart = source.lineStart(element.line);
  size_t at = lineStart + element.column - 1;
  uint32_t line = element.line;
  if (!element.line || at >= text.size() || text[at] != '<') return {element};
  // Names end at blanks, "=", "/" or ">"; values have quotes around them and no "<" inside.
  at = text.find_first_of(" \t\r\n/>", at);
  while (at < text.size()) {
    if (isBlank(text.substr(at, 1))) {
      if (text[at++] == '\n') line++, lineStart = at;
      continue;
    }
    const size_t nameEnd = text.find_first_of(" \t\r\n=/>", at), quote = text.find_first_of("\"'<>", at);
    if (nameEnd == at || quote >= text.size() || nameEnd > quote) break;
    const size_t end = text.find(text[quote], quote + 1);
    if (end >= text.size() || text[quote] == '<' || text[quote] == '>') break;
    const std::string_view name = text.substr(at, nameEnd - at);
    if (name == attribute || name.substr(name.find(':') + 1) == attribute)
      return {{line, static_cast<uint32_t>(at - lineStart) + 1}, static_cast<uint32_t>(end + 1 - at)};
    for (; at <= end; at++)
      if (text[at] == '\n') line++, lineStart = at + 1;
  }
  return {element};
}

const Element* nextInside(const Element* top, const Element* e) {
  const Element* child = e->FirstChildElement();
  return child ? child : nextBehind(top, e);
}
const Element* nextBehind(const Element* top, const Element* e) {
  for (; e != top; e = e->Parent()->ToElement())
    if (const Element* sibling = e->NextSiblingElement()) return sibling;
  return nullptr;
}

bool parseXml(const Source& source, const Limits& limits, const StreamChooser& chooser, Document& document,
              Diagnostics& diagnostics) {
  Reader reader(source, limits, chooser, document.data().xml, diagnostics);
  if (!reader.run(document)) return false;
  document.data().rootNamespace = std::move(reader.rootNamespace);
  return true;
}

}  // namespace kiln::pmml
