// The layers: support <- ir <- { frontends, passes, codegen } <- driver <- cli. A file includes only what its layer may
// know, so that a change stays where it belongs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

using std::filesystem::path;

/// What each layer may include, beside itself.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"compiler/support", {}},
    {"compiler/ir", {"compiler/support", "runtime/include", "runtime/kernels"}},
    {"compiler/passes", {"compiler/ir", "compiler/support", "runtime/include"}},
    {"compiler/codegen", {"compiler/ir", "compiler/support", "runtime/include", "runtime/kernels"}},
    {"frontends", {"compiler/ir", "compiler/support", "runtime/include", "runtime/kernels"}},
    {"compiler/driver",
     {"frontends", "compiler/passes", "compiler/codegen", "compiler/ir", "compiler/support", "runtime/include"}},
    {"compiler/cli",
     {"frontends", "compiler/driver", "compiler/passes", "compiler/codegen", "compiler/ir", "compiler/support",
      "runtime/include"}},
    {"runtime/include", {}},
    {"runtime/kernels", {"runtime/include"}},
};
/// Headers of other people's libraries, and the only folder that may know them.
const std::map<std::string, std::string> kOnlyIn = {
    {"llvm/", "compiler/codegen"}, {"llvm-c/", "compiler/codegen"}, {"lld/", "compiler/codegen"},
    {"expat", "frontends/pmml"},   {"tinyxml2", "frontends/pmml"},  {"google/protobuf", "frontends/onnx"}, {"onnx/", "frontends/onnx"},
    {"CLI/", "compiler/cli"}};

std::string layerOf(const std::string& file) {
  for (const auto& [layer, may] : kMayInclude)
    if (file.starts_with(layer + "/")) return layer;
  return "";
}

struct Include {
  std::string file, header;
};

std::vector<Include> includes() {
  std::vector<Include> found;
  const path root = KILN_SOURCE_DIR;
  const std::regex line("^\\s*#\\s*include\\s*[\"<]([^\">]+)[\">].*");
  for (const char* top : {"compiler", "frontends", "runtime"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      std::string kind = entry.path().extension().string();
      if (kind != ".h" && kind != ".cpp" && kind != ".def") continue;
      std::ifstream in(entry.path());
      std::smatch match;
      for (std::string text; std::getline(in, text);)
        if (text.find("include") != std::string::npos && std::regex_match(text, match, line))
          found.push_back({std::filesystem::relative(entry.path(), root).string(), match[1]});
    }
  return found;
}

/// The layer of an included header; empty if it is none of ours.
std::string layerOfHeader(const Include& include) {
  if (include.header.starts_with("kiln/")) return "runtime/include";
  std::string layer = layerOf(include.header);
  if (!layer.empty()) return layer;
  // Beside the file, as the freestanding kernels include each other.
  path beside = path(include.file).parent_path() / include.header;
  return std::filesystem::exists(path(KILN_SOURCE_DIR) / beside) ? layerOf(beside.lexically_normal().string()) : "";
}

}  // namespace

TEST(Layers, dependOneWay) {
  auto all = includes();
  ASSERT_GT(all.size(), 100u);
  for (const Include& include : all) {
    std::string from = layerOf(include.file), to = layerOfHeader(include);
    if (from.empty() || to.empty() || from == to) continue;
    EXPECT_TRUE(kMayInclude.at(from).contains(to))
        << include.file << " includes " << include.header << ": " << from << " may not know " << to;
  }
}

TEST(Layers, librariesStayInTheirFolder) {
  for (const Include& include : includes())
    for (const auto& [prefix, folder] : kOnlyIn)
      if (include.header.starts_with(prefix))
        EXPECT_TRUE(include.file.starts_with(folder + "/"))
            << include.file << " includes " << include.header << ", which only " << folder << " may know";
}
