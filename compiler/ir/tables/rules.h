// rules: what `rewrite` replaces, in order.
#pragma once
#include "compiler/ir/table.h"

namespace kiln::ir {

/// Rule r replaces every match of patterns[r] by replacements[r], in which $1 or ${name} stand for groups and \ is
/// before a character that stands for itself. Syntax of patterns: compiler/ir/regex/regex.h.
struct Rules final : TableBase<Rules, TableKind::Rules> {
  bool ignoreCase = false;
  std::vector<std::string> patterns, replacements;

  void fields(FieldVisitor& f) override {
    f.field("ignore_case", ignoreCase), f.field("patterns", patterns), f.field("replacements", replacements);
  }
  void verify(const Pipeline& pipeline, std::vector<std::string>& problems) const override;
  /// Why a rule is none, for users; empty if it is one.
  static std::string refusal(const std::string& pattern, const std::string& replacement, bool ignoreCase);
};

}  // namespace kiln::ir
