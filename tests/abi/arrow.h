// Struct arrays of the Arrow C data interface, built by hand: columns with an offset, validity, dictionaries.
#pragma once
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernels/arrow.h"

namespace kiln::test {

/// One column: schema and array over buffers of its own. `skip` elements stand before the first that counts.
class Column {
 public:
  template <class T>
  static Column of(const char* name, const char* format, const std::vector<std::optional<T>>& values, int64_t skip = 0) {
    Column c(name, format, static_cast<int64_t>(values.size()), skip);
    c.values_.assign((values.size() + static_cast<size_t>(skip)) * sizeof(T), 0x5a);
    for (size_t i = 0; i < values.size(); i++) {
      c.setValid(i, values[i].has_value());
      if (values[i]) std::memcpy(&c.values_[(i + static_cast<size_t>(skip)) * sizeof(T)], &*values[i], sizeof(T));
    }
    return c;
  }
  static Column bits(const char* name, const std::vector<std::optional<bool>>& values, int64_t skip = 0) {
    Column c(name, "b", static_cast<int64_t>(values.size()), skip);
    c.values_.assign((values.size() + static_cast<size_t>(skip)) / 8 + 1, 0x5a);
    for (size_t i = 0; i < values.size(); i++) {
      c.setValid(i, values[i].has_value());
      const size_t at = i + static_cast<size_t>(skip);
      c.values_[at / 8] = static_cast<uint8_t>((c.values_[at / 8] & ~(1u << at % 8)) | static_cast<unsigned>(values[i].value_or(false)) << at % 8);
    }
    return c;
  }
  template <class Offset>
  static Column text(const char* name, const std::vector<std::optional<std::string>>& values, int64_t skip = 0) {
    Column c(name, sizeof(Offset) == 4 ? "u" : "U", static_cast<int64_t>(values.size()), skip);
    std::vector<Offset> offsets(static_cast<size_t>(skip) + 1, 0);
    for (size_t i = 0; i < values.size(); i++) {
      c.setValid(i, values[i].has_value());
      const std::string text = values[i].value_or("unread");
      c.text_.insert(c.text_.end(), text.begin(), text.end());
      offsets.push_back(static_cast<Offset>(c.text_.size()));
    }
    c.values_.resize(offsets.size() * sizeof(Offset));
    std::memcpy(c.values_.data(), offsets.data(), c.values_.size());
    return c;
  }
  /// Indices (this column) into the values of another.
  Column withDictionary(Column values) && {
    dictionary_ = std::make_unique<Column>(std::move(values));
    return std::move(*this);
  }
  Column withoutValidity() && {
    validity_.clear();
    return std::move(*this);
  }
  /// A column of an output: room for `rows` elements of `size` bytes.
  static Column room(const char* name, const char* format, size_t rows, size_t size, int64_t skip = 0) {
    Column c(name, format, static_cast<int64_t>(rows), skip);
    c.values_.assign((rows + static_cast<size_t>(skip)) * size + 8, 0x5a);
    for (size_t i = 0; i < rows; i++) c.setValid(i, false);
    return c;
  }

  ArrowSchema* schema() {
    schema_ = {};
    schema_.format = format_.c_str(), schema_.name = name_.c_str(), schema_.flags = 2;
    schema_.dictionary = dictionary_ ? dictionary_->schema() : nullptr;
    return &schema_;
  }
  ArrowArray* array() {
    buffers_[0] = validity_.empty() ? nullptr : validity_.data(), buffers_[1] = values_.data(), buffers_[2] = text_.empty() ? nullptr : text_.data();
    array_ = {};
    array_.length = length_, array_.null_count = -1, array_.offset = skip_, array_.n_buffers = format_ == "u" || format_ == "U" ? 3 : 2;
    array_.buffers = buffers_, array_.dictionary = dictionary_ ? dictionary_->array() : nullptr;
    return &array_;
  }
  bool isValid(size_t i) const { return validity_.empty() || (validity_[at(i) / 8] >> at(i) % 8 & 1); }
  bool bit(size_t i) const { return values_[at(i) / 8] >> at(i) % 8 & 1; }
  template <class T> T value(size_t i) const {
    T v;
    std::memcpy(&v, &values_[at(i) * sizeof(T)], sizeof(T));
    return v;
  }
  const std::string& name() const { return name_; }

 private:
  Column(const char* name, const char* format, int64_t length, int64_t skip) : name_(name), format_(format), length_(length), skip_(skip) {
    validity_.assign(static_cast<size_t>(length + skip) / 8 + 1, 0xa5);
  }
  size_t at(size_t i) const { return i + static_cast<size_t>(skip_); }
  void setValid(size_t i, bool on) {
    uint8_t& byte = validity_[at(i) / 8];
    byte = static_cast<uint8_t>((byte & ~(1u << at(i) % 8)) | static_cast<unsigned>(on) << at(i) % 8);
  }
  std::string name_, format_;
  int64_t length_, skip_;
  std::vector<uint8_t> validity_, values_;
  std::vector<char> text_;
  std::unique_ptr<Column> dictionary_;
  const void* buffers_[3] = {};
  ArrowSchema schema_{};
  ArrowArray array_{};
};

/// A struct of columns; rows from `offset` on, `rows` of them.
struct Struct {
  std::deque<Column> columns;
  std::vector<ArrowSchema*> schemas;
  std::vector<ArrowArray*> arrays;
  std::vector<uint8_t> validity;   ///< of the struct itself, empty: all valid
  const void* buffers[1] = {};
  ArrowSchema schema_{};
  ArrowArray array_{};

  ArrowSchema* schema() {
    schemas.clear();
    for (Column& c : columns) schemas.push_back(c.schema());
    schema_ = {};
    schema_.format = "+s", schema_.n_children = static_cast<int64_t>(columns.size()), schema_.children = schemas.data();
    return &schema_;
  }
  ArrowArray* array(int64_t rows, int64_t offset = 0) {
    arrays.clear();
    for (Column& c : columns) arrays.push_back(c.array());
    buffers[0] = validity.empty() ? nullptr : validity.data();
    array_ = {};
    array_.length = rows, array_.offset = offset, array_.n_buffers = 1, array_.buffers = buffers;
    array_.n_children = static_cast<int64_t>(columns.size()), array_.children = arrays.data();
    return &array_;
  }
};

}  // namespace kiln::test
