// OutputField@rank and @isMultiValued.
#include "frontends/pmml/ranks.h"

#include <algorithm>

#include "compiler/ir/nodes/take.h"

namespace kiln::pmml {

std::optional<Ranks> readRanks(Importer& importer, const Element* field, uint32_t available, const char* what) {
  const auto rank = importer.integer(field, "rank", 1);
  const auto many = importer.boolean(field, "isMultiValued", false);
  if (!rank || !many) return std::nullopt;
  if (*rank < (*many ? 0 : 1)) return importer.invalid(field, "rank", "ranks count from 1"), std::nullopt;
  Ranks ranks;
  ranks.many = *many;
  if (!*many) {
    if (*rank > available) return importer.invalid(field, "rank", "the model has " + std::to_string(available) + " " + what), std::nullopt;
    ranks.first = static_cast<uint32_t>(*rank - 1);
    return ranks;
  }
  ranks.count = *rank == 0 ? available : static_cast<uint32_t>(std::min<int64_t>(*rank, available));
  if (ranks.count <= importer.options.limits.listItems) return ranks;
  importer.invalid(field, "rank", std::to_string(ranks.count) + " values", "ask for fewer by rank, or raise the limit with --max-list-items");
  return std::nullopt;
}

ValueId atRanks(Importer& importer, ValueId vector, const Ranks& ranks) {
  ir::Take take;
  take.scalar = !ranks.many;
  take.at.clear();
  for (uint32_t i = 0; i < ranks.count; i++) take.at.push_back(ranks.first + i);
  return importer.build.add(std::move(take), {vector});
}

}  // namespace kiln::pmml
