#!/usr/bin/env bash
# memcheck.sh BENCH TEST_BACKENDS LIFELINE.so - valgrind's memcheck finds no bad access, no use of what was
# never set and no lost memory in any process of a backend: the coordinator, its workers, the manager's
# server, and the programs of one small measurement. mpi is not among them: it has not been tried.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
test_backends=$(realpath "$2") lifeline=$(realpath "$3")
backends=(serial pipes shm manager)
cases=('as many tasks*' 'a pipe' 'interrupted and*')

command -v valgrind >/dev/null || { echo "SKIP: there is no valgrind"; exit 77; }
# Memory that a process still holds at its end is not lost: a forked worker ends with its parent's.
memcheck=(valgrind --quiet --trace-children=yes --error-exitcode=99 --leak-check=full
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect
    --log-file="$scratch/log.%p")

said() { cat "$scratch"/log.* 2>/dev/null | head -n 40; }
check() { # NAME COMMAND...
    rm -f "$scratch"/log.*
    LD_PRELOAD=$lifeline "${memcheck[@]}" "${@:2}" >"$out" 2>"$err" ||
        say_failure "$1: exit status $?, and $(grep -hE 'ERROR   |failed:' "$out" "$err" | head -n 3)"
    expect "$1: valgrind has nothing to say" test -z "$(said)" || said
}

for backend in "${backends[@]}"; do
    for wanted in "${cases[@]}"; do
        check "$backend, $wanted" "$test_backends" "$backend" "$wanted"
    done
done
check "cells" "$bench" -b "$(IFS=,; echo "${backends[*]}")" -w sum:tasks=8,n=1000 -n 2 --rounds 1 \
    --repetitions 2 --timeout 60s -o "$results"
for backend in "${backends[@]}"; do
    expect_rows 'cells' "$backend" 1.ok dynamic
done
