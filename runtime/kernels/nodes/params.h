// Parameters of the kernels of nodes: what a lowering fills in. Offsets are from Ctx::blob; lists of at most kInline
// entries stand in the parameters, where they fold into the code, longer ones in the blob.
#pragma once
#include "../plan.h"

namespace kiln::kernel {

enum : u32 { kInline = 4, kInlineValues = 16, kInlineBins = 16, kInlineSegments = 8 };

// ---- call
/// status: what a lane fails with; 0 where the node cannot fail.
struct FailParams {
  i32 status;
};
enum : u32 { kMostTimesAdded = 16384 };   ///< additions of times_added, so that it ends
struct TextParams {
  i32 too_long, undefined;  ///< status of the failures
};
struct MatchParams {
  u32 table;              ///< RegexTable
};
struct RewriteParams {
  u32 rules, count;       ///< RegexRule[count]
  u32 recursive;
  i32 too_long, undefined;
};
struct CountParams {
  u32 pool;               ///< PoolTable
  i32 too_long;
};
/// How a text becomes tokens; compiler/ir/tables/tokenizer.h says what they are.
enum TokenKind : u32 { kCharacters, kMatches, kBetween };
struct TokenRule {
  u32 regex, kind;          ///< kind: TokenKind
  u32 min_characters;       ///< 0: empty tokens too
  u32 most_splits;          ///< between separators: what is behind the last of them is one token
  u32 mark;
};
struct TokensParams {
  TokenRule rule;
  u32 marks;                ///< the two marks
  i32 too_long, too_many;
};
struct FormatParams {
  u32 spec;               ///< printf: NumberSpec
  u32 text;               ///< what stands before and after; strftime: the pattern
  u32 before, after;      ///< their lengths
  u32 kind, java;         ///< strftime: 0 date, 1 time, 2 datetime
  i32 too_long, undefined;
};
struct DateParams {
  i64 start;     ///< 1 January of the year, in days since 1970-01-01
  u32 datetime;  ///< the operand is a datetime, else a date or a time
};
struct BitsParams {
  u32 bits;  ///< of an integer of another width
};
struct HashParams {
  u32 seed;
};
struct CodeParams {
  u32 labels;  ///< codes from here on mean "some other value"
};

// ---- const
template <class T>
struct ConstParams {
  T value;
  u32 missing;
};
struct ConstTextParams {
  u32 text, length, missing;
};
struct ColumnParams {
  u32 values, columns;  ///< one for each column, and kElementGroup more from the first on
};
struct MatrixParams {
  u32 values;  ///< elements as they are stored; of text u32 offset and length each
};

// ---- choose, raise_if, recover
struct ChooseParams {
  i32 arm;  ///< the index that takes this arm; arm 0 begins with a missing value
};
struct CauseParams {
  i32 causes;
  i32 status;
};

// ---- prepare
struct ValueSet {
  u32 count, at;  ///< at: sorted f64, if there are more than kInlineValues
  f64 value[kInlineValues];
};
struct IntervalSet {
  u32 count, at;                    ///< at: low, high, low, high .. if there are more than kInline
  f64 low[kInline], high[kInline];  ///< both ends belong to it
};
struct PrepareRules {
  i32 invalid_status, missing_status;
  u32 invalid, missing, outlier;  ///< ir::Prepare's enumerations
  u32 has_valid_set;
  u32 labels;     ///< of a cat with a valid set: codes from here on are invalid; else kNone
  f64 low, high;  ///< of outliers
};
template <class T>
struct PrepareParams {
  PrepareRules rules;
  ValueSet missing_values, valid_values;
  IntervalSet intervals;
  T missing_value, invalid_value, low, high;
};
struct PrepareTextParams {
  PrepareRules rules;
  u32 missing_texts, valid_texts;  ///< HashTables, kNone if empty
  ConstTextParams missing_value, invalid_value;
};

// ---- encode, lookup
struct EncodeParams {
  u32 table;   ///< HashTable; of encode_code: i32 by code, -1 where there is no label
  u32 count;   ///< codes of that list
  i32 other;   ///< the code of a value without label, -1: see missing, status
  i32 status;  ///< what it fails with; 0: it is missing
  u32 few;     ///< of numbers: how many labels there are, if there are few; 0: they stand in the table only
  u64 label[8];   ///< i64, or f64 where the labels are floats
};
struct OneHotParams {
  u32 size;
};
struct KeyParams {
  u32 size, first;
};
struct RowParams {
  u32 keys, count;               ///< sparse: sorted i64; count 0: dense
  i32 default_row, missing_row;  ///< -1: the result is missing
};
struct ValueParams {
  u32 values, missing;  ///< missing: a byte a value, or kNone
  u32 rows;
};
struct LookupParams {
  KeyParams key;
  RowParams row;
  ValueParams value;
};

// ---- discretize, piecewise
/// Code i holds from edge i - 1 (or below all) to under edge i; -1: no bin.
struct BinParams {
  u32 count, edges, codes;  ///< edges: sorted f64, codes: i32, one more; if there are more than kInlineBins
  f64 edge[kInlineBins];
  i32 code[kInlineBins + 1];
};
struct Segment {
  f64 x, width, y, height;  ///< exact in the type of the operand
};
struct KnotParams {
  u32 count, segments;  ///< segments in the blob if there are more than kInlineSegments
  u32 outlier;          ///< ir::Piecewise::Outlier
  f64 last_x, last_y;
  Segment segment[kInlineSegments];
};

// ---- concat, take, arrange, gather, scatter
struct IntoParams {
  u32 element, first;  ///< first: sets the result's status, else joins it
  u32 run, step;       ///< the operand's elements, `run` by `run`, go to every `step`-th of the result
};
enum : u32 { kAxes = 8 };
struct FillParams {
  f64 number;
  i64 integer;
  u32 text, length;
};
struct ArrangeParams {
  u32 axes, start;     ///< regular: element (i0, i1 ..) is start + sum of i * stride
  u32 size[kAxes];
  i32 stride[kAxes];
  u32 list;            ///< else i32 elements, -1: the fill; kNone: regular
  FillParams fill;
};
struct AddressParams {
  u32 axes, indices;   ///< of the tensor of places; indices a place
  u32 size[kAxes], which[kAxes], offset[kAxes];
  u32 dims[kAxes], stride[kAxes];
  i32 status;
};
struct ConstantPlacesParams {
  AddressParams places;
  u32 table;  ///< blob: the elements
};
struct ScatterParams {
  AddressParams places;
  u32 op;              ///< ir::Scatter::Kind
};
struct TakeParams {
  u32 element, count, width;  ///< count: rows of the operand, for an index of the row
  u32 list;                   ///< u32 elements
  i32 status;
};

// ---- reduce, argmax, topk, tally
struct ReduceParams {
  u32 op, skip;  ///< ir::Reduce::Kind
  i32 status;    ///< of an overflow, 0 if it wraps
  u32 length;    ///< of the last axis
};
struct OrderParams {
  u32 smallest, last;   ///< last: argmax takes the last of equals; topk_heap leaves the heap as it lies
  u32 length;    ///< of the last axis
};
struct CumSumParams {
  u32 length;
  u32 exclusive, reverse;
};

// ---- dense, terms, normalize, combine
struct DenseParams {
  u32 inputs, outputs;
  u32 weights;  ///< [inputs][pitch], padded with zeros; sparse: those that are not zero, output by output
  u32 pitch;
  u32 bias;  ///< [pitch]; kNone: none
  u32 bias_last, striped;
  u32 panel;   ///< inputs that are summed by fused multiply-add; 0: products and sums are rounded on their own
  u32 zeros_add_nothing;   ///< of many inputs, zeros may be passed over
  u32 first,
      index;  ///< sparse: the weights of output j are first[j] .. first[j + 1], `index` their inputs; kNone: dense
};
/// Sums over numbers and codes: `runs` of numbers, each followed by the vector of a code.
struct DenseRun {
  u32 column, count, first;   ///< columns, and the first element of x that fills them
  u32 code;                   ///< which code follows; kNone: the end
};
struct DenseCodesParams {
  DenseParams dense;
  u32 runs;                   ///< DenseRun[]
};
/// The column of a code's element, -1 if it has none.
struct CodeColumnParams {
  u32 element, column, size;
};
struct MatMulParams {
  u32 batch, rows, inner, columns;
};
/// Three axes, the first ones 1 where a convolution has fewer.
struct ConvParams {
  u32 batch, groups, channels, outputs;   ///< channels of a group, outputs of all
  u32 size[3], kernel[3], result[3], stride[3], dilation[3], pad[3];
  u32 weights, bias;                      ///< blob; kNone: an operand, or no bias
};
/// A factor of a term: x[operand] to a power of 1 .. 16, or by pow if `power` is 0.
struct Factor {
  f64 exponent;
  u32 operand, power;
};
struct TermParams {
  u32 first, factors;  ///< factors of term t: first[t] .. first[t + 1]
};
struct NormalizeParams {
  u32 method;
  u32 length, result_length;   ///< of the last axis
};
struct CombineParams {
  u32 method, missing, weighted, members, width;
  f64 threshold;
};


// ---- match_itemsets
struct ItemsetParams {
  u32 items, rules;
  u32 consequent;               ///< ir::MatchItemsets::Consequent
  u32 first_antecedent, antecedent, first_consequent, consequents;   ///< u32: items of rule r: first[r] .. first[r + 1]
  u32 names;                    ///< u32: of each rule
  u32 bits;                     ///< scratch: u64, a bit an item
};

// ---- bayes_net
struct BayesParams {
  u32 eliminations, has_likelihoods;
  u32 program, numbers;         ///< u32 and f64: see nodes/bayes_net.h
  u32 made, digits, at;         ///< scratch: f64, u32 a variable, u32 a factor
  i32 status;                   ///< of a row that cannot be
};

// ---- match_sequences
struct SequenceParams {
  u32 items, words, rules;      ///< words of a transaction's bit set
  u32 consequent;               ///< ir::MatchSequences::Consequent
  u32 first_member, member;     ///< u32: items of set s
  u32 first_step, step, split;  ///< u32: sets of rule r, its first consequent step
  u32 delimiter;                ///< u8, of each step
  u32 names;                    ///< u32: of each rule
  u32 order, times, bits, reached, next;   ///< scratch: u32, f64, u64[words], u8, u8 a row of the group
  f64 separation_low, separation_high, turn_low, turn_high, total_low, total_high;
};

// ---- pairwise, neighbors, kernel_machine, solve
enum : u32 { kWholeColumns = 256 };   ///< at most
/// Leading columns in which every instance has a small whole number, as integers too.
struct WholeParams {
  u32 columns;                  ///< 0: none, or too few
  u32 pairs, squares;           ///< i16[group][column pair][8][2]; i32 an instance: the sum of its squares; padded with zeros
  f64 most;                     ///< of a row's squares, for which every sum is exact
};
struct MeasureParams {
  u32 metric, compare;          ///< ir::Measure's enumerations; compare 5: by column, see compares
  u32 rows, columns;
  u32 values;                   ///< T[group][column][8], padded with zeros
  u32 compares;                 ///< u8 a column
  u32 scales, weights, adjusts; ///< T a column; kNone: 1
  u32 tables, numbers;          ///< {size, first of its numbers} a column; T
  u32 skip, gaps;               ///< gaps: instances have missing elements (NaN)
  f64 p, gamma, coef0, degree;
  f64 total;                    ///< sum of adjusts
  f64 binary[8];
  WholeParams whole;
};
struct NeighborParams {
  MeasureParams measure;
  u32 largest;
};
struct KernelMachineParams {
  MeasureParams measure;
  u32 first, output, weights;   ///< of instance i: first[i] .. first[i + 1], the outputs and their coefficients
  u32 bias;                     ///< kNone: none
  u32 one;                      ///< one output, for which every instance counts
  u32 across;                   ///< T[instance][8], 0 where it does not count, for few outputs; else kNone
};
struct SolveParams {
  u32 columns;                  ///< T[column][row]
  u32 upper;
};

}  // namespace kiln::kernel
