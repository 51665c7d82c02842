# How this project's libraries, programs and tests are built.

add_library(proverlog_options INTERFACE)
target_include_directories(proverlog_options INTERFACE ${PROJECT_SOURCE_DIR})
# What is generated; SYSTEM because warnings are not for it.
target_include_directories(proverlog_options SYSTEM INTERFACE ${PROJECT_BINARY_DIR})
if(PROVERLOG_SANITIZER)
  target_compile_options(proverlog_options INTERFACE
    -fsanitize=${PROVERLOG_SANITIZER} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(proverlog_options INTERFACE -fsanitize=${PROVERLOG_SANITIZER})
endif()

add_library(proverlog_warnings INTERFACE)
target_compile_options(proverlog_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # C++20's designated initializers leave members at their defaults on purpose.
  -Wno-missing-field-initializers
  # GCC 12 sees uninitialized reads in std::optional, and overlapping copies in std::string, where
  # there are none (GCC bugs 80635 and 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>
  # Part of clang's -Wconversion and not of GCC's.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)

# Compiles eight files of a folder as one: their headers, which take most of the time, are read once.
# So no two files of a folder may have a name of their own twice.
function(proverlog_unite name)
  get_target_property(sources ${name} SOURCES)
  list(FILTER sources EXCLUDE REGEX "^/")  # what is generated
  list(SORT sources)
  set(last "none")
  foreach(source ${sources})
    get_filename_component(folder ${source} DIRECTORY)
    if(NOT folder STREQUAL last)
      set(count 0)
      set(last "${folder}")
    endif()
    math(EXPR group "${count} / 8")
    math(EXPR count "${count} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}${group}")
  endforeach()
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # What GCC warns of in a header is in a file of its own here.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

# proverlog_library(NAME SOURCES... [LINK libraries...]): one layer, as one library.
function(proverlog_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  if(PROVERLOG_UNITE)
    proverlog_unite(${name})
  endif()
  target_link_libraries(${name} PUBLIC proverlog_options ${arg_LINK} PRIVATE proverlog_warnings)
endfunction()

# proverlog_test(NAME SOURCES... [LINK libraries...]): the tests of one layer, as one program.
function(proverlog_test name)
  if(NOT PROVERLOG_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} proverlog_warnings
    GTest::gmock GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES TIMEOUT 600 DISCOVERY_TIMEOUT 60)
endfunction()

# proverlog_database_test(NAME SOURCES... [LINK libraries...]): the same, with one PostgreSQL for the
# whole program.
function(proverlog_database_test name)
  if(NOT PROVERLOG_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} proverlog_test_database proverlog_warnings
    GTest::gmock GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()
