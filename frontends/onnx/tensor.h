// What flows through an ONNX graph while it is imported. The import goes as if the batch had one row: an axis that is the
// batch, or a row-major merge of the batch with other axes, is held with the size that it has for N = 1, and marked.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/type.h"

namespace kiln::ir {
struct Tokenizer;
}

namespace kiln::onnx {

/// TensorProto.DataType; the numbers are those of onnx.proto.
enum class ElementType : uint8_t {
  undefined = 0, f32 = 1, u8 = 2, i8 = 3, u16 = 4, i16 = 5, i32 = 6, i64 = 7, str = 8, boolean = 9, f16 = 10, f64 = 11, u32 = 12, u64 = 13,
  bf16 = 16
};
const char* elementName(ElementType type);   ///< "float", "int64" ..., as the standard writes them
/// How the IR holds such an element. Narrow integers live in i32 (u32 and u64 in i64) and are wrapped after arithmetic; f16
/// and bf16 live in f32 and are rounded.
ir::Elem elemOf(ElementType type);
bool isFloat(ElementType type);
bool isInteger(ElementType type);
inline bool isNumber(ElementType type) { return isFloat(type) || isInteger(type); }
/// A type that Kiln holds; complex numbers and 8-bit floats are not.
bool isHeld(int32_t dataType);

/// `none`: as large as it says. `outer`: (N, size), `inner`: (size, N), merged row-major. A plain batch axis is outer or inner
/// with size 1, and written `outer`.
enum class Batch : uint8_t { none, outer, inner };
struct Axis {
  int64_t size = 1;
  Batch batch = Batch::none;
  uint32_t rows = 0;   ///< of a batch: the row set (row_sets.h) that it counts; 0 is all rows
  bool isBatch() const { return batch != Batch::none; }
  friend bool operator==(const Axis&, const Axis&) = default;
};
using Axes = std::vector<Axis>;

/// Product of the sizes; axes are limited so that it fits.
int64_t count(const Axes& axes);
std::vector<int64_t> sizes(const Axes& axes);
Axes plainAxes(const std::vector<int64_t>& dims);   ///< none of them a batch
/// The shape of the IR value that holds such a tensor: the sizes other than 1, row-major. So [N,4] is [4], [N,1] a scalar.
std::vector<uint32_t> irShape(const Axes& axes);
/// All axes as one, row-major; nothing if the batch lies between others (k, N, m), or there are two.
std::optional<Axis> merge(const Axes& axes);
std::string describe(const Axes& axes);             ///< "[N,4]", of row set 2 "[N2,4]", for messages

/// Compile-time elements, row-major: `numbers` of float types (exact), `integers` of integers and bool (u64 as bits),
/// `texts` of str. Where shapes are computed with, an integer may stand for value * N^power, where N is the number of rows of
/// the row set `rows`; or for the place of the row among those (kPlace, its value is 0: the first of one row). `powers` holds
/// the powers, and is empty if all are 0.
constexpr uint8_t kPlace = 255;
struct Elements {
  std::vector<double> numbers;
  std::vector<int64_t> integers;
  std::vector<std::string> texts;
  std::vector<uint8_t> powers;
  uint32_t rows = 0;
  size_t size() const { return numbers.size() + integers.size() + texts.size(); }
  bool hasBatch() const { return !powers.empty(); }
  bool arePlaces() const { return !powers.empty() && powers[0] == kPlace; }
};
/// A size that may contain the number of rows of a row set: value * N^power.
struct Monomial {
  int64_t value = 0;
  uint8_t power = 0;
  uint32_t rows = 0;
  friend bool operator==(const Monomial&, const Monomial&) = default;
};

/// One tensor: known while compiling (`host`), or a value of the pipeline of type elemOf(type), shape irShape(axes).
struct Tensor {
  ElementType type = ElementType::undefined;
  Axes axes;
  std::shared_ptr<const Elements> host;
  ir::ValueId value = ir::kNone;

  size_t rank() const { return axes.size(); }
  bool isConstant() const { return host != nullptr; }
  std::vector<int64_t> dims() const { return sizes(axes); }
  int64_t count() const { return onnx::count(axes); }
};
Tensor hostTensor(ElementType type, Axes axes, Elements elements);
Tensor hostIntegers(const std::vector<int64_t>& values);   ///< i64 [n]
Tensor hostInteger(int64_t value);                         ///< i64 []
Tensor hostText(const std::string& value);                 ///< str []
Tensor hostScalar(ElementType type, double value);

/// Integers that a LabelEncoder puts in place of tokens.
struct TokenCodes {
  std::map<int64_t, std::vector<std::string>> tokensOf;   ///< the tokens that become an integer
  int64_t other = 0;                                      ///< any other token
  ElementType type = ElementType::i64;
};

/// What a name of the graph stands for.
///   tensor
///   sequence  of tensors, as many as `items`
///   maps      a sequence of one map a row (ZipMap): `tensor` [rows, keys] holds the values of `keys`
///   map       an input that is a map: its entries become inputs as they are asked for (OperatorImport::entry)
///   tokens    of one text a row, `data`, as `tokenizer` splits it, along an axis behind those of `data`: they are counted before anyone asks how
///             many they are (tokens.h)
///   anyRow    an integer or bool that is 1 if `data`, a bool of the row, holds for any row of the batch, else 0; or the reverse
///             if `isNone`. Only an If reads it (row_sets.h)
///   refused   the result of a node that was refused: what depends on it is not looked at any more
struct Value {
  enum Kind : uint8_t { tensor, sequence, maps, map, tokens, anyRow, absent, refused };
  Kind kind = absent;
  Tensor data;
  std::vector<Tensor> items;
  std::vector<std::string> keys;      ///< of maps, as text; the columns' order. Of tokens, the categories of their one-hot vectors
  std::vector<int64_t> categories;    ///< the same of tokens that are integers
  std::string name;                   ///< of a map input
  ElementType keyType = ElementType::undefined, valueType = ElementType::undefined;   ///< of a map input
  std::shared_ptr<const ir::Tokenizer> tokenizer;   ///< of tokens
  std::shared_ptr<const TokenCodes> codes;          ///< of tokens that are integers now
  bool isNone = false;                ///< of anyRow
  bool isOneHot() const { return kind == tokens && (!keys.empty() || !categories.empty()); }
  std::string padding;                ///< of tokens: what ONNX Runtime fills the rows of a batch up with
};
Value valueOf(Tensor tensor);

}  // namespace kiln::onnx
