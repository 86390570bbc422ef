# Fuzz targets, for clang's libFuzzer: cmake --preset fuzz, cmake --build --preset fuzz.
# Each takes any bytes and looks for a fault of memory, undefined behaviour or a broken promise.
# As tests they run for a few seconds, from the small inputs in corpus/; to find more, for hours:
#     build-fuzz/tests/fuzz_csv -jobs=2 my-corpus/ tests/corpus/csv/
set(PARBENCH_FUZZ_SECONDS 5 CACHE STRING "how long each fuzz target runs as a test")

# parbench_fuzz(NAME LENGTH LIBRARIES...): tests/fuzz_NAME.c, with inputs of at most LENGTH bytes.
# What it finds beyond corpus/NAME goes to the build directory, and so does an input that fails.
function(parbench_fuzz name length)
  set(found ${CMAKE_CURRENT_BINARY_DIR}/found_${name})
  file(MAKE_DIRECTORY ${found})
  add_executable(fuzz_${name} fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_test(NAME fuzz_${name}
           COMMAND fuzz_${name} -max_total_time=${PARBENCH_FUZZ_SECONDS} -max_len=${length} -timeout=20
                   -verbosity=0 -print_final_stats=1 -artifact_prefix=${found}/
                   ${found} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  add_dependencies(fuzz fuzz_${name})
endfunction()

add_custom_target(fuzz)
parbench_fuzz(csv 4096 data)
parbench_fuzz(frame 512 common)
parbench_fuzz(manager 512 manager common PkgConfig::SODIUM)
parbench_fuzz(options 512 command launch data present common backends parbench-workloads)
target_sources(fuzz_options PRIVATE ${CMAKE_SOURCE_DIR}/bench/cell/model.c)
parbench_fuzz(workload 256 parbench-workloads)
