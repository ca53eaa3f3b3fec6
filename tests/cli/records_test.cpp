// Tables in text: what RFC 4180 says, and what real files do.
#include "compiler/cli/data/records.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace kiln::data {
namespace {

// All records of a text, read through a pipe in chunks of `chunkBytes`.
std::vector<std::vector<std::string>> read(const std::string& text, TextFormat format, std::string& error, size_t chunkBytes = 1 << 20,
                                           std::vector<std::string>* header = nullptr) {
  char path[] = "/tmp/kiln-records-XXXXXX";
  const int fd = mkstemp(path);
  EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  lseek(fd, 0, SEEK_SET);
  unlink(path);
  RecordReader reader(fd, format, chunkBytes);
  std::vector<std::vector<std::string>> rows;
  if (reader.readHeader(error)) {
    if (header) *header = reader.columns();
    RecordParser parser(reader.format(), reader.columns());
    std::string chunk;
    uint64_t line;
    std::vector<std::string_view> fields;
    while (reader.next(chunk, line, error) && !chunk.empty()) {
      parser.open(chunk, line);
      while (parser.next(fields, error)) rows.emplace_back(fields.begin(), fields.end());
      if (!error.empty()) break;
    }
  }
  close(fd);
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Records, PlainFieldsAndBothLineEnds) {
  std::string error;
  EXPECT_EQ(read("a,b\n1,2\r\n3,4", TextFormat::csv, error), (Rows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(error, "");
}

TEST(Records, QuotedFieldsHoldSeparatorsQuotesAndLineEnds) {
  std::string error;
  EXPECT_EQ(read("a,b\n\"x,\"\"y\"\"\",\"1\n2\"\n,\"\"\n", TextFormat::csv, error), (Rows{{"x,\"y\"", "1\n2"}, {"", ""}}));
}

TEST(Records, ATabInTheHeaderMeansTabs) {
  std::string error;
  EXPECT_EQ(read("a\tb\n1,5\t\"2\"\n", TextFormat::csv, error), (Rows{{"1,5", "\"2\""}}));
}

TEST(Records, ByteOrderMarkAndEmptyLinesAreSkipped) {
  std::string error;
  std::vector<std::string> header;
  EXPECT_EQ(read("\xef\xbb\xbf" "a\n\n1\n\r\n\"\"\n", TextFormat::csv, error, 1 << 20, &header), (Rows{{"1"}, {""}}));
  EXPECT_EQ(header, std::vector<std::string>{"a"});
}

TEST(Records, EveryChunkSizeGivesTheSameRecords) {
  const std::string text = "a,b\n1,\"x\ny\"\n2,\"\"\"\"\n3,zzzzzzzzzzzzzzzzzzzzzzzz\n";
  std::string error;
  const Rows whole = read(text, TextFormat::csv, error);
  ASSERT_EQ(whole.size(), 3u);
  for (size_t bytes = 1; bytes < text.size() + 2; bytes++) EXPECT_EQ(read(text, TextFormat::csv, error, bytes), whole) << bytes;
}

TEST(Records, RaggedRowsAndOpenQuotesAreErrorsWithTheirLine) {
  std::string error;
  read("a,b\n1,2\n3\n", TextFormat::csv, error);
  EXPECT_EQ(error, "line 3 has 1 fields, the header has 2");
  read("a,b\n1,\"2\n", TextFormat::csv, error);
  EXPECT_EQ(error, "a quote is never closed after line 2");
  read("a\n\"1\"x\n", TextFormat::csv, error);
  EXPECT_EQ(error, "line 2: text after a closing quote");
  read("", TextFormat::csv, error);
  EXPECT_EQ(error, "there is no header");
}

TEST(Records, JsonLinesByKey) {
  std::string error;
  std::vector<std::string> header;
  EXPECT_EQ(read("{\"a\": 1.5, \"b\": \"x\"}\n{\"b\": null, \"a\": true, \"c\": 1}\n", TextFormat::ndjson, error, 1 << 20, &header),
            (Rows{{"1.5", "x"}, {"true", ""}}));
  EXPECT_EQ(header, (std::vector<std::string>{"a", "b"}));
  read("{\"a\": [1]}\n", TextFormat::ndjson, error);
  EXPECT_EQ(error, "line 1: 'a' is not a plain value");
  read("{\"a\": 1}\n{\"a\": \n", TextFormat::ndjson, error);
  EXPECT_EQ(error, "line 2 is not a JSON object");
}

TEST(Records, FieldsAreQuotedWhereTheyHaveToBe) {
  std::string line;
  appendField(line, "a,\"b\"", TextFormat::csv);
  EXPECT_EQ(line, "\"a,\"\"b\"\"\"");
  line.clear();
  appendField(line, "plain", TextFormat::csv);
  EXPECT_EQ(line, "plain");
  line.clear();
  appendField(line, "a\tb", TextFormat::tsv);
  EXPECT_EQ(line, "a b");
}

}  // namespace
}  // namespace kiln::data
