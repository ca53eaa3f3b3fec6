// Random forests and rows for them: every test, missing exits of three kinds, shared nodes, values on and beside the constants.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "compiler/ir/tables/forest.h"
#include "compiler/ir/type.h"
#include "kiln/scorer.h"

namespace kiln::test {

using Random = std::mt19937_64;
inline uint32_t below(Random& random, uint32_t n) { return static_cast<uint32_t>(random() % n); }
inline bool chance(Random& random, double p) { return static_cast<double>(random() >> 11) * 0x1p-53 < p; }

struct ForestShape {
  uint32_t trees = 10, depth = 5, targets = 1;
  double leafChance = 0.1;      ///< of an exit above the last level
  double share = 0;             ///< of an exit to a node of the next level that exists
  double thirdExit = 0;         ///< of a missing exit that is neither yes nor no
  double sets = 0;              ///< of a test for a set, or for equality
  double noPrediction = 0, fail = 0, marks = 0;
  double emptyLeaf = 0;         ///< of a leaf without weights
  bool f32Weights = false;
  uint32_t constants = 40;      ///< distinct constants of a column
  bool lessOnly = false;        ///< one operator, as boosters have
};

/// Constants that a column is tested with, and near which rows lie.
inline double interesting(Random& random, ir::Elem elem) {
  static const double special[] = {0.0, -0.0, 1.0, -1.0, 0.5, 0.1, 5e-324, -5e-324, 2.2250738585072014e-308, 1e300, -1e300,
                                   3.4028234663852886e38, 3.5e38, 1e-45, -1e-46, 16777217, std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::max()};
  switch (elem) {
    case ir::Elem::f64:
    case ir::Elem::f32:
      if (chance(random, 0.2)) return special[below(random, std::size(special))];
      return std::normal_distribution<double>()(random) * (chance(random, 0.3) ? 1000 : 1);
    case ir::Elem::boolean: return below(random, 2);
    case ir::Elem::cat: return below(random, 12);
    default:
      return chance(random, 0.1) ? below(random, 100) + 0.5 : static_cast<double>(static_cast<int64_t>(below(random, 200)) - 100);
  }
}

struct RandomForest {
  ir::Forest forest;
  std::vector<ir::Type> columns;
  std::vector<std::vector<double>> constants;   ///< by column
};

class ForestMaker {
 public:
  ForestMaker(Random& random, const ForestShape& shape, std::vector<ir::Type> columns) : random_(random), shape_(shape) {
    out_.columns = std::move(columns);
    for (const ir::Type& type : out_.columns) {
      out_.constants.emplace_back();
      for (uint32_t i = 0; i < shape.constants; i++) out_.constants.back().push_back(interesting(random, type.elem));
    }
  }
  RandomForest run() {
    ir::Forest& f = out_.forest;
    f.columns = static_cast<uint32_t>(out_.columns.size()), f.targets = shape_.targets;
    for (uint32_t t = 0; t < shape_.trees; t++) {
      // Level by level, so that parents come before children and may share them.
      std::vector<uint32_t> level = {addNode(0)};
      f.roots.push_back(level[0]);
      for (uint32_t depth = 1; !level.empty(); depth++) {
        std::vector<uint32_t> next;
        for (const uint32_t n : level) addExits(n, depth, next);
        level = std::move(next);
      }
    }
    return std::move(out_);
  }

 private:
  uint32_t addLeafNode() {
    ir::Forest& f = out_.forest;
    const bool none = chance(random_, shape_.noPrediction), fail = !none && chance(random_, shape_.fail);
    const uint32_t leaf = f.addLeaf(none ? ir::Forest::noPrediction : fail ? ir::Forest::fail : ir::Forest::plain);
    const uint32_t weights = chance(random_, shape_.emptyLeaf) ? 0 : shape_.targets == 1 ? 1 : 1 + below(random_, shape_.targets);
    for (uint32_t w = 0; w < weights; w++) {
      const double weight = std::normal_distribution<double>()(random_);
      f.addWeight(shape_.targets == 1 ? 0 : below(random_, shape_.targets), shape_.f32Weights ? static_cast<float>(weight) : weight);
    }
    return f.addLeafNode(leaf, 0);
  }
  uint32_t addNode(uint32_t depth) {
    ir::Forest& f = out_.forest;
    if (depth >= shape_.depth || out_.columns.empty() || chance(random_, depth == 0 ? 0.02 : shape_.leafChance)) return addLeafNode();
    const uint32_t c = below(random_, f.columns);
    const auto constant = [&] { return out_.constants[c][below(random_, shape_.constants)]; };
    const bool orderless = out_.columns[c].elem == ir::Elem::cat;
    if (chance(random_, orderless ? 0.9 : shape_.sets)) {
      if (chance(random_, 0.4)) return f.addNode(chance(random_, 0.5) ? ir::Test::equal : ir::Test::notEqual, c, constant(), 0);
      std::vector<double> members;
      for (uint32_t i = below(random_, 6); i-- > 0;) members.push_back(constant());
      return f.addSetNode(c, f.addSet(members), 0);
    }
    if (!shape_.lessOnly && chance(random_, 0.05)) return f.addNode(ir::Test::isMissing, c, 0, 0);
    return f.addNode(shape_.lessOnly ? ir::Test::lessOrEqual : static_cast<ir::Test>(below(random_, 4)), c, constant(), 0);
  }
  uint32_t addExit(uint32_t depth, std::vector<uint32_t>& next) {
    uint32_t to;
    if (!next.empty() && chance(random_, shape_.share)) to = next[below(random_, static_cast<uint32_t>(next.size()))];
    else next.push_back(to = addNode(depth));
    return chance(random_, shape_.marks) ? to | ir::Forest::kMarked : to;
  }
  void addExits(uint32_t n, uint32_t depth, std::vector<uint32_t>& next) {
    ir::Forest& f = out_.forest;
    if (f.isLeaf(n)) return;
    const uint32_t yes = addExit(depth, next), no = addExit(depth, next);
    uint32_t missing = chance(random_, 0.5) ? yes : no;
    if (chance(random_, shape_.thirdExit)) missing = addExit(depth, next);
    f.yes[n] = yes, f.no[n] = no, f.missing[n] = missing;
  }

  Random& random_;
  const ForestShape& shape_;
  RandomForest out_;
};

inline RandomForest makeForest(Random& random, const ForestShape& shape, std::vector<ir::Type> columns) {
  return ForestMaker(random, shape, std::move(columns)).run();
}

/// A value for a column: a constant of its tests, its neighbour, another value; NaN. The caller decides what is missing.
inline double makeValue(Random& random, const RandomForest& forest, uint32_t column) {
  const ir::Elem elem = forest.columns[column].elem;
  const std::vector<double>& constants = forest.constants[column];
  double x = chance(random, 0.5) ? constants[below(random, static_cast<uint32_t>(constants.size()))] : interesting(random, elem);
  if (!ir::isFloat(elem)) return std::floor(x) + (chance(random, 0.2) && elem != ir::Elem::boolean && elem != ir::Elem::cat ? 1 : 0);
  if (chance(random, 0.05)) return std::numeric_limits<double>::quiet_NaN();
  const double way = chance(random, 0.5) ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  if (elem == ir::Elem::f32) return chance(random, 0.3) ? std::nextafterf(static_cast<float>(x), static_cast<float>(way)) : static_cast<float>(x);
  return chance(random, 0.3) ? std::nextafter(x, way) : x;
}

}  // namespace kiln::test
