// The artefact lint and the reader under it: ordinary bad shared objects, made here by clang, each found for its own
// reason; and damaged files, which must be refused, not followed.
#include "compiler/codegen/lint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include "compiler/codegen/elf_read.h"

using namespace kiln::codegen;

namespace {

// What the sections of a scorer look like to the lint.
const char* const kSections = R"(
__asm__(".section .note.kiln,\"a\",@note\n .balign 4\n .long 5, 2, 1\n .asciz \"kiln\"\n .balign 4\n .ascii \"{}\"\n .balign 4\n"
        ".section .kiln.json,\"\",@progbits\n .ascii \"{\\\"abi\\\":[1,0]}\"\n .text\n");
)";
const char* const kFlags =
    "-shared -fPIC -O1 -ffreestanding -nostdlib -fno-ident -fno-asynchronous-unwind-tables -fvisibility=hidden "
    "-fuse-ld=lld-19 "
    "-Wl,-z,now,-z,relro,-z,separate-code,-z,noexecstack,-z,defs,--build-id=none,--hash-style=gnu";
const char* const kScorer =
    "__attribute__((visibility(\"default\"))) int kiln_query_v1(unsigned v, const void **s) { return (int)v + (s != "
    "0); }\n";

std::string compile(const std::string& source, const std::string& flags = "") {
  char folder[] = "/tmp/kiln-lint-XXXXXX";
  if (mkdtemp(folder) == nullptr) return "";
  const std::string base = folder;
  std::ofstream(base + "/a.c") << source;
  const std::string command =
      std::string(KILN_CC) + " " + kFlags + " " + flags + " " + base + "/a.c -o " + base + "/a.so 2>" + base + "/log";
  const int status = std::system(command.c_str());
  std::ostringstream bytes, log;
  log << std::ifstream(base + "/log").rdbuf();
  bytes << std::ifstream(base + "/a.so", std::ios::binary).rdbuf();
  EXPECT_EQ(status, 0) << command << "\n" << log.str();
  for (const char* name : {"/a.c", "/a.so", "/log"}) unlink((base + name).c_str());
  rmdir(folder);
  return std::move(bytes).str();
}
std::string scorer(const std::string& more = "", const std::string& flags = "") {
  return compile(std::string(kSections) + kScorer + more, flags);
}

std::string text(const std::vector<std::string>& complaints) {
  std::string all;
  for (const std::string& c : complaints) all += c + "\n";
  return all;
}
/// The lint finds this, in these words.
void expectFound(const std::string& bytes, const std::string& words) {
  const std::string all = text(lint(bytes));
  EXPECT_NE(all.find(words), std::string::npos) << "not found: " << words << "\ncomplaints:\n" << all;
}

TEST(Lint, CleanScorersPass) {
  EXPECT_EQ(text(lint(scorer())), "");
  // tables of pointers are what scorers have
  EXPECT_EQ(
      text(lint(scorer(
          "static const char a[] = \"a\"; __attribute__((used)) static const char *const table[] = {a, a + 1};\n"))),
      "");
}

TEST(Lint, Imports) {
  expectFound(
      scorer("double exp(double); __attribute__((used)) static double f(double x) { return exp(x); }", "-Wl,-z,undefs"),
      "it imports 'exp'");
  expectFound(scorer("", "-Wl,--no-as-needed -lm"), "it needs the library 'libm.so.6'");
  expectFound(scorer("", "-Wl,-rpath,/opt/lib"), "search path");
  expectFound(scorer("", "-Wl,-rpath,/opt/lib,--disable-new-dtags"), "DT_RPATH");
}

TEST(Lint, Exports) {
  expectFound(scorer("__attribute__((visibility(\"default\"))) int extra(void) { return 1; }"), "it exports 'extra'");
  expectFound(scorer("__attribute__((visibility(\"default\"))) const int table[2] = {1, 2};"), "it exports 'table'");
  expectFound(
      compile(std::string(kSections) + "__attribute__((visibility(\"default\"))) int other(void) { return 1; }"),
      "it does not export kiln_query_v1");
  expectFound(compile(std::string(kSections) + "__attribute__((visibility(\"default\"))) const int kiln_query_v1 = 1;"),
              "'kiln_query_v1' is not a function");
}

TEST(Lint, CodeThatRunsByItself) {
  expectFound(scorer("static volatile int x; __attribute__((constructor)) static void f(void) { x = 1; }"),
              "DT_INIT_ARRAY");
  expectFound(scorer("static volatile int x; __attribute__((destructor)) static void f(void) { x = 1; }"),
              "DT_FINI_ARRAY");
  expectFound(scorer("void start(void) {}", "-Wl,-init,start"), "(DT_INIT)");
  expectFound(scorer("void end(void) {}", "-Wl,-fini,end"), "(DT_FINI)");
#if defined(__x86_64__)
  const char* const indirect =
      "static volatile int which; static int one(void) { return 1; } static int two(void) { return 2; } static void "
      "*choose(void) { return which ? (void *)one : (void *)two; } int chosen(void) "
      "__attribute__((ifunc(\"choose\")));\n"
      "__attribute__((used)) static int (*const table)(void) = chosen;";
  expectFound(scorer(indirect), "IRELATIVE");
#endif
}

TEST(Lint, MemoryThatIsNotConstant) {
  expectFound(scorer("__attribute__((used)) static int counter = 3;"), "stays writable");
  expectFound(scorer("__attribute__((used)) static int counters[5000];"), "stays writable");
  expectFound(scorer("__attribute__((used)) static __thread int x;"), "thread-local storage");
  expectFound(scorer("static const char a[] = \"a\"; __attribute__((used)) static const char *const table[] = {a};",
                     "-Wl,-z,norelro"),
              "stays writable");
}

TEST(Lint, CodeAndData) {
  expectFound(scorer("", "-Wl,-z,execstack"), "executable stack");
  expectFound(scorer("", "-Wl,-z,noseparate-code"), "share a page");
  expectFound(scorer("", "-Wl,-z,lazy"), "-z now");
  expectFound(scorer("", "-Wl,--omagic"), "writable and executable");
}

TEST(Lint, Relocations) {
  // pointers inside what should be constant code
  expectFound(scorer("static const char a[] = \"a\"; __attribute__((used, "
                     "section(\".rodata.table,\\\"a\\\",@progbits#\"))) static const char *const table[] = {a};",
                     "-Wl,-z,notext"),
              "DT_TEXTREL");
  expectFound(
      scorer("extern int elsewhere; __attribute__((used)) static int *const table[] = {&elsewhere};", "-Wl,-z,undefs"),
      "to symbols, not relative");
  expectFound(
      scorer("static const char a[] = \"a\"; __attribute__((used)) static const char *const table[] = {a, a + 1};",
             "-Wl,--pack-dyn-relocs=relr"),
      "DT_RELR");
}

TEST(Lint, OtherFiles) {
  expectFound("", "not an ELF file");
  expectFound(
      "\x7f"
      "ELF",
      "not an ELF file");
  expectFound(compile("int main(void) { return 0; }", "-c"), "not a shared object");
  expectFound(compile(kScorer), ".note.kiln");
  expectFound(compile(kScorer), ".kiln.json");
}

TEST(ElfRead, NoteAndJson) {
  const std::string bytes = scorer();
  EXPECT_EQ(readNote(bytes).value_or("none"), "{}");
  EXPECT_EQ(readJsonSection(bytes).value_or("none"), "{\"abi\":[1,0]}");
  EXPECT_FALSE(readNote(compile(kScorer)));
  EXPECT_FALSE(readJsonSection("no ELF"));
}

TEST(ElfRead, TruncatedFilesAreRefused) {
  const std::string bytes = scorer();
  for (size_t n = 0; n < bytes.size(); n += n < 1024 ? 1 : 37) EXPECT_NE(text(lint(bytes.substr(0, n))), "") << n;
}

// Nothing to expect but an answer: the sanitisers and the clock do the checking.
TEST(ElfRead, DamagedFilesAreRead) {
  const std::string good =
      scorer("static const char a[] = \"a\"; __attribute__((used)) static const char *const table[] = {a, a + 1};");
  std::mt19937_64 random(1);
  int clean = 0;
  for (int i = 0; i < 20'000; i++) {
    std::string bytes = good;
    for (int k = 0; k < 1 + i % 4; k++) {
      const size_t head = random() % 2 == 0 ? std::min<size_t>(bytes.size(), 0x400) : bytes.size();
      const size_t at = random() % head;
      if (random() % 2 == 0)
        bytes[at] = static_cast<char>(random());
      else
        for (size_t b = at; b < std::min(at + 8, bytes.size()); b++) bytes[b] = static_cast<char>(0xff);
    }
    clean += lint(bytes).empty();
    readNote(bytes), readJsonSection(bytes);
  }
  EXPECT_LT(clean, 20'000);
}

}  // namespace
