# The few functions every folder's CMakeLists.txt uses.

add_library(parley_options INTERFACE)
target_compile_features(parley_options INTERFACE cxx_std_20)
target_include_directories(parley_options INTERFACE "${CMAKE_SOURCE_DIR}")
if(PARLEY_SANITIZE)
    target_compile_options(parley_options INTERFACE
        -fsanitize=${PARLEY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(parley_options INTERFACE -fsanitize=${PARLEY_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # Instrumented code defeats the analysis: g++ 12 then warns of std::optional's own insides.
        target_compile_options(parley_options INTERFACE -Wno-maybe-uninitialized)
    endif()
endif()

# parley_library(NAME SOURCES... [LINK targets...]): a static library of the project.
# Sources include each other from the project's root: #include "xmpp/jid.hpp".
function(parley_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC parley_options ${ARG_LINK})
    set_target_properties(${name} PROPERTIES
        CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# parley_unit_test(NAME SOURCES... [LINK targets...]): one Boost.Test executable, label "unit". The
# macro PARLEY_TESTS_DIR names the folder tests/, where fixtures live.
function(parley_unit_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE parley_options ${ARG_LINK} Boost::unit_test_framework)
    target_compile_definitions(${name} PRIVATE
        BOOST_TEST_DYN_LINK PARLEY_TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
    add_test(NAME ${name} COMMAND ${name} --color_output=no --log_level=error)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 600)
endfunction()

# parley_fuzz_target(NAME CORPUS folder SOURCES... [LINK targets...]): a libFuzzer executable; ctest
# runs it over its corpus and for a few seconds more, label "fuzz".
function(parley_fuzz_target name)
    if(NOT PARLEY_FUZZ)
        return()
    endif()
    cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    if(NOT TARGET fuzz_targets)
        add_custom_target(fuzz_targets)
    endif()
    add_dependencies(fuzz_targets ${name})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${name} PRIVATE parley_options ${ARG_LINK})
    # New inputs that a run finds go to the build folder; the corpus is only read.
    set(found "${CMAKE_CURRENT_BINARY_DIR}/${name}-found")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME ${name} COMMAND ${name} -max_total_time=5 -timeout=5 "${found}" "${ARG_CORPUS}")
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 180)
endfunction()
