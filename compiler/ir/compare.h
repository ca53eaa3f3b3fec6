// Equality and hashes of nodes and tables by their fields. Numbers count by their bits: 0 differs from -0, a NaN equals
// itself.
#pragma once
#include <string>

#include "compiler/ir/pipeline.h"

namespace kiln::ir {

/// Name and fields as bytes; equal exactly for equal Ops.
std::string opBytes(const Op& op);
/// Of kind and fields, not of the name. Linear in the table, some gigabytes a second.
uint64_t tableHash(const Table& table);
bool tablesEqual(const Table& a, const Table& b);
/// SHA-256 of kind and fields, in hexadecimal.
std::string tableSha256(const Table& table);

}  // namespace kiln::ir
