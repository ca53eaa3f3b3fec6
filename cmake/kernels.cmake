# The kernels as bitcode, once per tier of compiler/codegen/tiers.def, embedded in the compiler by an assembler file.
set(KERNEL_FLAGS -std=c++20 -O2 -Xclang -disable-llvm-passes -ffreestanding -fno-exceptions -fno-rtti -ffp-contract=off
    -fno-math-errno -fvisibility=hidden -fPIC -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident
    -Wall -Wextra -Wno-psabi -Wno-unused-function -Wno-unused-parameter)

set(KERNEL_BITCODE)
set(KERNEL_ASM "\t.section .rodata\n")
file(STRINGS "${CMAKE_SOURCE_DIR}/compiler/codegen/tiers.def" tier_lines REGEX "^TIER")
foreach(line IN LISTS tier_lines)
  string(REGEX MATCH "^TIER\\(([a-z0-9]+), \"([^\"]*)\", \"([^\"]*)\", \"[^\"]*\", \"([^\"]*)\", ([0-9]+), ([0-9]+)\\)" _ "${line}")
  set(name ${CMAKE_MATCH_1})
  string(REPLACE "_64-linux" "_64-linux-gnu" triple "${CMAKE_MATCH_2}")
  string(REPLACE "aarch64-linux" "aarch64-linux-gnu" triple "${triple}")
  set(march -march=${CMAKE_MATCH_3})
  string(REPLACE "+" "-m" features "${CMAKE_MATCH_4}")
  set(width)
  if(CMAKE_MATCH_5)
    set(width -mprefer-vector-width=${CMAKE_MATCH_5})
  endif()
  set(bitcode "${CMAKE_BINARY_DIR}/kernels/${name}.bc")
  add_custom_command(OUTPUT ${bitcode}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${CMAKE_CXX_COMPILER} ${KERNEL_FLAGS} --target=${triple} ${march} ${features} ${width} -DKILN_LANES=${CMAKE_MATCH_6}
            -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/runtime/include -I${CMAKE_SOURCE_DIR}/runtime/kernels
            -MD -MT ${bitcode} -MF ${bitcode}.d -c -emit-llvm ${CMAKE_SOURCE_DIR}/runtime/kernels/kernels.cpp -o ${bitcode}
    DEPENDS ${CMAKE_SOURCE_DIR}/runtime/kernels/kernels.cpp ${CMAKE_SOURCE_DIR}/compiler/codegen/tiers.def
    DEPFILE ${bitcode}.d VERBATIM COMMENT "kernels for ${name}")
  list(APPEND KERNEL_BITCODE ${bitcode})
  string(APPEND KERNEL_ASM "\t.globl kiln_bitcode_${name}_begin, kiln_bitcode_${name}_end\n\t.balign 16\nkiln_bitcode_${name}_begin:\n"
         "\t.incbin \"${bitcode}\"\nkiln_bitcode_${name}_end:\n\t.byte 0\n")
endforeach()
string(APPEND KERNEL_ASM "\t.section .note.GNU-stack,\"\",%progbits\n")
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/kernels/bitcode.S" CONTENT "${KERNEL_ASM}" @ONLY)
add_library(kiln_bitcode OBJECT "${CMAKE_BINARY_DIR}/kernels/bitcode.S")
set_source_files_properties("${CMAKE_BINARY_DIR}/kernels/bitcode.S" PROPERTIES OBJECT_DEPENDS "${KERNEL_BITCODE}")
