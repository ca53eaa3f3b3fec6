// Every label must be found under its own code, and nothing else be found at all.
#include "compiler/codegen/perfect_hash.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <set>

#include "runtime/kernels/strings.h"

namespace kiln {
namespace {

int32_t find(const std::string& table, std::string_view text) {
  return kernel::find_code(reinterpret_cast<const unsigned char*>(table.data()),
                           reinterpret_cast<const unsigned char*>(text.data()), static_cast<uint32_t>(text.size()));
}
void expectFinds(const std::vector<std::string>& labels, const std::vector<std::string>& others) {
  const std::string table = codegen::hashLabels({labels.begin(), labels.end()});
  for (uint32_t i = 0; i < labels.size(); i++) ASSERT_EQ(find(table, labels[i]), static_cast<int32_t>(i)) << labels[i];
  const std::set<std::string> known(labels.begin(), labels.end());
  for (const std::string& other : others)
    if (!known.count(other)) ASSERT_EQ(find(table, other), -1) << other;
}

TEST(PerfectHash, NoLabels) { expectFinds({}, {"", "a", "abcdefgh", std::string(40, 'x')}); }

TEST(PerfectHash, ShortAndEmpty) {
  expectFinds({"", "a", "b", "ab", "ba", "aba", "abb", "yes", "no", std::string("\0", 1), std::string("\0\0", 2)},
              {"c", "aa", "aab", std::string("\0\0\0", 3), "yess", "ye", std::string("a\0", 2)});
}

TEST(PerfectHash, LengthsAroundTheWords) {
  std::vector<std::string> labels, others;
  for (size_t n = 0; n < 70; n++) labels.push_back(std::string(n, 'q')), others.push_back(std::string(n, 'q') + "r");
  expectFinds(labels, others);
}

TEST(PerfectHash, LabelsThatDifferOnlyInTheMiddle) {
  std::vector<std::string> labels, others;
  for (int i = 0; i < 3000; i++) {
    const std::string digits = std::to_string(10000 + i);
    labels.push_back("a prefix of many bytes " + digits + " and a long suffix");
    others.push_back("a prefix of many bytes " + digits + " and a long suffiX");
    others.push_back("a prefix of many bytes " + std::to_string(20000 + i) + " and a long suffix");
  }
  expectFinds(labels, others);
}

TEST(PerfectHash, NeighboursInBothWords) {  // b + length would be the same
  std::vector<std::string> labels;
  for (char c = '0'; c < 'z'; c++)
    for (size_t n = 8; n < 17; n++) labels.push_back("abcdefgh" + std::string(n - 8, 'x')), labels.back().back() = c;
  std::set<std::string> unique(labels.begin(), labels.end());
  expectFinds({unique.begin(), unique.end()}, {"abcdefgh", "abcdefgz0"});
}

TEST(PerfectHash, ManyRandomLabels) {
  std::mt19937_64 random(7);
  std::set<std::string> unique;
  while (unique.size() < 20000) {
    std::string s(random() % 40, ' ');
    for (char& c : s) c = static_cast<char>(random());
    unique.insert(s);
  }
  std::vector<std::string> all(unique.begin(), unique.end()), labels, others;
  for (size_t i = 0; i < all.size(); i++) (i % 2 ? labels : others).push_back(all[i]);
  expectFinds(labels, others);
}

TEST(PerfectHash, AMillionLabelsTakeLinearTimeAndSpace) {
  std::vector<std::string> labels;
  for (int i = 0; i < 1000000; i++) labels.push_back("category " + std::to_string(i));
  const std::string table = codegen::hashLabels({labels.begin(), labels.end()});
  EXPECT_LT(table.size(), labels.size() * 40);
  for (uint32_t i = 0; i < labels.size(); i++) ASSERT_EQ(find(table, labels[i]), static_cast<int32_t>(i));
  EXPECT_EQ(find(table, "category 1000000"), -1);
}

// Dictionaries of a few labels have a hash of their own; both sizes, and texts that agree but for bytes far apart.
TEST(PerfectHash, AroundFewLabels) {
  for (size_t count : {1, 2, 3, 14, 63, 64, 65, 130}) {
    std::vector<std::string> labels, others;
    for (size_t i = 0; i < count; i++) {
      labels.push_back(std::string(i % 20, 'x') + std::to_string(i)), others.push_back(labels.back() + "x");
      labels.push_back(std::string(1, static_cast<char>(i)) + "1234567890"), others.push_back(labels.back() + "1");
    }
    expectFinds(labels, others);
  }
}

// What stands in front of a page that cannot be read is read to its last byte and no further.
TEST(PerfectHash, TextAtTheEndOfAPage) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  char* end = static_cast<char*>(pages) + page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  std::vector<std::string> labels;
  for (size_t n = 0; n < 40; n++) labels.push_back(std::string(n, 'a') + "z");
  const std::string table = codegen::hashLabels({labels.begin(), labels.end()});
  for (uint32_t i = 0; i < labels.size(); i++) {
    char* text = end - labels[i].size();
    std::copy(labels[i].begin(), labels[i].end(), text);
    EXPECT_EQ(find(table, {text, labels[i].size()}), static_cast<int32_t>(i));
    EXPECT_EQ(find(table, {text, labels[i].size() - 1}), -1);
  }
  EXPECT_EQ(find(table, {end, 0}), -1);
  munmap(pages, 2 * page);
}

TEST(PerfectHash, TheFirstOfEqualLabelsCounts) {
  const std::string table = codegen::hashLabels({"x", "y", "x", "z", "y"});
  EXPECT_EQ(find(table, "x"), 0);
  EXPECT_EQ(find(table, "y"), 1);
  EXPECT_EQ(find(table, "z"), 3);
}

TEST(PerfectHash, Numbers) {
  const std::vector<double> values = {0.0, 1.0, -1.0, 0.1, 1e300, 5e-324, 4503599627370497.5};
  std::vector<uint64_t> keys;
  for (double v : values) keys.push_back(kernel::number_key(v));
  const std::string table = codegen::hashNumbers(keys);
  const auto* bytes = reinterpret_cast<const unsigned char*>(table.data());
  for (uint32_t i = 0; i < values.size(); i++)
    EXPECT_EQ(kernel::find_number(bytes, kernel::number_key(values[i])), static_cast<int32_t>(i));
  EXPECT_EQ(kernel::find_number(bytes, kernel::number_key(-0.0)), 0);
  EXPECT_EQ(kernel::find_number(bytes, kernel::number_key(0.2)), -1);
}

TEST(PerfectHash, SameLabelsSameBytes) {
  EXPECT_EQ(codegen::hashLabels({"red", "green", "blue"}), codegen::hashLabels({"red", "green", "blue"}));
}

}  // namespace
}  // namespace kiln
