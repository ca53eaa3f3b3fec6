// Reads XML safely: expat parses, tinyxml2 holds. Elements that come by the million are handed over one at a time and never
// stay in the document. No tinyxml2 parser, no DOCTYPE, no entity beyond the five; strict UTF-8; bounded and iterative.
#pragma once
#include <tinyxml2.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/support/diagnostics.h"
#include "compiler/support/limits.h"

namespace kiln::pmml {

using Element = tinyxml2::XMLElement;

/// The element that follows `e` in the order of the document, inside `top`; null after the last.
const Element* nextInside(const Element* top, const Element* e);
/// The same behind `e` and all that stands in it.
const Element* nextBehind(const Element* top, const Element* e);

/// From 1; columns count bytes (of UTF-16: its units).
struct Location {
  uint32_t line = 0, column = 0;
};
/// A place, and how many columns it takes.
struct Span {
  Location at;
  uint32_t length = 1;
};

/// Where an attribute with its value stands in the start tag that begins at `element`. The element's own place where the
/// text does not show it (UTF-16).
Span attributeSpan(const Source& source, Location element, std::string_view attribute);

/// A document whose names have lost their namespace prefix ("pmml:Node" is "Node"; elements of foreign namespaces keep theirs,
/// as "prefix:name").
class Document {
 public:
  Document();
  ~Document();                        ///< takes the tree apart without recursion
  Document(Document&&) noexcept;

  const Element* root() const;
  const std::string& rootNamespace() const;  ///< its URI; empty without one
  Location location(const Element* element) const;
  /// XPath with an index among siblings of one name where there are several: /PMML/TreeModel/Node/Node[2].
  std::string path(const Element* element) const;
  /// Text content of an element, its own text nodes joined.
  std::string text(const Element* element) const;

  struct Data;
  Data& data() { return *data_; }
  const Data& data() const { return *data_; }

 private:
  std::unique_ptr<Data> data_;
};

/// Receives elements that stream. Attributes: name, value pairs, as expat gives them (prefixes removed).
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void start(const char* name, const char** attributes, Location location) = 0;
  virtual void end(const char* name) = 0;
  virtual void text(std::string_view) {}
  /// Asked before start(): whether an element inside the streamed one is kept in the document after all, with all inside
  /// it, as a child of the streamed element's parent. It is then reported to kept() instead.
  virtual bool keeps(const char* /*name*/) { return false; }
  virtual void kept(Element*) {}
};

/// Asked at each start tag, while the parent is already in the document; returns the sink that takes this element and all
/// inside it (the element itself is not kept), or null to keep it. Inside an element that a sink keeps it is asked again, and
/// must return another sink than those in use. The sinks must outlive the parse.
using StreamChooser = std::function<StreamSink*(Element* parent, const char* name)>;

/// False, with located diagnostics, if the text is not well-formed XML within the limits.
bool parseXml(const Source& source, const Limits& limits, const StreamChooser& chooser, Document& document, Diagnostics& diagnostics);

}  // namespace kiln::pmml
