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
target_link_libraries(kiln_llvm INTERFACE lldELF lldCommon LLVM)
find_package(Protobuf REQUIRED)           # before ONNX, whose targets name protobuf::libprotobuf
find_package(ONNX REQUIRED CONFIG)        # the messages only: onnx_proto
