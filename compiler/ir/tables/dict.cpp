// Labels and their codes.
#include "compiler/ir/tables/dict.h"

#include "compiler/ir/cells.h"
#include "compiler/ir/tables/checks.h"
#include "compiler/support/number.h"

namespace kiln::ir {

namespace {

std::string numberKey(double label) {
  if (label == 0) label = 0;  // -0 equals 0
  return std::string(reinterpret_cast<const char*>(&label), sizeof label);
}
std::string integerKey(int64_t label) { return std::string(reinterpret_cast<const char*>(&label), sizeof label); }

}  // namespace

void Dict::index() const {
  if (indexed_ > size()) index_.clear(), indexed_ = 0;
  for (; indexed_ < size(); indexed_++) {
    std::string key = !text.empty()      ? text[indexed_]
                      : !numbers.empty() ? numberKey(numbers[indexed_])
                                         : integerKey(integers[indexed_]);
    index_.emplace(std::move(key), indexed_);  // of equal labels, which the verifier refuses, the first
  }
}

static uint32_t findKey(const std::unordered_map<std::string, uint32_t>& index, const std::string& key) {
  auto found = index.find(key);
  return found == index.end() ? kNone : found->second;
}

// A dict of one kind of label has none of another, though their keys could have the same bytes.
uint32_t Dict::find(const std::string& label) const {
  if (text.empty()) return kNone;
  return index(), findKey(index_, label);
}
uint32_t Dict::find(double label) const {
  if (numbers.empty() || std::isnan(label)) return kNone;
  return index(), findKey(index_, numberKey(label));
}
uint32_t Dict::find(int64_t label) const {
  if (integers.empty()) return kNone;
  return index(), findKey(index_, integerKey(label));
}

uint32_t Dict::add(const std::string& label) {
  uint32_t code = find(label);
  return code != kNone ? code : (text.push_back(label), size() - 1);
}
uint32_t Dict::add(double label) {
  uint32_t code = find(label);
  return code != kNone ? code : (numbers.push_back(label), size() - 1);
}
uint32_t Dict::add(int64_t label) {
  uint32_t code = find(label);
  return code != kNone ? code : (integers.push_back(label), size() - 1);
}

std::string Dict::labelText(uint32_t code) const {
  if (code >= size()) return "";
  if (!text.empty()) return text[code];
  Datum label;
  switch (storageOf(elem)) {
    case Storage::f64:
      label.f64 = numbers[code];
      break;
    case Storage::f32:
      label.f32 = static_cast<float>(numbers[code]);
      break;
    case Storage::i64:
      label.i64 = integers[code];
      break;
    case Storage::i32:
      label.i32 = static_cast<int32_t>(integers[code]);
      break;
    case Storage::boolean:
      label.boolean = integers[code] != 0;
      break;
    case Storage::str:
      return "";
  }
  return formatElement(label, elem, false);
}

void Dict::verify(const Pipeline&, std::vector<std::string>& problems) const {
  Checks checks(problems);
  checks.expect(elem != Elem::cat, [] { return "labels cannot be cat"; });
  bool fits = (text.empty() || elem == Elem::str) && (numbers.empty() || isFloat(elem)) &&
              (integers.empty() || (elem != Elem::str && !isFloat(elem)));
  if (!checks.expect(fits, [&] { return std::string("has labels that are not ") + elemName(elem); })) return;
  checks.expect(size() < 0x7fffffffu, [] { return "has too many labels"; });
  for (double label : numbers) {
    checks.expect(!std::isnan(label), [] { return "has a label that is nan"; });
    checks.expect(holds(elem, label), [&] { return "label " + formatNumber(label) + " is no f32"; });
  }
  for (int64_t label : integers)
    checks.expect(holds(elem, label), [&] { return "label " + std::to_string(label) + " is no " + elemName(elem); });
  index();
  // The index keeps the first of equal labels.
  for (uint32_t i = 0; i < size() && index_.size() != size(); i++) {
    uint32_t first = !text.empty() ? find(text[i]) : !numbers.empty() ? find(numbers[i]) : find(integers[i]);
    checks.expect(first == i || first == kNone,
                  [&] { return "labels " + std::to_string(first) + " and " + std::to_string(i) + " are equal"; });
  }
}

}  // namespace kiln::ir
