#!/usr/bin/env bash
# truth.sh BENCH [EXPERIMENT...] - experiments whose right figures are known beforehand: what bench prints
# is held against them. They need a quiet machine and take ten minutes in all, so they are no tests of
# every day: `ctest -C truth -L truth`, or by hand, with the names of those that are wanted.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

wanted=("${@:2}")
cores=$(nproc)
summary=$results/summary.csv
loops=()

end_loops() { [ ${#loops[@]} -eq 0 ] || kill "${loops[@]}" 2>/dev/null || true; loops=(); }
trap 'end_loops; leave' EXIT
beside() { # LOOPS: so many busy loops from now on
    for ((i = 0; i < $1; i++)); do (while :; do :; done) & loops+=($!); done
}

figure() { # BACKEND COLUMN: of the summary
    columns "$summary" backend "$2" | awk -F'\t' -v backend="$1" '$1 == backend { print $2; exit }'
}

# The figure lies there; and it is printed, whether or not.
within() { # WHAT FIGURE LEAST MOST
    printf '%-58s %8.3f   (%s to %s)\n' "$1" "$2" "$3" "$4"
    expect "$1: $2 is not within $3 to $4" awk -v x="$2" -v low="$3" -v high="$4" \
        'BEGIN { exit !(x != "" && x >= low && x <= high) }'
}

is_wanted() { [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " = *" $1 "* ]]; }
experiment() { # NAME: runs the function of that name, if it is wanted
    ! is_wanted "$1" || "$1"
}

# One core is one core's worth, and a loop that computes nothing finds no more cores than there are.
one_core() {
    for i in {1..20}; do
        start -b serial,pthreads -w resize:images=64,width=1920,height=1080 -n 1 --rounds 2 --patience 5s -o "$results"
        finish
        within "capacity of one worker, run $i" "$(figure pthreads capacity)" 0.95 1.05
    done
}

no_compute() {
    for i in {1..20}; do
        start -b pthreads,shm -w echo:tasks=1000,bytes=24 -n "$cores" --rounds 2 --patience 5s -o "$results"
        finish
        within "capacity of echo on $cores cores, run $i" "$(figure pthreads capacity)" 0 "$(awk "BEGIN { print 1.05 * $cores }")"
    done
}

# What a backend makes of its capacity is its own doing: it stays when the capacity shrinks.
beside_one() {
    local cells=(-b pthreads,pipes -w spin:tasks=400,us=500 -n "$cores" --rounds 16 --repetitions 2 -o "$results")
    local quiet_pthreads quiet_pipes
    start "${cells[@]}" --patience 10s
    finish
    quiet_pthreads=$(figure pthreads capacity_efficiency) quiet_pipes=$(figure pipes capacity_efficiency)
    beside 1
    start "${cells[@]}"
    finish
    end_loops
    for backend in pthreads pipes; do
        local quiet=quiet_$backend
        within "used by $backend beside one busy loop, by that on a quiet machine" \
            "$(awk -v b="$(figure $backend capacity_efficiency)" -v a="${!quiet}" 'BEGIN { print b / a }')" 0.9 1.1
    done
}

# A process of the probe's that never gets a core is a core that nobody has.
a_stopped_process() {
    start -b pthreads -w spin:tasks=200,us=500 -n 2 --rounds 1 --repetitions 1 --min-time 10s -o "$results"
    measuring() { cell=$(pgrep -f -P "$pid" -- '--backend pthreads ') && [ "$(pgrep -c -P "$cell")" -eq 2 ]; }
    wait_until 60000 measuring || say_failure 'no probe'
    nap 1 # its tasks are weighed by then
    kill -STOP "$(pgrep -P "$cell" | tail -n 1)"
    finish
    within 'capacity with one of two processes stopped' "$(figure pthreads capacity)" 0.95 1.05
}

# A quota of the control group's, of one core.
a_quota() {
    local group=/sys/fs/cgroup/cpu/parbench-$$ # version 1
    if mkdir "$group" 2>/dev/null; then
        echo 100000 >"$group/cpu.cfs_period_us"
        echo 100000 >"$group/cpu.cfs_quota_us"
    else
        group=/sys/fs/cgroup/parbench-$$ # version 2
        mkdir "$group" 2>/dev/null && echo '100000 100000' >"$group/cpu.max" || { echo 'SKIP: no quota can be set here'; return; }
    fi
    local inside=$scratch/inside
    printf '#!/bin/sh\necho $$ >%s/cgroup.procs\nexec %s "$@"\n' "$group" "$bench" >"$inside"
    chmod +x "$inside"
    local outside=$bench
    bench=$inside
    start -b pthreads -w spin:tasks=4000,us=500 -n 2 --rounds 3 --repetitions 2 -o "$results"
    finish
    bench=$outside
    rmdir "$group"
    within 'capacity under a quota of one core' "$(figure pthreads capacity)" 0.95 1.05
    within 'used of it' "$(figure pthreads capacity_efficiency)" 0.9 1.1
}

# A call that is much longer than a window.
long_calls() {
    start -b pthreads -w spin:tasks=4,us=600000 -n 2 --rounds 1 --repetitions 1 -o "$results"
    finish
    within 'capacity with calls of 0.6 s' "$(figure pthreads capacity)" 1.9 2.1
}

# Beside two busy loops whatever is off by more than a tenth is marked; alone hardly anything is.
marks() {
    local cells=(-b serial,pipes,shm,pthreads,openmp,mpi,manager -w 'sum,primes,resize' -n 1,2 --rounds 6 --repetitions 3 -o "$results")
    start "${cells[@]}" --patience 30s
    finish
    local all marked
    all=$(columns "$summary" backend | wc -l)
    marked=$(columns "$summary" disturbed serial_disturbed | awk -F'\t' '$1 > 0 || $2 > 0' | wc -l)
    within "share of $all cells that are marked on a quiet machine" "$(awk "BEGIN { print $marked / $all }")" 0 0.05
    columns "$summary" workload backend workers median_ns speedup capacity_efficiency >"$scratch/quiet"
    beside "$cores"
    start "${cells[@]}"
    finish
    end_loops
    columns "$summary" workload backend workers median_ns speedup capacity_efficiency disturbed serial_disturbed >"$scratch/busy"
    awk -F'\t' 'function off(a, b) { return a > 0 && b > 0 && (b / a > 1.1 || b / a < 1 / 1.1) }
        { key = $1 FS $2 FS $3 }
        NR == FNR { median[key] = $4; speedup[key] = $5; used[key] = $6; next }
        (off(median[key], $4) || off(speedup[key], $5) || off(used[key], $6)) && !($7 > 0 || $8 > 0) {
            print key ": " median[key] " ns, " $4 " ns; speedup " speedup[key] ", " $5 "; used " used[key] ", " $6 }
        { marked += $7 > 0 || $8 > 0 } END { print marked " of " FNR " cells marked" >"/dev/stderr" }' \
        "$scratch/quiet" "$scratch/busy" >"$scratch/unmarked"
    expect "off by more than a tenth, and not marked: $(cat "$scratch/unmarked")" test ! -s "$scratch/unmarked"
}

experiment one_core
experiment no_compute
experiment beside_one
experiment a_stopped_process
experiment a_quota
experiment long_calls
experiment marks
