# What Kiln links, each as one target: kiln_llvm (LLVM and lld), EXPAT::EXPAT, tinyxml2::tinyxml2, onnx_proto, CLI11::CLI11.
find_package(LLVM 19.1 REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG HINTS "${LLVM_LIBRARY_DIR}/cmake/lld")   # not on CMake's search path by itself
find_package(EXPAT REQUIRED)
find_package(tinyxml2 REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(Threads REQUIRED)

add_library(kiln_llvm INTERFACE)
target_include_directories(kiln_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${LLD_INCLUDE_DIRS})
separate_arguments(llvm_definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(kiln_llvm INTERFACE ${llvm_definitions})
# LLVM's libraries for the two targets, not the one of all: its third of a million relocations, done at each start and again after the fork,
# took a sixth of a small model's compilation. lld's own targets would bring that one in: their files are named instead.
if(TARGET LLVMX86CodeGen AND TARGET LLVMAArch64CodeGen)
  if(TARGET LLVMExtensions)   # would bring Polly in, which Debian packages apart; codegen/link.cpp says that there is none
    set_target_properties(LLVMExtensions PROPERTIES INTERFACE_LINK_LIBRARIES LLVMSupport)
  endif()
  llvm_map_components_to_libnames(llvm_libraries x86codegen x86asmparser x86desc x86info aarch64codegen aarch64asmparser aarch64desc aarch64info
                                  bitreader core irreader ipo linker lto mc object option passes support target targetparser transformutils)
  target_link_libraries(kiln_llvm INTERFACE $<TARGET_FILE:lldELF> $<TARGET_FILE:lldCommon> ${llvm_libraries} ZLIB::ZLIB zstd::libzstd_shared)
  target_link_options(kiln_llvm INTERFACE -Wl,--gc-sections -Wl,--as-needed)
  set(other_targets ${LLVM_TARGETS_TO_BUILD})
  list(REMOVE_ITEM other_targets X86 AArch64)
  foreach(target IN LISTS other_targets)   # lld initialises all that there are
    foreach(part TargetInfo Target TargetMC AsmPrinter AsmParser)
      target_link_options(kiln_llvm INTERFACE -Wl,--defsym=LLVMInitialize${target}${part}=kiln_no_target)
    endforeach()
  endforeach()
else()
  target_link_libraries(kiln_llvm INTERFACE lldELF lldCommon LLVM)
endif()
find_package(Protobuf REQUIRED)           # before ONNX, whose targets name protobuf::libprotobuf
find_package(ONNX REQUIRED CONFIG)        # the messages only: onnx_proto
