// ngrams: runs of tokens that `count_ngrams` counts.
#pragma once
#include <unordered_map>

#include "compiler/ir/fields.h"
#include "compiler/ir/table.h"

namespace kiln::ir {

/// N-gram g is the tokens code[first[g]] .. code[first[g + 1]], codes of the labels of `dict`; one without tokens never
/// occurs. It occurs where its tokens stand one after the other, or with 1 .. `skips` tokens between each two: the same
/// number between all. No two are equal.
struct Ngrams final : TableBase<Ngrams, TableKind::Ngrams> {
  TableRef dict;
  uint32_t skips = 0;
  std::vector<uint32_t> first, code;

  void fields(FieldVisitor& f) override {
    f.field("dict", dict), f.field("skips", skips), f.field("first", first), f.field("code", code);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;

  uint32_t size() const { return first.empty() ? 0 : static_cast<uint32_t>(first.size() - 1); }
  /// The n-grams as a tree of tokens, node 0 its root, numbered as they are met: child of a node by a code, kNone if there
  /// is none; and the n-gram that ends at a node, kNone if none does.
  struct Tree {
    std::unordered_map<uint64_t, uint32_t> children;   // node << 32 | code
    std::vector<uint32_t> ends;
    uint32_t child(uint32_t node, uint32_t code) const;
  };
  const Tree& tree() const;   ///< made once

 private:
  mutable Tree tree_;
};

}  // namespace kiln::ir
