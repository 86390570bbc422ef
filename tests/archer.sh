#!/usr/bin/env bash
# The openmp backend under ThreadSanitizer. gcc's libgomp is not built for it, and every barrier looks
# like a race; clang's libomp tells what happens through Archer. The code of the backend is the same.
# Exit status 77: clang, libomp or Archer are not here.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v clang >/dev/null || { echo 'SKIP: no clang'; exit 77; }
archer=$(find /usr/lib/llvm-*/lib -name libarcher.so 2>/dev/null | sort -V | tail -n 1)
[ -n "$archer" ] || { echo 'SKIP: no libarcher.so (package libomp-dev)'; exit 77; }

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
clang -std=c11 -D_GNU_SOURCE -O1 -g -fopenmp -fsanitize=thread -I. -Itests \
    common/*.c backends/openmp.c backends/schedule.c tests/archer.c tests/mix.c \
    -o "$place/test" -lpthread || { echo 'SKIP: clang has no ThreadSanitizer here'; exit 77; }
# Where addresses are randomized widely, ThreadSanitizer does not find room.
fixed=(); setarch -R true 2>/dev/null && fixed=(setarch -R)
OMP_TOOL_LIBRARIES=$archer TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1" \
    "${fixed[@]}" "$place/test"
