#!/usr/bin/env bash
# python_cells.sh BENCH CMAKE - CPython's own multiprocessing on the same kernel: every mechanism is
# verified, a worker's death is named, nothing is left behind. Skipped where Python can't run them.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

quick=(-n 2 --rounds 1 --repetitions 2 -o "$results")

here=$("$bench" list backends --format csv | grep '^python-pool,')
if [[ $here != *,runs ]]; then
    echo "skipped: ${here##*,}"
    exit 77
fi

# The distinct values of a column, for a backend.
values_of() { # BACKEND COLUMN
    columns "$samples" backend "$2" | awk -F'\t' -v backend="$1" '$1 == backend { print $2 }' |
        sort -u | paste -sd' '
}

# --- every mechanism, the lecture's workloads -----------------------------------------------------

run -b python -w resize -s all "${quick[@]}"
expect_status 'the lecture' 0
for backend in python-pool python-queue python-threads python-threads-nogil; do
    expect_rows 'the lecture' $backend 1.ok dynamic
    expect_rows 'the lecture' $backend 0.skip: per-task static
done
expect_rows 'the lecture' python-manager 1.ok per-task dynamic
expect_rows 'the lecture' python-manager 0.skip: static
expect_rows 'the lecture' python-process 1.ok per-task
expect_rows 'the lecture' python-process 0.skip: dynamic static
expect_rows 'the lecture' python-pure 1.ok per-task # any schedule is the same to a loop
run -b python -w sum,primes,resize -s dynamic,per-task -n 2 --rounds 1 --repetitions 1 -o "$results"
expect_status 'all workloads' 0
expect 'three workloads' test "$(values_of python-pure workload)" = 'primes resize sum'

for edge in tasks=0 tasks=1,bytes=0 tasks=3,bytes=1000000 tasks=100,bytes=8; do
    run -b python -w "echo:$edge" -s dynamic,per-task,dynamic:7 "${quick[@]}"
    expect_status "echo:$edge" 0
    expect_rows "echo:$edge" python-pool 1.ok dynamic
    expect_rows "echo:$edge" python-process 1.ok per-task
    expect_rows "echo:$edge" python-pure '0.skip: only sum, primes, resize' dynamic
done
expect 'a chunk that was given' test "$(values_of python-threads chunk)" = '0 13 7'

# Without one: Pool.map makes four for each worker, a queue takes single tasks.
run -b python-pool,python-queue -w resize:images=100 "${quick[@]}"
expect "Pool's own chunks" test "$(values_of python-pool chunk)" = 13
expect "a queue's" test "$(values_of python-queue chunk)" = 1

run -b pipes,python-pool,python-pure -w resize -n 2 --rounds 1 --repetitions 1 --results
# The fourth is serial's, the baseline.
expect 'the same results' test "$(grep -c '^(7, 960, 540, 1990727.79)$' "$err")" = 4

# --- how processes are started --------------------------------------------------------------------

for method in fork spawn forkserver; do
    backends=python-pool:$method,python-queue:$method,python-manager:$method
    run -b "$backends" -w resize "${quick[@]}"
    expect_status "$method" 0
    for backend in ${backends//,/ }; do
        expect_rows "$method" "$backend" 1.ok dynamic
    done
    run -b python-process:$method,python-manager:$method -w resize -s per-task "${quick[@]}"
    expect_rows "$method" python-process:$method 1.ok per-task
    expect_rows "$method" python-manager:$method 1.ok per-task
done
run -b python-threads:spawn -w resize "${quick[@]}"
expect_rows 'threads' python-threads:spawn '0.skip: it starts no process' dynamic
run -b python-pool:thread -w resize
expect_status 'no such start method' 2

# --- a worker dies --------------------------------------------------------------------------------

# Nobody tells a Pool or a Queue, so they wait for ever; the board knows the task.
for backend in python-pool python-pool:spawn python-queue python-manager; do
    run -b $backend -w resize "${quick[@]}" --inject kill:task=3 --timeout "$(scaled 3)"
    expect_status "$backend, killed" 1
    expect_rows "$backend, killed" $backend \
        '0.timeout: .*; running then: task 3 on worker [01] \(pid [0-9]+\)' dynamic
done
# The end of a pipe is news.
for fault in kill:task=3 exit0:task=3 segv:task=3; do
    run -b python-process -w resize -s per-task "${quick[@]}" --inject $fault
    expect_rows $fault python-process \
        '0.failed: worker [01] \(pid [0-9]+\), task 3: (killed by signal|exited with status 0)' per-task
done
run -b python-manager -w resize -s per-task "${quick[@]}" --inject exit0:task=3
expect_rows 'a hole in the list' python-manager '0.failed: task 3: its worker ended without' per-task
run -b python-threads -w resize "${quick[@]}" --inject segv:task=3
expect_rows 'a thread crashes' python-threads '0.failed: worker [01] .*task 3: killed by signal 11' \
    dynamic

# --- bench is killed ------------------------------------------------------------------------------

# Semaphores that have a name, so that a process that is spawned can open them.
has_semaphores() { ls /dev/shm/sem.parbench-"$pid"-* >/dev/null 2>&1; }
has_no_semaphores() { ! has_semaphores; }

for backend in python-pool:spawn python-queue:forkserver; do
    start -b $backend -w resize "${quick[@]}" --inject stop:task=3
    wait_until 20000 has_semaphores || say_failure "$backend: where are its semaphores?"
    kill -KILL "$pid"
    finish
    expect_nothing_left "$backend, bench killed"
    wait_until 5000 has_no_semaphores || say_failure "$backend: it left semaphores behind"
done
start -b python-manager -w resize "${quick[@]}" --inject stop:task=3
sleep 0.5
kill -KILL "$pid"
finish
expect_nothing_left "python-manager, bench killed"

# --- no Python, or another ------------------------------------------------------------------------

mkdir "$scratch/bin"
path=$PATH
PATH=$scratch/bin:$PATH
stand_in() { # BODY: of the script that is python3 now
    printf '#!/bin/sh\n%s\n' "$1" >"$scratch/bin/python3"
    chmod +x "$scratch/bin/python3"
}
stand_in 'exit 127'
run -b serial,python -w resize "${quick[@]}"
expect_status 'no python3' 0
expect_rows 'no python3' serial 1.ok dynamic
expect_rows 'no python3' python-pool '0.skip: there is no python3' dynamic
stand_in 'echo "ImportError: No module named _ctypes" >&2; exit 1'
run -b python-pool -w resize "${quick[@]}"
expect_rows 'a Python that lacks something' python-pool '0.skip: .*No module named _ctypes' dynamic
PATH=$path

# --- an installation ------------------------------------------------------------------------------

prefix=$scratch/prefix
"$2" --install "$(dirname "$bench")" --prefix "$prefix" >"$out" 2>"$err" || say_failure 'install'
bench=$prefix/bin/bench
run -b python-pool,python-pool:spawn -w resize "${quick[@]}"
expect_status 'installed' 0
expect_rows 'installed' python-pool:spawn 1.ok dynamic

run lecture 25.3 --python
expect_status 'bench lecture' 0
expect 'bench lecture' test "$(grep -c '^Sample result: (0, 960, 540, 1990727.79)$' "$out")" = 3
