# find_package(Kiln): Kiln::kiln, the compiler; Kiln::headers, kiln/scorer.h; kiln_add_scorer.
get_filename_component(_kiln_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET Kiln::kiln)
  add_executable(Kiln::kiln IMPORTED)
  set_target_properties(Kiln::kiln PROPERTIES IMPORTED_LOCATION "${_kiln_prefix}/bin/kiln")
  add_library(Kiln::headers INTERFACE IMPORTED)
  set_target_properties(Kiln::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_kiln_prefix}/include")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/KilnScorer.cmake")
