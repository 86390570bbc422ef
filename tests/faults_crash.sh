#!/usr/bin/env bash
# faults_crash.sh BENCH CRASHER.so - a kernel that really crashes, in each way and on every backend:
# it ends the plain loop first, which is said, and then a worker, which is named with its task, or
# replaced.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
crasher=$(realpath "$2")

processes=(pipes shm manager)
threads=(pthreads openmp)
who='worker [0-9]+ \(pid [0-9]+\), task 3'
asan=false
! grep -qa __asan_init "$bench" || asan=true
# AddressSanitizer has handlers of its own, which say what it was and exit or abort.
by_asan='(killed by signal (6 .Aborted.|11 .Segmentation fault.)|exited with status [1-9][0-9]*)'
declare -A ends=([segv]='killed by signal 11 .Segmentation fault.' [stack]='killed by signal 11 .Segmentation fault.'
    [abort]='killed by signal 6 .Aborted.' [exit]='exited with status 0')
! $asan || ends[segv]=$by_asan ends[stack]=$by_asan
declare -A codes=([segv]=0 [stack]=1 [abort]=2 [loop]=3 [exit]=4)

rounds=1
crash() { # HOW TIMES BACKENDS OPTIONS...
    name="$1, $2 times: ${*:4}"
    mkdir -p "$scratch/marks"
    export CRASHER=$scratch/marks
    run -w "$crasher:how=${codes[$1]},times=$2" -b "$3" -n 2 -s dynamic:1 --rounds "$rounds" \
        --repetitions 2 -o "$results" "${@:4}"
    unset CRASHER
    rm -r "$scratch/marks"
}

in_every() { # PATTERN BACKEND...
    local backend
    for backend in "${@:2}"; do
        expect_rows "$name" "$backend" "$1" dynamic
    done
}

all=$(IFS=, && echo "${processes[*]},${threads[*]},serial")
for how in segv stack abort exit; do
    crash $how 0 "$all,mpi" --on-death fail
    expect_status "$name" 1
    in_every "0.failed: the plain loop, task 3: ${ends[$how]}" "${processes[@]}" "${threads[@]}" serial mpi
    in_every "0.failed: $who: ${ends[$how]}" "${processes[@]}"
    in_every "0.failed: worker [01] .pid [0-9]+., task 3: rank [12] died" mpi
    # Only a handler can tell which thread it was; without one the board tells what was running.
    if [ $how != exit ] && ! $asan; then
        in_every "0.failed: $who: ${ends[$how]}" "${threads[@]}" serial
    else
        in_every "0.failed: .*task 3" "${threads[@]}" serial
    fi
done

# Three workers in a row die of it: then it is the task's fault.
crash segv 0 "$(IFS=, && echo "${processes[*]}")" --on-death retry
expect_status "$name" 1
in_every "0.failed: $who: ${ends[segv]}; this task has ended 3 workers" "${processes[@]}"

# The plain loop dies first and then a worker, whose task the next one takes: with nothing else to
# compare them with, its results are held against the known answers.
for how in segv stack abort exit; do
    crash $how 2 "$(IFS=, && echo "${processes[*]}")" --on-death retry
    in_every "0.failed: the plain loop, task 3: ${ends[$how]}" "${processes[@]}"
    in_every "1.retried: $who: ${ends[$how]}" "${processes[@]}"
    in_every "1.ok" "${processes[@]}"
done

# Only the plain loop dies; and whoever compares with nothing must not take everything for right.
crash segv 1 pipes,pthreads --on-death fail
expect_status "$name" 1
in_every "0.failed: the plain loop, task 3: ${ends[segv]}" pipes pthreads serial
in_every "1.ok" pipes pthreads serial

limit=$(scaled 2)
rounds=3
crash loop 0 "$all" --timeout $limit
expect_status "$name" 1
in_every "0.timeout: the plain loop, task 3: no end within" "${processes[@]}" "${threads[@]}" serial
in_every "0.timeout: $who: no result within" "${processes[@]}"
in_every "0.timeout: .*task 3" "${threads[@]}" serial

# Once is enough: later rounds of a cell that ran into its limit are left out, and say so.
for backend in "${processes[@]}" "${threads[@]}" serial; do
    left_out=$(rows_of "$backend" | grep -c $'^dynamic\t0\tskip: it ran into its time limit in an earlier round')
    expect "$name: $backend: $left_out rounds were left out" test "$left_out" -eq 2
done
skipped=$(columns "$results/summary.csv" backend skipped | awk '$1 == "pipes" { print $2 }')
expect "$name: the summary counts $skipped" test "$skipped" = 2
