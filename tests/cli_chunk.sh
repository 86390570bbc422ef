#!/usr/bin/env bash
# cli_chunk.sh BENCH - how tasks were handed out: a row says what its backend did, which may be less
# than what was asked for, and a cell is what was asked for.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

chunks() { # BACKEND SCHEDULE: asked for, used and messages, for each kind of row
    columns "$samples" backend schedule asked_chunk chunk messages |
        awk -F'\t' -v backend="$1" -v schedule="$2" \
            '$1 == backend && $2 == schedule { print $3, $4, $5 }' | sort -u | paste -sd';'
}

# 64 tasks of 64 KiB, for 2 workers: pipes and manager send 256 KiB at most in one message.
run -b serial,pipes,manager,shm,pthreads,openmp,mpi -w echo:tasks=64,bytes=65536 \
    -s dynamic:16,static,per-task -n 2 --rounds 1 --repetitions 1 --format markdown -o "$results"
expect_status 'large records' 0
expect 'pipes: 16 messages each way'     test "$(chunks pipes dynamic)" = '16 4 32'
expect 'pipes, static: shares in pieces' test "$(chunks pipes static)" = '0 4 32'
expect 'shm: 4 messages each way'        test "$(chunks shm dynamic)" = '16 16 8'
expect 'shm, static: one by one'         test "$(chunks shm static)" = '0 1 128'
expect 'pthreads'                        test "$(chunks pthreads dynamic)" = '16 16 0'
expect 'pthreads, static: whole shares'  test "$(chunks pthreads static)" = '0 32 0'
expect 'openmp'                          test "$(chunks openmp dynamic)" = '16 16 0'
expect 'openmp, static: whole shares'    test "$(chunks openmp static)" = '0 32 0'
expect 'a loop hands nothing out'        test "$(chunks serial dynamic)" = '16 0 0'
# The manager also counts what goes to and fro to fetch a letter; mpi its orders and reports.
expect 'manager'         grep -qE '^16 4 [0-9]+$' <(chunks manager dynamic)
expect 'manager, static' grep -qE '^0 4 [0-9]+$'  <(chunks manager static)
expect 'mpi'             grep -qE '^16 16 [0-9]+$' <(chunks mpi dynamic)
expect 'mpi, static'     grep -qE '^0 32 [0-9]+$' <(chunks mpi static)
for backend in pipes manager shm pthreads openmp mpi; do
    expect "$backend: a worker for each task has no chunk" grep -qE '^0 0 ' <(chunks $backend per-task)
done
expect 'the table says both'               grep -q '^| pipes | dynamic:4 of 16 | 2 |' "$out"
expect 'the table says how a share went'   grep -q '^| shm | static, by 1 | 2 |' "$out"
expect 'the table: what was asked was done' grep -q '^| shm | dynamic:16 | 2 |' "$out"
expect 'the table: a whole share'          grep -q '^| pthreads | static | 2 |' "$out"
expect 'the table: a loop has no chunk'    grep -q '^| serial | dynamic | 1 |' "$out"

# Two cells that were asked for stay two, though both did the same.
run -b pipes -w echo:tasks=64,bytes=65536 -s dynamic:16,dynamic:32 -n 2 --rounds 1 --repetitions 1 \
    --pin compact -o "$results"
expect 'two cells' test "$(columns "$results/summary.csv" backend asked_chunk chunk samples pin |
    grep pipes | paste -sd';')" = $'pipes\t16\t4\t1\tcompact;pipes\t32\t4\t1\tcompact'

# A cell that dies has its rows in one cell, too: what was asked for is known without a map.
run -b pipes -w echo:tasks=64,bytes=65536 -s dynamic -n 2 --rounds 2 --repetitions 1 --pin 0 \
    --inject kill:task=2 -o "$results"
expect 'one cell' test "$(columns "$results/summary.csv" backend asked_chunk pin failed |
    grep pipes)" = $'pipes\t0\t0\t2'

# Python's cells choose by rules of their own.
if "$bench" list backends --format csv | grep >/dev/null '^python-pool,.*,runs$'; then
    run -b python-pool,python-queue -w echo:tasks=100,bytes=8 -s dynamic,dynamic:200 -n 2 \
        --rounds 1 --repetitions 1 -o "$results"
    expect "python-pool" test "$(chunks python-pool dynamic)" = '0 13 16;200 100 2'
    expect "python-queue" test "$(chunks python-queue dynamic)" = '0 1 200;200 100 2'
fi
