#include "compiler/codegen/module.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Linker/Linker.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/IPO/Internalize.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <chrono>
#include <mutex>
#include <set>

#include "compiler/codegen/instance.h"
#include "compiler/codegen/one_element.h"

namespace kiln::codegen {
namespace {

using llvm::Function;
using llvm::GlobalVariable;
using llvm::Module;

std::string tripleOf(const Tier& tier) {
  return std::string_view(tier.target) == "aarch64-linux" ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu";
}

/// What kernels need once their parameters are known: inlining, loops of constant length unrolled twice (outer ones then hold inner
/// ones), and what follows from both. A third of the time of LLVM's O2, whose code is no faster here: lanes are vectors already.
constexpr const char* kPasses =
    "always-inline,globaldce,function("
    "sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,"
    "loop-mssa(loop-rotate<header-duplication>,licm),loop(loop-unroll-full),"
    "sroa<modify-cfg>,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,gvn,dse,"
    "loop-mssa(loop-rotate,licm),loop(loop-unroll-full),"
    "sroa<modify-cfg>,early-cse,instcombine<no-verify-fixpoint>,simplifycfg,adce,infer-alignment)";

class Builder {
 public:
  explicit Builder(const Tier& tier) : tier_(tier), module_("scorer", context_) {
    std::string error;
    const std::string triple = tripleOf(tier);
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
    if (target == nullptr) {
      out_.error = error;
      return;
    }
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
    options.DataSections = options.FunctionSections = true;
    options.UniqueSectionNames = false;
    machine_.reset(target->createTargetMachine(triple, tier.cpu, tier.features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small,
                                               llvm::CodeGenOptLevel::Default));
    module_.setTargetTriple(triple);
    module_.setDataLayout(machine_->createDataLayout());
  }

  Module& module() { return module_; }
  bool failed() const { return !out_.error.empty(); }

  ModuleOutput finish(const Want& want) {
    if (failed()) return std::move(out_);
    context_.setDiscardValueNames(!want.llvm);   // they are for readers alone
    timed(0, [&] { linkKernels(); });
    if (!failed()) timed(1, [&] { optimise(); });
    if (!failed()) timed(2, [&] { generate(want); });
    return std::move(out_);
  }

 private:
  template <class F> void timed(int stage, F f) {
    const auto from = std::chrono::steady_clock::now();
    f();
    out_.seconds[stage] = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  }

  void linkKernels() {
    const llvm::MemoryBufferRef bitcode(llvm::StringRef(tier_.bitcode.data(), tier_.bitcode.size()), "kernels");
    auto kernels = llvm::getLazyBitcodeModule(bitcode, context_);
    if (!kernels) {
      out_.error = "the kernels' bitcode: " + llvm::toString(kernels.takeError());
      return;
    }
    (*kernels)->setTargetTriple(module_.getTargetTriple());
    if ((*kernels)->getDataLayout() != module_.getDataLayout()) {
      out_.error = "the kernels' data layout is not that of the target";
      return;
    }
    if (llvm::Linker::linkModules(module_, std::move(*kernels), llvm::Linker::LinkOnlyNeeded)) {
      out_.error = "the kernels do not link";
      return;
    }
    leaveToLibrary();
    letLoopsOfRowsUnroll();
    setAttributes();
    if (auto* idents = module_.getNamedMetadata("llvm.ident")) idents->eraseFromParent();
  }

  // Kernels keep their loops, for the sake of code over a block. Over one row a handful of elements is told apart: what was stored is not loaded again.
  void letLoopsOfRowsUnroll() {
    for (Function& f : module_)
      if (f.getName().starts_with("kiln_") && f.getName().ends_with("_1"))
        for (llvm::BasicBlock& block : f)
          if (llvm::Instruction* end = block.getTerminator()) end->setMetadata(llvm::LLVMContext::MD_loop, nullptr);
  }

  // OUTLINE functions are compiled already: their bodies go, calls stay.
  void leaveToLibrary() {
    std::set<std::string> library;
    addSymbols(libraryOf(tier_.target), library), addSymbols(tier_.drivers, library);
    std::string missing;
    for (Function& f : module_) {
      if (!f.isDeclaration() && f.hasFnAttribute(llvm::Attribute::NoInline) && library.count(f.getName().str()) != 0) {
        f.deleteBody();
        f.setComdat(nullptr), f.setLinkage(Function::ExternalLinkage);
        f.setVisibility(Function::HiddenVisibility), f.setDSOLocal(true);
      } else if (f.isDeclaration() && !f.isIntrinsic() && library.count(f.getName().str()) == 0) {
        missing += " " + f.getName().str();
      }
    }
    if (!missing.empty()) out_.error = "kernels are missing:" + missing;
  }
  void addSymbols(std::string_view bytes, std::set<std::string>& names) {
    auto object = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(llvm::StringRef(bytes.data(), bytes.size()), "library"));
    if (!object) {
      out_.error = "the kernels' library: " + llvm::toString(object.takeError());
      return;
    }
    for (const llvm::object::SymbolRef& symbol : (*object)->symbols()) {
      auto flags = symbol.getFlags();
      auto name = symbol.getName();
      if (flags && name && (*flags & llvm::object::SymbolRef::SF_Global) && !(*flags & llvm::object::SymbolRef::SF_Undefined)) names.insert(name->str());
      if (!flags) llvm::consumeError(flags.takeError());
      if (!name) llvm::consumeError(name.takeError());
    }
  }

  void setAttributes() {
    for (Function& f : module_) {
      if (f.isDeclaration()) continue;
      for (const char* a : {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width", "prefer-vector-width", "frame-pointer",
                            "stack-protector-buffer-size", "no-trapping-math"})
        f.removeFnAttr(a);
      f.addFnAttr("target-cpu", tier_.cpu);
      if (*tier_.features != 0) f.addFnAttr("target-features", tier_.features);
      if (tier_.preferVectorWidth != 0) {
        f.addFnAttr("prefer-vector-width", std::to_string(tier_.preferVectorWidth));
        f.addFnAttr("min-legal-vector-width", std::to_string(tier_.preferVectorWidth));
      }
      f.addFnAttr(llvm::Attribute::NoUnwind);
      f.setUWTableKind(llvm::UWTableKind::None);
    }
  }

  llvm::TargetLibraryInfoImpl noLibrary() const {
    llvm::TargetLibraryInfoImpl info{llvm::Triple(module_.getTargetTriple())};
    info.disableAllFunctions();
    return info;
  }

  void optimise() {
    const std::string entries = std::string("kiln_") + tier_.name + "_body_";
    llvm::internalizeModule(module_, [&](const llvm::GlobalValue& g) { return g.getName().starts_with(entries); });
    llvm::PassBuilder passes(machine_.get());
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager cgscc;
    llvm::ModuleAnalysisManager modules;
    functions.registerPass([&] { return llvm::TargetLibraryAnalysis(noLibrary()); });
    passes.registerModuleAnalyses(modules);
    passes.registerCGSCCAnalyses(cgscc);
    passes.registerFunctionAnalyses(functions);
    passes.registerLoopAnalyses(loops);
    passes.crossRegisterProxies(loops, functions, cgscc, modules);
    llvm::ModulePassManager pipeline;
    if (llvm::Error error = passes.parsePassPipeline(pipeline, kPasses)) {
      out_.error = "the passes: " + llvm::toString(std::move(error));
      return;
    }
    pipeline.run(module_, modules);
    std::string why;
    llvm::raw_string_ostream os(why);
    if (llvm::verifyModule(module_, &os)) out_.error = "the module is not valid: " + os.str();
  }

  std::string emit(Module& module, llvm::CodeGenFileType kind) {
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream os(bytes);
    llvm::legacy::PassManager passes;
    passes.add(new llvm::TargetLibraryInfoWrapperPass(noLibrary()));
    if (machine_->addPassesToEmitFile(passes, os, nullptr, kind)) {
      out_.error = "the target cannot emit objects";
      return {};
    }
    passes.run(module);
    return std::string(bytes.data(), bytes.size());
  }

  void generate(const Want& want) {
    if (want.llvm) {
      llvm::raw_string_ostream os(out_.llvm);
      module_.print(os, nullptr);
    }
    // Code generation changes a module: the text is made of a copy.
    if (want.assembly) out_.assembly = emit(*llvm::CloneModule(module_), llvm::CodeGenFileType::AssemblyFile);
    out_.object = emit(module_, llvm::CodeGenFileType::ObjectFile);
  }

  const Tier& tier_;
  llvm::LLVMContext context_;
  Module module_;
  std::unique_ptr<llvm::TargetMachine> machine_;
  ModuleOutput out_;
};

}  // namespace

ModuleOutput buildTier(const TierInput& input, const Want& want) {
  Builder builder(input.tier);
  if (!builder.failed()) {
    const std::string body = std::string("kiln_") + input.tier.name + "_body_";
    const int lanes = input.tier.lanes;
    if (input.plain) {
      llvm::Function* plain = emitInstance(builder.module(), {*input.plain, 1, lanes, "plain_row", true, true});
      llvm::Function* whole = emitInstance(builder.module(), {input.row, 1, lanes, "whole_row"});
      emitPlainOrWhole(builder.module(), body + "row", plain, whole);
    } else {
      emitInstance(builder.module(), {input.row, 1, lanes, body + "row"});
    }
    emitInstance(builder.module(), {input.block, lanes, lanes, body + "block"});
    if (input.element) emitInstance(builder.module(), {*input.element, elementLanes(input.element->record, input.tier), lanes, body + "elements", false, false, true});
    if (input.wide) emitInstance(builder.module(), {*input.wide, 1, lanes, body + "wide", false, true});
  }
  return builder.finish(want);
}

void initialiseTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo(), LLVMInitializeX86Target(), LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter(), LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo(), LLVMInitializeAArch64Target(), LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter(), LLVMInitializeAArch64AsmParser();
  });
}

}  // namespace kiln::codegen
