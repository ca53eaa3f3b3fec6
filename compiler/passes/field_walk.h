// A walk over the fields of a node or table that looks at some types of fields only.
#pragma once
#include "compiler/ir/fields.h"

namespace kiln::passes {

/// Does nothing: a pass overrides `field` for the types that it looks at, and says `using FieldWalk::field`.
class FieldWalk : public ir::FieldVisitor {
 public:
  void field(const char*, ir::Elem&) override {}
  void field(const char*, ir::TableRef&) override {}
  void field(const char*, bool&) override {}
  void field(const char*, uint32_t&) override {}
  void field(const char*, int64_t&) override {}
  void field(const char*, double&) override {}
  void field(const char*, std::string&) override {}
  void field(const char*, std::optional<double>&) override {}
  void field(const char*, std::optional<int64_t>&) override {}
  void field(const char*, std::optional<std::string>&) override {}
  void field(const char*, std::vector<uint8_t>&) override {}
  void field(const char*, std::vector<uint32_t>&) override {}
  void field(const char*, std::vector<int64_t>&) override {}
  void field(const char*, std::vector<double>&) override {}
  void field(const char*, std::vector<std::string>&) override {}
  void choice(const char*, uint8_t&, const char* const*, int) override {}
};

}  // namespace kiln::passes
