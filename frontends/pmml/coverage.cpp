// What Kiln reads of PMML, as a page: made from the tables that the importer itself decides by.
#include <algorithm>
#include <cstring>
#include <map>

#include "frontends/pmml/import.h"
#include "frontends/pmml/pmml.h"
#include "frontends/pmml/vocabulary.h"

namespace kiln::pmml {

namespace {

std::string version(int v) { return std::to_string(v / 10) + "." + std::to_string(v % 10); }

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& n : names) text += (text.empty() ? "`" : " `") + n + "`";
  return text;
}

struct Function {
  const char* name;
  int since, least, most;
};
constexpr Function kFunctions[] = {
#define FUNCTION(name, since, least, most, how, scalar, missing) {name, since, least, most},
#include "frontends/pmml/functions.def"
#undef FUNCTION
};

struct Feature {
  const char* name;
  int since;
  const char* source;
};
constexpr Feature kFeatures[] = {
#define FEATURE(name, since, maker, source) {#name, since, source},
#include "frontends/pmml/features.def"
#undef FEATURE
};

void models(std::string& page) {
  page += "## Models\n\n| element | |\n|---|---|\n";
  for (const char* name : modelElements()) page += std::string("| ") + name + " | " + (findModel(name) ? "read" : "refused") + " |\n";
}

void elements(std::string& page) {
  page += "\n## Elements and attributes\n\nAn attribute in no list is refused with its place. An element without row is refused where a reader does not ask for it.\n";
  for (const ElementRow& row : vocabulary()) {
    if (row.fate == ElementRow::section) {
      page += "\n### " + row.name + "\n\n| element | read | without effect | refused |\n|---|---|---|---|\n";
      continue;
    }
    page += "| " + row.name + " | ";
    if (row.fate == ElementRow::skipped)
      page += " | the element, with all inside it | ";
    else if (row.fate == ElementRow::refused)
      page += " | | the element: " + row.why;
    else
      page += listed(row.attributes) + " | " + listed(row.ignored) + " | " + listed(row.forbidden);
    page += " |\n";
  }
}

void functions(std::string& page) {
  page += "\n## Functions\n\nDocuments of an earlier version spell a function `x-NAME`.\n\n| function | since | arguments |\n|---|---|---|\n";
  for (const Function& f : kFunctions) {
    std::string count = std::to_string(f.least);
    if (f.most == 0) count += " or more";
    if (f.most > f.least) count += " to " + std::to_string(f.most);
    page += std::string("| `") + f.name + "` | " + version(f.since) + " | " + count + " |\n";
  }
}

void features(std::string& page) {
  page += "\n## Output features\n\n| feature | since | of |\n|---|---|---|\n";
  for (const Feature& f : kFeatures) page += std::string("| ") + f.name + " | " + version(f.since) + " | " + f.source + " |\n";
}

}  // namespace

std::string coverage() {
  std::string page;
  models(page), elements(page), functions(page), features(page);
  return page;
}

}  // namespace kiln::pmml
