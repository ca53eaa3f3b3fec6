// Predicates of the document as those of a streamed tree.
#include "frontends/pmml/models/conditions.h"

#include <algorithm>
#include <cstring>

namespace kiln::pmml {

Conditions::Conditions(Importer& importer, const char* element) : importer_(importer) {
  tree.element = element;
  tree.text.assign(1, '\0');
  StreamedTree::Node root;
  root.predicate = append(TreeTest::alwaysTrue, nullptr);
  tree.nodes.push_back(root);
}

bool Conditions::add(const std::vector<const Element*>& predicates, const Element* at) {
  StreamedTree::Node node;
  node.parent = 0;
  node.score = keep("1");  // a row can end here
  node.at = importer_.document.location(at);
  const auto index = static_cast<uint32_t>(tree.nodes.size());
  (index == 1 ? tree.nodes[0].firstChild : tree.nodes[index - 1].nextSibling) = index;
  node.predicate = static_cast<uint32_t>(tree.predicates.size());
  if (predicates.size() != 1) append(TreeTest::all, at);
  bool ok = true;
  for (const Element* e : predicates) ok = predicate(e) && ok;
  if (predicates.size() != 1) tree.predicates[node.predicate].end = static_cast<uint32_t>(tree.predicates.size());
  tree.nodes.push_back(node);
  return ok;
}

uint32_t Conditions::append(TreeTest test, const Element* at) {
  StreamedTree::Predicate p;
  p.test = test;
  p.at = importer_.document.location(at);
  tree.predicates.push_back(p);
  return static_cast<uint32_t>(tree.predicates.size()) - 1;
}

StreamedTree::Text Conditions::keep(const std::string& text) {
  const auto offset = static_cast<StreamedTree::Text>(tree.text.size());
  tree.text.append(text.c_str(), text.size() + 1);
  return offset;
}

uint32_t Conditions::field(const std::string& name) {
  const auto known = std::find(tree.fields.begin(), tree.fields.end(), name);
  if (known == tree.fields.end()) return tree.fields.push_back(name), static_cast<uint32_t>(tree.fields.size()) - 1;
  return static_cast<uint32_t>(known - tree.fields.begin());
}

bool Conditions::predicate(const Element* e) {
  const auto is = [e](const char* name) { return !std::strcmp(e->Name(), name); };
  if (is("True") || is("False")) {
    append(is("True") ? TreeTest::alwaysTrue : TreeTest::alwaysFalse, e);
    return importer_.onlyAttributes(e, {}) && importer_.onlyChildren(e, {});
  }
  if (is("SimplePredicate")) {
    const auto name = importer_.required(e, "field");
    const auto op = importer_.required(e, "operator");
    const auto test = importer_.choice(
        e, "operator",
        {"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing", "isNotMissing"},
        0);
    if (!importer_.onlyAttributes(e, {"field", "operator", "value"}) || !name || !op || !test) return false;
    const auto value = *test < 6 ? importer_.required(e, "value") : "";
    if (!value) return false;
    const uint32_t index = append(static_cast<TreeTest>(*test), e);
    tree.predicates[index].field = field(*name);
    tree.predicates[index].value = keep(*value);
    return true;
  }
  if (is("SimpleSetPredicate")) {
    const auto name = importer_.required(e, "field");
    const auto op = importer_.required(e, "booleanOperator");
    const auto test = importer_.choice(e, "booleanOperator", {"isIn", "isNotIn"}, 0);
    const Element* array = e->FirstChildElement("Array");
    if (!importer_.onlyAttributes(e, {"field", "booleanOperator"}) || !importer_.onlyChildren(e, {"Array"}) || !name ||
        !op || !test)
      return false;
    if (!array) return importer_.missing(e, "Array");
    if (const Element* second = array->NextSiblingElement("Array")) return importer_.misplaced(second, "a second Array in one SimpleSetPredicate");
    const auto members = importer_.array(array);
    if (!members) return false;
    const uint32_t index = append(*test ? TreeTest::isNotIn : TreeTest::isIn, e);
    tree.predicates[index].field = field(*name);
    tree.predicates[index].value = static_cast<uint32_t>(tree.members.size());
    for (const std::string& member : *members) tree.members.push_back(keep(member));
    tree.predicates[index].end = static_cast<uint32_t>(tree.members.size());
    return true;
  }
  if (!is("CompoundPredicate")) return importer_.unsupported(e, std::string("predicate '") + e->Name() + "'");
  const auto op = importer_.required(e, "booleanOperator");
  const auto test = importer_.choice(e, "booleanOperator", {"and", "or", "xor", "surrogate"}, 0);
  if (!importer_.onlyAttributes(e, {"booleanOperator"}) || !op || !test) return false;
  const uint32_t index = append(static_cast<TreeTest>(static_cast<int>(TreeTest::all) + *test), e);
  bool ok = true;
  for (const Element* inner = e->FirstChildElement(); inner && ok; inner = inner->NextSiblingElement())
    ok = !std::strcmp(inner->Name(), "Extension") || predicate(inner);
  tree.predicates[index].end = static_cast<uint32_t>(tree.predicates.size());
  if (ok && tree.predicates.size() == index + 1) return importer_.missing(e, "PREDICATE");
  return ok;
}

}  // namespace kiln::pmml
