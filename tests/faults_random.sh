#!/usr/bin/env bash
# faults_random.sh BENCH [SECONDS] - workers are killed at random moments, wherever they are: in a task,
# in a queue's critical section, idle. No hang, right results, and at the end as many descriptors,
# threads and children as at the beginning. Ten seconds by default; ten minutes by
# `ctest -C soak -L soak`.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
seconds=${2:-10}
workers=3
probes=$(nproc) # capacity is probed by as many children as there are cores, which come first
[ "$probes" -lt $workers ] || probes=$workers

backends=(pipes shm)
each_s=$((seconds / ${#backends[@]}))

# The cell's process, and its workers: its children, but for the probes. A cell that has ended has none.
find_children() {
    children=()
    read -ra children <"/proc/$cell/task/$cell/children" || true
    workers_here=("${children[@]:probes}")
} 2>/dev/null
at_work() { find_children && [ ${#workers_here[@]} -eq $workers ]; }
find_cell() { find_child cell && cell=$child && at_work; }
cell_ended() { [ ! -e "/proc/$cell/exe" ]; }
at_work_or_ended() { cell_ended || at_work; }

looks=() # how many descriptors, threads and children the cell had, whenever it was at work
look() {
    local descriptors=("/proc/$cell/fd/"*) threads=("/proc/$cell/task/"*)
    cell_ended || looks+=("${#descriptors[@]} ${#threads[@]} ${#children[@]}")
}

# A descriptor may be open just for a moment. So it leaks if the last looks all saw more than any of the
# first.
leaks() { # of $looks
    printf '%s\n' "${looks[@]}" | awk -v all=${#looks[@]} '
        NR <= 10 { for (i = 1; i <= NF; i++) if ($i > before[i]) before[i] = $i }
        NR > all - 10 { for (i = 1; i <= NF; i++) if (!after[i] || $i < after[i]) after[i] = $i }
        END { for (i = 1; i <= 3; i++) if (after[i] > before[i])
                  print "of descriptors, threads, children, number " i ": " before[i] ", now " after[i] }'
}

kills=0
hunt() { # BACKEND: a cell, until it ends
    local victim
    looks=()
    # Workers that were seen at work may be gone a moment later, to be started anew: only the cell's end
    # ends the hunt.
    while wait_until 5000 at_work_or_ended && ! cell_ended; do
        look
        victim=${workers_here[RANDOM % workers]}
        ! kill -KILL "$victim" 2>/dev/null || kills=$((kills + 1))
        nap "0.0$((RANDOM % 9 + 1))"
    done
    expect "$1: its workers come back" cell_ended
    if [ ${#looks[@]} -gt 20 ]; then
        expect "$1: as much as before: $(leaks)" test -z "$(leaks)"
        counted=$((counted + 1))
    fi
}

# Three deaths of one task by bad luck, on a busy machine, fail the cell, as they are to.
unlucky='this task has ended 3 workers'
judge() {
    local wrong expected_status=0
    wrong=$(columns "$samples" verified status | grep -v '^1' | grep -v "$unlucky" | head -n 3) || true
    expect "$backend: every row is right: $wrong" test -z "$wrong"
    if grep -q "$unlucky" "$samples"; then
        expected_status=1
    else
        expect "$backend: deaths are told" grep -q '"retried: worker .*killed by signal 9' "$samples"
        through=$((through + 1))
    fi
    expect_status "$backend" $expected_status
}

for backend in "${backends[@]}"; do
    counted=0 through=0 begin_s=$SECONDS
    # On a busy machine a cell may end before there were looks enough, or fail: then another one is hunted.
    while [ $((SECONDS - begin_s)) -lt $each_s ] ||
        { [ $((counted * through)) -eq 0 ] && [ $((SECONDS - begin_s)) -lt $((each_s + 120)) ]; }; do
        start -b "$backend" -w primes -n $workers -s dynamic:1 --rounds 1 --repetitions 1 \
            --min-time 2s --timeout 10m --on-death retry -o "$results"
        wait_until 60000 find_cell || say_failure "$backend: no workers" # behind serial's cell
        hunt "$backend"
        finish
        judge
        expect_nothing_left "$backend"
    done
    expect "$backend: a hunted cell got through" test $through -gt 0
    expect "$backend: its descriptors were counted" test $counted -gt 0
done
echo "$kills workers killed"
expect 'workers were killed' test "$kills" -gt "$seconds"
