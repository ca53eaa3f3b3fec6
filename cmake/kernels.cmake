# The kernels as bitcode, and the drivers as machine code, once per tier of compiler/codegen/tiers.def; the library as machine code
# once per target, for its first tier. All are embedded in the compiler by an assembler file.
set(KERNEL_FLAGS -std=c++20 -O2 -ffreestanding -fno-exceptions -fno-rtti -ffp-contract=off
    -fno-math-errno -fvisibility=hidden -fPIC -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident
    -Wall -Wextra -Wno-psabi -Wno-unused-function -Wno-unused-parameter)

set(KERNEL_BITCODE_FLAGS -Xclang -disable-llvm-passes -emit-llvm)
# What needs no model is done once, here: helpers inlined, memory made registers. Every compilation then has less to do.
find_program(OPT opt-19 REQUIRED)
set(KERNEL_PASSES "always-inline,globaldce,function(sroa<modify-cfg>,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,early-cse,simplifycfg),strip-dead-prototypes")
set(KERNEL_NATIVE_FLAGS -ffunction-sections -fdata-sections -fno-vectorize -fno-slp-vectorize -fno-builtin)

# kernel_part(out source flags...): one embedded file, kiln_<kind>_<tier>.
function(kernel_part kind tier source)
  set(out "${CMAKE_BINARY_DIR}/kernels/${tier}.${kind}")
  set(path "${CMAKE_SOURCE_DIR}/runtime/kernels/${source}")
  set(compiled ${out})
  set(simplify)
  if(kind STREQUAL bitcode)
    set(compiled ${out}.raw)
    set(simplify COMMAND ${OPT} -discard-value-names -preserve-bc-uselistorder=false -passes=${KERNEL_PASSES} ${compiled} -o ${out})
  endif()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${CMAKE_CXX_COMPILER} ${KERNEL_FLAGS} ${ARGN}
            -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/runtime/include -I${CMAKE_SOURCE_DIR}/runtime/kernels
            -MD -MT ${out} -MF ${out}.d -c ${path} -o ${compiled}
    ${simplify}
    DEPENDS ${path} ${CMAKE_SOURCE_DIR}/compiler/codegen/tiers.def
    DEPFILE ${out}.d VERBATIM COMMENT "${source} for ${tier}")
  set(KERNEL_PARTS ${KERNEL_PARTS} ${out} PARENT_SCOPE)
  set(KERNEL_ASM "${KERNEL_ASM}\t.globl kiln_${kind}_${tier}_begin, kiln_${kind}_${tier}_end\n\t.balign 16\nkiln_${kind}_${tier}_begin:\n\t.incbin \"${out}\"\nkiln_${kind}_${tier}_end:\n\t.byte 0\n" PARENT_SCOPE)
endfunction()

set(KERNEL_PARTS)
set(KERNEL_TARGETS)
set(KERNEL_ASM "\t.section .rodata\n")
file(STRINGS "${CMAKE_SOURCE_DIR}/compiler/codegen/tiers.def" tier_lines REGEX "^TIER")
foreach(line IN LISTS tier_lines)
  string(REGEX MATCH "^TIER\\(([a-z0-9]+), \"([^\"]*)\", \"([^\"]*)\", \"[^\"]*\", \"([^\"]*)\", ([0-9]+), ([0-9]+), \"([^\"]*)\"\\)" _ "${line}")
  set(name ${CMAKE_MATCH_1})
  string(REPLACE "_64-linux" "_64-linux-gnu" triple "${CMAKE_MATCH_2}")
  string(REPLACE "aarch64-linux" "aarch64-linux-gnu" triple "${triple}")
  set(lanes ${CMAKE_MATCH_6})
  set(drivers ${CMAKE_MATCH_7})
  set(march -march=${CMAKE_MATCH_3})
  string(REPLACE "+" "-m" features "${CMAKE_MATCH_4}")
  set(width)
  if(CMAKE_MATCH_5)
    set(width -mprefer-vector-width=${CMAKE_MATCH_5})
  endif()
  set(machine --target=${triple} ${march} ${features} ${width} -DKILN_LANES=${lanes} -DKILN_TIER=${name})
  kernel_part(bitcode ${name} kernels.cpp ${machine} ${KERNEL_BITCODE_FLAGS})
  kernel_part(drivers ${name} drivers.cpp ${machine} ${KERNEL_NATIVE_FLAGS} ${drivers})
  if(NOT triple IN_LIST KERNEL_TARGETS)
    list(APPEND KERNEL_TARGETS ${triple})
    kernel_part(library ${name} library.cpp ${machine} ${KERNEL_NATIVE_FLAGS})
  endif()
endforeach()
string(APPEND KERNEL_ASM "\t.section .note.GNU-stack,\"\",%progbits\n")
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/kernels/bitcode.S" CONTENT "${KERNEL_ASM}" @ONLY)
add_library(kiln_bitcode OBJECT "${CMAKE_BINARY_DIR}/kernels/bitcode.S")
set_source_files_properties("${CMAKE_BINARY_DIR}/kernels/bitcode.S" PROPERTIES OBJECT_DEPENDS "${KERNEL_PARTS}")
