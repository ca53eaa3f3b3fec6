// Tensors in files beside the model: what --external-data reads, and every way out of the model's folder that it must not follow.
// The rules are those of the standard (docs/ExternalData.md: location relative, no '..'; offset, length; key by key); the paths are those of
// ONNX CVE-2022-25882, CVE-2024-27318 and CVE-2026-27489.
#include <sys/stat.h>

#include <filesystem>

#include "tests/onnx/graph.h"

namespace kiln::test {

namespace fs = std::filesystem;
constexpr const char* kAllowed = "--external-data";

class ExternalData : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "sub");
    write(folder_ / "weights");
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Four floats: 1, 2, 10, 20.
  static void write(const fs::path& file) {
    const float values[] = {1, 2, 10, 20};
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
  }
  using Entries = std::vector<std::pair<std::string, std::string>>;
  // X + w of two columns; w lies where the entries say.
  static Graph model(const Entries& entries) {
    Graph g;
    g.input("X", Type::FLOAT, {-1, 2}).output("Y");
    g.initializer("w", {2}, {});
    auto& tensor = *g.model().mutable_graph()->mutable_initializer(0);
    tensor.set_data_location(Type::EXTERNAL);
    for (auto& [key, value] : entries) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key), entry.set_value(value);
    }
    g.node("Add", {"X", "w"}, {"Y"});
    return g;
  }
  static void refused(const Entries& entries, const std::string& why) {
    const std::string text = model(entries).check(kAllowed);
    EXPECT_EQ(text.substr(0, 1), "!") << text;
    EXPECT_NE(text.find(why), std::string::npos) << text;
    EXPECT_NE(text.find("initializer[0] 'w'"), std::string::npos) << text;
  }
  std::string in(const std::string& name) const { return name_ + "/" + name; }

  const std::string name_ = "kiln-external-" + std::to_string(getpid());
  const fs::path folder_ = fs::path(testing::TempDir()) / name_;   // beside the models of Graph
};

TEST_F(ExternalData, OffsetAndLength) {
  const char* table = "X[0],X[1]\n100,200\n";
  EXPECT_EQ(model({{"location", in("weights")}, {"offset", "8"}, {"length", "8"}}).score(table, kAllowed), "Y[0],Y[1]\n110,220\n");
  EXPECT_EQ(model({{"location", in("weights")}, {"length", "8"}}).score(table, kAllowed), "Y[0],Y[1]\n101,202\n");
  EXPECT_EQ(model({{"location", in("weights")}, {"offset", "8"}}).score(table, kAllowed), "Y[0],Y[1]\n110,220\n");   // to the end
}

TEST_F(ExternalData, OnlyWithTheFlag) {
  const std::string text = model({{"location", in("weights")}, {"length", "8"}}).check();
  EXPECT_EQ(text.substr(0, 1), "!") << text;
  EXPECT_NE(text.find("allow it with --external-data"), std::string::npos) << text;
}

// The identity of a scorer says which bytes it was made from (the sum is that of sha256sum).
TEST_F(ExternalData, DigestIsProvenance) {
  const Graph g = model({{"location", in("weights")}, {"length", "8"}});
  const std::string text = g.dump(kAllowed);
  EXPECT_NE(text.find("external data " + in("weights")), std::string::npos) << text;
  EXPECT_NE(text.find("sha256 0318caca7b067de818a2d04319606cb78e48fa34896a539a3eaed5f6bc5def4f"), std::string::npos) << text;
}

TEST_F(ExternalData, LengthsThatLie) {
  const std::string file = in("weights");
  for (auto [offset, length] : {std::pair("0", "16"), {"0", "4"}, {"0", "0"}, {"12", "8"}, {"17", "8"}, {"18446744073709551608", "8"}, {"8", "18446744073709551608"}})
    refused({{"location", file}, {"offset", offset}, {"length", length}}, "needs 8 bytes");
  refused({{"location", file}}, "needs 8 bytes");   // to the end: 16
  for (const char* number : {"-1", "", "8x", " 8", "0x8", "99999999999999999999"}) {
    refused({{"location", file}, {"offset", number}, {"length", "8"}}, "is no offset");
    refused({{"location", file}, {"length", number}}, "is no length");
  }
}

TEST_F(ExternalData, OtherEntries) {   // ONNX CVE-2026-34445: keys of a file set attributes
  refused({}, "does not say the location");
  refused({{"location", ""}}, "does not say the location");
  refused({{"location", in("weights")}, {"length", "8"}, {"checksum", "00"}}, "'checksum', which is not read");
  refused({{"location", in("weights")}, {"length", "8"}, {"__class__", "x"}}, "'__class__', which is not read");
}

TEST_F(ExternalData, NamesThatLeaveTheFolder) {
  const std::string absolute = (folder_ / "weights").string();
  for (const std::string& location : {absolute, "/" + absolute, std::string("/etc/passwd"), std::string("/proc/self/mem"), std::string("/dev/zero"), std::string(".."),
                                      std::string("../secret"), "../" + in("weights"), in("../secret"), in("sub/../weights"), in("sub/../../../secret"), in("sub/.."),
                                      std::string("./../secret"), name_ + "\\weights", std::string("..\\secret"), std::string("C:\\secret"),
                                      in("weights") + std::string(1, '\0'), in("weights") + std::string("\0/../x", 6)})
    refused({{"location", location}, {"length", "8"}}, "not a name inside of the model's folder");
  for (const char* location : {"%2e%2e/secret", "%2fetc%2fpasswd", "file:weights", "~/secret", "$HOME/secret", "weights "})   // names as they are: no such file
    refused({{"location", in(location)}, {"length", "8"}}, "No such file");
}

TEST_F(ExternalData, LinksAreNotFollowed) {
  fs::create_symlink("weights", folder_ / "inside");
  fs::create_symlink("/etc/passwd", folder_ / "outside");
  fs::create_symlink("/proc/self/root", folder_ / "magic");
  fs::create_directory_symlink(".", folder_ / "folder");
  for (const char* location : {"inside", "outside", "magic/etc/passwd", "folder/weights"}) refused({{"location", in(location)}, {"length", "8"}}, "symbolic links");
  fs::create_hard_link(folder_ / "weights", folder_ / "hard");
  refused({{"location", in("hard")}, {"length", "8"}}, "hard link");
}

TEST_F(ExternalData, OnlyRegularFiles) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const char* location : {"pipe", "sub", "sub/", "."}) refused({{"location", in(location)}, {"length", "8"}}, "not a regular file");
}

TEST_F(ExternalData, Limits) {
  {
    std::ofstream file(folder_ / "large");
  }
  fs::resize_file(folder_ / "large", uint64_t{1} << 40);   // a hole
  refused({{"location", in("large")}, {"length", "8"}}, "--max-file-bytes");
  // Many tensors of the same bytes: each counts.
  Graph g = model({{"location", in("many")}, {"length", "65536"}});
  std::ofstream(folder_ / "many") << std::string(65536, '\0');
  auto first = g.model().graph().initializer(0);
  first.set_dims(0, 16384);
  g.model().mutable_graph()->clear_initializer();
  for (int i = 0; i < 20; i++) {
    auto& tensor = *g.model().mutable_graph()->add_initializer();
    tensor = first, tensor.set_name("w" + std::to_string(i));
    g.node("Identity", {tensor.name()}, {"unused" + std::to_string(i)});
  }
  const std::string text = g.check("--external-data --max-file-bytes 1000000");   // the file and 15 tensors
  EXPECT_NE(text.find("external data of all tensors is over the limit"), std::string::npos) << text;
}

}  // namespace kiln::test
