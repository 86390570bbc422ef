#!/usr/bin/env bash
# faults_bench.sh BENCH - every fault on every backend and schedule, through the program: a row that
# names worker, process and task, or a row of a retry with right results; never a hang, never a
# success with a hole, nothing left behind.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

# By what a worker is: a process is replaced, a rank takes its job along, a thread its process.
processes=(pipes shm manager)
threads=(pthreads openmp)
backends=$(IFS=, && echo "${processes[*]},mpi,${threads[*]},serial")
all=(per-task dynamic static)
who='worker [0-9]+ \(pid [0-9]+\), task 2'
rank="worker [0-9]+ \(pid [0-9]+\), task [0-9]+: rank [12] died" # with it all others, at some task

fault() { # FAULT OPTIONS...
    name="$*"
    run -b "$backends" -w primes -n 2 -s "$(IFS=, && echo "${all[*]}")" --rounds 1 --repetitions 2 -o "$results" --inject "$@"
}

in_every() { # PATTERN BACKEND...
    local backend
    for backend in "${@:2}"; do
        expect_rows "$name" "$backend" "$1" "${all[@]}"
    done
}

in_serial() { # PATTERN; serial knows no schedules: it has one row, under the first
    expect_rows "$name" serial "$1" "${all[0]}"
}

declare -A ends=([kill]='killed by signal 9 .Killed.' [segv]='killed by signal 11 .Segmentation fault.'
    [exit0]='exited with status 0')

limit=$(scaled 1) mpi_limit=$(scaled 2) # which takes longer to start
if grep -qa __asan_init "$bench"; then # its handler of SIGSEGV says so and exits
    ends[segv]='(killed by signal (6|11)|exited with status [1-9])'
fi

# By one kind of death on every schedule; how each backend's loops meet the others is test_faults.c's.
for kind in kill segv exit0; do
    [ $kind = kill ] || all=(dynamic)
    fault $kind:task=2 --on-death fail
    expect_status "$name" 1
    in_every "0.failed: $who: ${ends[$kind]}" "${processes[@]}"
    in_every "0.failed: $rank" mpi
    in_every "0.failed: .*task 2" "${threads[@]}"
    in_serial "1.ok" # the others' baseline gets no fault

    fault $kind:task=2 --on-death retry
    expect_status "$name" 1 # a thread that is gone cannot be replaced
    in_every "1.retried: $who: ${ends[$kind]}" "${processes[@]}"
    in_every "1.retried: $rank" mpi
    in_every "1.ok" "${processes[@]}" mpi
    in_every "0.failed: .*task 2" "${threads[@]}"
    in_serial "1.ok" # the others' baseline gets no fault
done

all=(per-task dynamic static)
for on_death in fail retry; do
    fault slow:task=2,ms=50 --on-death $on_death
    expect_status "$name" 0
    in_every "1.ok" "${processes[@]}" mpi "${threads[@]}"
    in_serial "1.ok"
done

# A limit is waited for in full.
stopped() { # LIMIT BACKEND...
    backends=$(IFS=, && echo "${*:2}")
    fault stop:task=2 --timeout "$1"
    expect_status "$name" 1
    [ "$2" = serial ] || in_every "0.timeout: .*task 2" "${@:2}"
    [ "$2" != serial ] || in_serial "0.timeout: .*task 2"
}
stopped $limit "${processes[@]}" "${threads[@]}"
stopped $mpi_limit mpi
stopped $limit serial
fault kill:task=2 --on-death fail
in_serial '0.failed: .*task 2' # alone, it is nobody's baseline

backends=$(IFS=, && echo "${processes[*]},mpi,${threads[*]}")
all=(dynamic) # enough to show that a retry changes nothing there
fault stop:task=2 --timeout $mpi_limit --on-death retry
expect_status "$name" 1
in_every "0.timeout: .*task 2" "${processes[@]}" mpi "${threads[@]}"
all=(per-task dynamic static)

# Where all that was asked for can be retried, a death is no failure.
backends=$(IFS=, && echo "${processes[*]},mpi")
fault kill:task=2 --on-death retry
expect_status "$name" 0
in_every '1.retried: ' "${processes[@]}" mpi
expect_rows 'a baseline that nobody asked for gets no fault' serial '1.ok' "${all[0]}"

fault kill:worker=0 --on-death fail
expect_status "$name" 1
in_every '0.failed: worker 0 ' "${processes[@]}" mpi
