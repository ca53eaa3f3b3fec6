// The stages of code generation, in order.
#include "compiler/codegen/codegen.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "compiler/codegen/abi_tables.h"
#include "compiler/codegen/describe.h"
#include "compiler/codegen/forest/strategy.h"
#include "compiler/codegen/link.h"
#include "compiler/codegen/lint.h"
#include "compiler/codegen/module.h"
#include "compiler/codegen/moves.h"
#include "compiler/codegen/needs.h"
#include "compiler/codegen/one_element.h"
#include "compiler/codegen/plain_rows.h"
#include "compiler/codegen/text_bounds.h"
#include "compiler/codegen/wide_row.h"
#include "compiler/ir/nodes/forest.h"
#include "compiler/ir/tables/forest.h"
#include "compiler/support/sha256.h"

namespace kiln::codegen {
namespace {

constexpr uint32_t kBlockRows = 64, kForestBlockRows = 512;
// Pipelines of few nodes and columns: what is done once a block is a tenth of their time at 64 rows. Columns stay in half of the nearest cache.
constexpr size_t kFewNodes = 64, kFewColumns = 32;
constexpr uint32_t kRowsOfFewColumns = 256;
constexpr uint64_t kNearScratch = 16 << 10;
constexpr uint64_t kMostScratch = 256 << 10;         // of a block's columns: half of the second cache
constexpr uint64_t kMostForestScratch = 512 << 10;   // the same of a forest's, in steps of kForestBlockRows rows

/// Rows of a block that runs this forest: one that caches do not hold is read once a block, so its blocks are larger.
uint32_t forestBlockRows(const ir::Forest& forest) {
  return forest.nodes() > 1u << 20 ? 8 * kForestBlockRows : forest.nodes() > 1u << 17 ? 4 * kForestBlockRows : kForestBlockRows;
}

/// What one tier's instances are made of.
struct TierPlan {
  const Tier* tier;
  Record row, plain, block, element, wide;   // plain: of rows that are, element: of one, wide: of a wide row, where there is such a pipeline
  Schedule rowSchedule, plainSchedule, blockSchedule, elementSchedule, wideSchedule;
  kernel::ScorerPlan plan{};
};

class Compilation {
 public:
  Compilation(const ir::Pipeline& pipeline, const Options& options, const Want& want, Artefact& artefact, Diagnostics& diagnostics)
      : pipeline_(pipeline), options_(options), want_(want), artefact_(artefact), diagnostics_(diagnostics) {}

  bool run() {
    return stage("choose tiers", [&] { return chooseTiers(); }) &&         //
           stage("lower and lay out", [&] { return planTiers(); }) &&      //
           stage("generate code", [&] { return buildModules(); }) &&       //
           stage("write tables", [&] { return writeTables(); }) &&         //
           stage("link", [&] { return linkAll(); }) &&                     //
           stage("lint", [&] { return lintAll(); });
  }

 private:
  template <class F> bool stage(const char* name, F f) {
    const auto from = std::chrono::steady_clock::now();
    const bool ok = f();
    artefact_.seconds.emplace_back(name, std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
    return ok;
  }
  bool fail(Kind kind, const std::string& what) {
    diagnostics_.error(kind, 0, 0, what);
    return false;
  }
  bool aarch64() const { return options_.target == "aarch64-linux"; }

  bool chooseTiers() {
    initialiseTargets();
    for (const Tier* tier = tiersBegin(); tier != tiersEnd(); tier++) {
      if (tier->target != options_.target) continue;
      const bool wanted = options_.tiers.empty() || std::find(options_.tiers.begin(), options_.tiers.end(), tier->name) != options_.tiers.end();
      if (wanted) tiers_.push_back(tier);
    }
    for (const std::string& name : options_.tiers)
      if (std::none_of(tiers_.begin(), tiers_.end(), [&](const Tier* t) { return t->name == name; }))
        return fail(Kind::unsupported, "the target '" + options_.target + "' has no tier '" + name + "'");
    if (tiers_.empty()) return fail(Kind::unsupported, "there is no target '" + options_.target + "'");
    return true;
  }

  // ---- lowering
  /// Rows of a block, as few as its nodes are made for.
  uint32_t leastBlockRows() const {
    if (options_.blockRows != 0) return (options_.blockRows + 15) / 16 * 16;
    uint32_t rows = kBlockRows;
    for (const ir::Node& node : pipeline_.nodes)
      if (const auto* forest = node.op->to<ir::ForestNode>())
        rows = std::max(rows, forestBlockRows(pipeline_.table<ir::Forest>(forest->table)));
    return rows;
  }
  bool hasFewColumns() const {
    return options_.blockRows == 0 && pipeline_.nodes.size() <= kFewNodes && schema_.inputs.size() + schema_.outputs.size() <= kFewColumns &&
           std::none_of(pipeline_.nodes.begin(), pipeline_.nodes.end(), [](const ir::Node& node) { return node.op->kind() == ir::OpKind::ForestNode; });
  }
  bool planTiers() {
    try {
      schema_ = schemaOf(pipeline_, blob_);
      rowText_ = textBound(pipeline_, false), blockText_ = textBound(pipeline_, true);
      plain_ = plainRows(pipeline_), element_ = oneElement(pipeline_), moves_ = movedInputs(pipeline_), wide_ = hasWideRows(pipeline_);
      Kept kept, keptOfPlain, keptOfElement;
      for (const Tier* tier : tiers_) planTier(*tier, kept, keptOfPlain, keptOfElement);
      blob_.finish();
    } catch (const std::length_error& error) {
      return fail(Kind::budget, error.what());
    }
    return true;
  }
  void planTier(const Tier& tier, Kept& kept, Kept& keptOfPlain, Kept& keptOfElement) {
    TierPlan plan{&tier, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    plan.row = record({pipeline_, tier, Form::row, 1, options_.strategy, schema_, blob_, kept, artefact_.strategies});
    plan.rowSchedule = schedule(plan.row, pipeline_, 1, tier.lanes);
    if (plain_) {
      std::vector<std::string> same;   // strategies, but for the columns' missing values
      plan.plain = record({*plain_, tier, Form::plain, 1, options_.strategy, schema_, blob_, keptOfPlain, same});
      plan.plainSchedule = schedule(plan.plain, *plain_, 1, tier.lanes);
    }
    if (element_) {
      std::vector<std::string> same;
      plan.element = record({element_->pipeline, tier, Form::element, kBlockRows, options_.strategy, schema_, blob_, keptOfElement, same, &*element_});
      plan.elementSchedule = schedule(plan.element, element_->pipeline, elementLanes(plan.element, tier), tier.lanes);
    }
    if (wide_) {
      std::vector<std::string> same;
      plan.wide = record({pipeline_, tier, Form::wide, 1, options_.strategy, schema_, blob_, kept, same});
      plan.wideSchedule = schedule(plan.wide, pipeline_, 1, tier.lanes);
    }
    const size_t reported = artefact_.strategies.size();
    const uint32_t least = leastBlockRows();
    for (uint32_t rows = hasFewColumns() ? kRowsOfFewColumns : least;; rows /= 2) {
      plan.block = record({pipeline_, tier, Form::block, rows, options_.strategy, schema_, blob_, kept, artefact_.strategies});
      plan.blockSchedule = schedule(plan.block, pipeline_, tier.lanes, tier.lanes);
      // What block kernels keep for themselves does not shrink with the rows.
      const uint64_t columns = plan.blockSchedule.scratchBytes - plan.block.blockScratch + blockText_.fixed * rows;
      const uint64_t most = rows > least ? kNearScratch : least <= kBlockRows ? kMostScratch : kMostForestScratch * std::max<uint64_t>(1, least / kForestBlockRows);
      if (columns <= most || rows <= 16 || options_.blockRows != 0) break;
      artefact_.strategies.resize(reported);
    }
    fillPlan(plan);
    plans_.push_back(std::move(plan));
  }
  static constexpr size_t kFewestOfTensor = 8;   // columns: fewer are read as quickly one by one
  /// Bytes of an element where fields are floats of one type whose columns follow each other, and which no number of a matrix fails or misses; else 0.
  static uint32_t tensorOf(const std::vector<kernel::FieldPlan>& fields, bool present) {
    if (fields.size() < kFewestOfTensor) return 0;
    const kernel::FieldPlan& first = fields[0];
    const uint32_t size = first.elem == kernel::kElemF64 ? 8 : 4;
    for (size_t i = 0; i < fields.size(); i++) {
      const kernel::FieldPlan& f = fields[i];
      if (f.is_cat || f.list != 0 || f.elem != first.elem || (f.elem != kernel::kElemF64 && f.elem != kernel::kElemF32)) return 0;
      if (f.slot.count == 0 || (f.slot.missing != kernel::kNone && !present) || f.slot.status != kernel::kNone) return 0;
      if (f.slot.pitch != first.slot.pitch || f.slot.values != first.slot.values + i * first.slot.pitch * size) return 0;
    }
    return size;
  }
  /// The only output, of which no element is missing where the row has a result.
  bool givesOneTensor() const {
    const auto outputs = pipeline_.outputs();
    return outputs.size() == 1 && !pipeline_.type(pipeline_.nodes[outputs[0]].operands[0]).nullable;
  }
  void fillPlan(TierPlan& p) {
    kernel::ScorerPlan& plan = p.plan;
    plan.input_count = static_cast<uint32_t>(schema_.inputs.size()), plan.output_count = static_cast<uint32_t>(schema_.outputs.size());
    auto placed = [&](std::vector<kernel::FieldPlan> fields, const std::vector<Element>& at) {
      for (size_t i = 0; i < fields.size(); i++)
        if (const LocalId l = at[i].local; l != ir::kNone)
          fields[i].slot = elementsOf(p.blockSchedule.slots[l], at[i].element, 1, p.block.locals[l].storage);
      return fields;
    };
    auto inBlob = [&](const std::vector<kernel::FieldPlan>& fields, const char* key) {
      return blob_.add(key, fields.data(), fields.size() * sizeof(kernel::FieldPlan), 8);
    };
    const std::vector<kernel::FieldPlan> inputs = placed(schema_.inputs, p.block.inputs);
    plan.inputs = inBlob(inputs, "inputs"), plan.tensor = tensorOf(inputs, false);
    const std::vector<kernel::FieldPlan> outputs = placed(schema_.outputs, p.block.outputs);
    needs_.inputs.insert(needs_.inputs.end(), inputs.begin(), inputs.end()), needs_.outputs.insert(needs_.outputs.end(), outputs.begin(), outputs.end());
    plan.outputs = inBlob(outputs, "outputs"), plan.tensor_out = givesOneTensor() ? tensorOf(outputs, true) : 0;
    plan.by_name = schema_.byName;
    plan.block_rows = p.block.blockRows, plan.status_at = p.blockSchedule.statusAt;
    plan.row_bytes = std::max({p.rowSchedule.scratchBytes, p.plainSchedule.scratchBytes, p.wideSchedule.scratchBytes}), plan.block_bytes = p.blockSchedule.scratchBytes;
    const uint64_t cells = (uint64_t{plan.input_count} + plan.output_count + 1) * sizeof(kiln_cell);   // score_arrow's, of a row
    plan.scratch_bytes = std::max(plan.row_bytes + rowText_.fixed + cells, plan.block_bytes + blockText_.fixed * plan.block_rows);
    plan.in_types = matrixTypes(schema_.inputs, true), plan.out_types = matrixTypes(schema_.outputs, false);
    if (element_) {
      plan.element_columns = plan.input_count;
      plan.element_in = abiType(elementOf(*element_, true)), plan.element_out = abiType(elementOf(*element_, false));
    }
    plan.wide_rows = wide_ ? 1 : 0;
    plan.moves = kernel::kNone;
    if (!moves_.empty()) plan.moves = blob_.add("moves", moves_.data(), moves_.size() * 4, 4), plan.moved_type = abiType(schema_.inputs[0]);
    plan.binding_key = schema_.bindingKey;
    plan.rowwise = std::any_of(schema_.inputs.begin(), schema_.inputs.end(),
                               [](const kernel::FieldPlan& f) { return f.elem == kernel::kElemStr && !f.is_cat && !f.list; });
  }

  // ---- code
  bool buildModules() {
    std::vector<ModuleOutput> outputs(plans_.size());
    runAll(outputs.size(), [&](size_t i) {
      const TierPlan& p = plans_[i];
      outputs[i] = buildTier({*p.tier, {pipeline_, p.row, p.rowSchedule}, {pipeline_, p.block, p.blockSchedule},
                              plain_ ? std::optional(InstancePlan{*plain_, p.plain, p.plainSchedule}) : std::nullopt,
                              element_ ? std::optional(InstancePlan{element_->pipeline, p.element, p.elementSchedule}) : std::nullopt,
                              wide_ ? std::optional(InstancePlan{pipeline_, p.wide, p.wideSchedule}) : std::nullopt}, want_);
    });
    const char* steps[] = {"  of which link kernels", "  of which optimise", "  of which generate"};
    for (int s = 0; s < 3; s++) {
      double sum = 0;
      for (const ModuleOutput& out : outputs) sum += out.seconds[s];
      artefact_.seconds.emplace_back(steps[s], sum);
    }
    for (size_t i = 0; i < outputs.size(); i++) {
      const std::string name = plans_[i].tier->name;
      if (!outputs[i].error.empty()) return fail(Kind::internal, "code generation for " + name + ": " + outputs[i].error);
      if (want_.llvm) artefact_.llvm.emplace_back(name, std::move(outputs[i].llvm));
      if (want_.assembly) artefact_.assembly.emplace_back(name, std::move(outputs[i].assembly));
      code_.emplace_back(name, std::move(outputs[i].object));
    }
    return true;
  }
  // In order, or by two threads where the machine has the cores; the results are the same.
  template <class F> static void runAll(size_t count, F build) {
    const size_t workers = std::min<size_t>(count, std::max(1u, std::thread::hardware_concurrency()));
    std::atomic<size_t> next{0};
    auto work = [&] {
      for (size_t i; (i = next.fetch_add(1)) < count;) build(i);
    };
    std::vector<std::thread> threads;
    for (size_t t = 1; t < workers; t++) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
  }

  // ---- tables
  bool writeTables() {
    Sha256 content;
    for (const auto& [name, object] : code_) content.add(object);
    for (const TierPlan& p : plans_) content.add(p.tier->drivers);
    content.add(libraryOf(options_.target));
    content.add(std::string_view(blob_.bytes().data(), blob_.bytes().size()));
    static const char digits[] = "0123456789abcdef";
    for (uint8_t byte : content.finish()) artefact_.contentSha256 += digits[byte >> 4], artefact_.contentSha256 += digits[byte & 15];
    data_ = std::make_unique<DataObject>(aarch64(), std::string_view(blob_.bytes().data(), blob_.bytes().size()));
    AbiFacts facts{pipeline_, options_, schema_, tiers_, artefact_.contentSha256, {}, rowText_.perTextByte};
    for (const TierPlan& p : plans_) facts.plans.push_back(p.plan);
    addAbiTables(facts, *data_);
    const ArtefactFacts described = describedFacts();
    artefact_.json = describeJson(pipeline_, described);
    data_->setJson(artefact_.json);
    data_->setNote(noteSection(pipeline_, described));
    return true;
  }
  ArtefactFacts describedFacts() const {
    ArtefactFacts facts;
    facts.modelName = options_.modelName, facts.modelVersion = options_.modelVersion, facts.optionsSha256 = options_.optionsSha256;
    facts.contentSha256 = artefact_.contentSha256, facts.compiler = kCompiler, facts.target = options_.target;
    facts.tags = options_.tags, facts.strategies = artefact_.strategies;
    uint64_t code = 0, scratch = 0;
    for (const auto& [name, object] : code_) code += object.size();
    for (const TierPlan& p : plans_) facts.tiers.push_back(p.tier->name), scratch = std::max<uint64_t>(scratch, p.plan.scratch_bytes);
    facts.sizes = {{"code", code}, {"tables", blob_.bytes().size()}, {"scratch", scratch}};
    return facts;
  }

  bool linkAll() {
    std::vector<LinkObject> objects;
    for (const auto& [name, object] : code_) objects.push_back({name, {object}});
    for (const Tier* tier : tiers_) objects.push_back({std::string("drivers-") + tier->name, {tier->drivers}});
    objects.push_back({"library", {libraryOf(options_.target)}});
    objects.push_back({"data", data_->pieces()});
    if (want_.object)
      for (const LinkObject& object : objects) {
        std::string bytes;
        for (std::string_view piece : object.pieces) bytes += piece;
        artefact_.objects.emplace_back(object.name, std::move(bytes));
      }
    addForests(pipeline_, needs_);
    if (plain_) addForests(*plain_, needs_);
    return link(objects, unneededParts(needs_, tiers_), aarch64(), "kiln-" + artefact_.contentSha256.substr(0, 32) + ".so", artefact_.sharedObject, diagnostics_);
  }
  // What a scorer must not be is our own bug, found here rather than in a host.
  bool lintAll() {
    const std::vector<std::string> broken = lint(artefact_.sharedObject);
    for (const std::string& rule : broken) fail(Kind::internal, "the scorer breaks a rule: " + rule);
    return broken.empty();
  }

  const ir::Pipeline& pipeline_;
  const Options& options_;
  const Want& want_;
  Artefact& artefact_;
  Diagnostics& diagnostics_;
  std::vector<const Tier*> tiers_;
  Blob blob_;
  Schema schema_;
  std::vector<uint32_t> moves_;
  std::optional<ir::Pipeline> plain_;
  std::optional<OneElement> element_;
  bool wide_ = false;
  TextBound rowText_, blockText_;
  std::vector<TierPlan> plans_;
  Needs needs_;
  std::vector<std::pair<std::string, std::string>> code_;
  std::unique_ptr<DataObject> data_;
};

}  // namespace

bool compile(const ir::Pipeline& pipeline, const Options& options, const Want& want, Artefact& artefact, Diagnostics& diagnostics) {
  return Compilation(pipeline, options, want, artefact, diagnostics).run();
}

std::vector<std::pair<std::string, std::vector<std::string>>> targets() {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  for (const Tier* tier = tiersBegin(); tier != tiersEnd(); tier++) {
    if (all.empty() || all.back().first != tier->target) all.push_back({tier->target, {}});
    all.back().second.push_back(tier->name);
  }
  return all;
}

std::string nativeTier() {
#if defined(__aarch64__)
  return "neon";
#else
  const auto features = llvm::sys::getHostCPUFeatures();
  auto all = [&](std::initializer_list<const char*> names) {
    return std::all_of(names.begin(), names.end(), [&](const char* name) { return features.lookup(name); });
  };
  if (!all({"avx2", "bmi", "bmi2", "fma", "f16c", "lzcnt", "movbe"})) return "v2";
  return all({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vbmi"}) ? "v4" : "v3";
#endif
}

std::vector<std::string> strategies() {
  std::vector<std::string> names;
  for (const ForestStrategy* strategy : forestStrategies()) names.push_back(strategy->name());
  return names;
}

}  // namespace kiln::codegen
