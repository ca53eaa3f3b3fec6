# kiln_add_scorer: a model as a build target.
#
#   kiln_add_scorer(churn churn.pmml                 # target, model
#     [VERSION 3] [TAGS team=growth ...]             # what the scorer says of itself
#     [CPU portable|native|TIER] [TARGET aarch64-linux]
#     [OPTIONS --verify=error ...]                   # anything else for 'kiln compile'
#     [OUTPUT_DIRECTORY dir]                         # default: the current binary directory
#     [VERIFY rows.csv expected.csv [RTOL 1e-9]])    # a test, churn.verify
#
# Makes churn.so and churn.h (numbers of its columns), again whenever model, options or compiler change. Linking to `churn` gives
# churn.h and kiln/scorer.h, and makes the scorer first; its property KILN_SCORER is the file's path:
#
#   target_link_libraries(service PRIVATE churn ${CMAKE_DL_LIBS})
#   target_compile_definitions(service PRIVATE SCORER="$<TARGET_PROPERTY:churn,KILN_SCORER>")
#   install(FILES $<TARGET_PROPERTY:churn,KILN_SCORER> DESTINATION lib)
#
# KILN_EXECUTABLE names the compiler where it is not the package's own (a cross build).
include_guard(GLOBAL)

function(kiln_add_scorer name model)
  cmake_parse_arguments(arg "" "VERSION;CPU;TARGET;OUTPUT_DIRECTORY;RTOL" "TAGS;OPTIONS;VERIFY" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "kiln_add_scorer(${name}): what is '${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}'?")
  endif()
  if(KILN_EXECUTABLE)
    set(kiln "${KILN_EXECUTABLE}")
  elseif(TARGET Kiln::kiln)
    set(kiln Kiln::kiln)
  elseif(TARGET kiln)
    set(kiln kiln)
  else()
    message(FATAL_ERROR "kiln_add_scorer: no kiln; find_package(Kiln) or set KILN_EXECUTABLE")
  endif()
  get_filename_component(model "${model}" ABSOLUTE)
  set(directory "${CMAKE_CURRENT_BINARY_DIR}")
  if(arg_OUTPUT_DIRECTORY)
    get_filename_component(directory "${arg_OUTPUT_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  endif()

  set(options --name ${name} ${arg_OPTIONS})
  if(DEFINED arg_VERSION)
    list(APPEND options --model-version ${arg_VERSION})
  endif()
  if(DEFINED arg_CPU)
    list(APPEND options --cpu ${arg_CPU})
  endif()
  if(DEFINED arg_TARGET)
    list(APPEND options --target ${arg_TARGET})
  endif()
  foreach(tag IN LISTS arg_TAGS)
    list(APPEND options --tag ${tag})
  endforeach()

  set(scorer "${directory}/${name}.so")
  set(header "${directory}/${name}.h")
  add_custom_command(OUTPUT "${scorer}" "${header}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${directory}"
    COMMAND ${kiln} compile "${model}" -o "${scorer}" --emit=so,header --depfile "${scorer}.d" ${options}
    DEPENDS "${model}" ${kiln}
    DEPFILE "${scorer}.d"
    COMMENT "kiln compile ${name}"
    VERBATIM)
  add_custom_target(${name}.scorer ALL DEPENDS "${scorer}" "${header}")

  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}.scorer)
  target_include_directories(${name} INTERFACE "${directory}")
  if(TARGET Kiln::headers)
    target_link_libraries(${name} INTERFACE Kiln::headers)
  endif()
  set_target_properties(${name} PROPERTIES KILN_SCORER "${scorer}")

  if(arg_VERIFY)
    list(LENGTH arg_VERIFY files)
    if(NOT files EQUAL 2)
      message(FATAL_ERROR "kiln_add_scorer(${name}): VERIFY takes a table of rows and a table of what is expected")
    endif()
    list(TRANSFORM arg_VERIFY PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]")
    list(GET arg_VERIFY 0 rows)
    list(GET arg_VERIFY 1 expected)
    set(tolerance)
    if(DEFINED arg_RTOL)
      set(tolerance --rtol ${arg_RTOL})
    endif()
    add_test(NAME ${name}.verify COMMAND ${kiln} verify "${scorer}" --data "${rows}" --expect "${expected}" ${tolerance})
  endif()
endfunction()
