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

# The cell's process, and its workers: its children, but for the probes.
find_cell() { cell=$(pgrep -x cell -P "$pid" | head -n 1) && [ -n "$cell" ]; }
workers_of_cell() { pgrep -P "$cell" | sort -n | tail -n +$((probes + 1)); }
complete() { find_cell && [ "$(workers_of_cell | wc -l)" -eq $workers ]; }
counts() { # descriptors, threads, children of the cell
    echo "$(find "/proc/$cell/fd" -mindepth 1 | wc -l) $(find "/proc/$cell/task" -maxdepth 1 |
        wc -l) $(pgrep -P "$cell" | wc -l)"
}

kills=0
hunt() { # BACKEND SECONDS
    local begin before='' after='' victim
    start -b "$1" -w primes -n $workers -s dynamic:1 --rounds 1 --repetitions 1 \
        --min-time "$2s" --timeout 10m --on-death retry -o "$results"
    wait_until $(($2 * 2000 + 30000)) complete || say_failure "$1: no workers" # behind serial's cell
    sleep 0.3
    begin=$SECONDS
    before=$(counts)
    while [ $((SECONDS - begin)) -lt "$2" ] && find_cell; do
        sleep "0.0$((RANDOM % 9 + 1))"
        victim=$(workers_of_cell | shuf -n 1)
        [ -z "$victim" ] || ! kill -KILL "$victim" 2>/dev/null || kills=$((kills + 1))
        after=''
        if wait_until 5000 complete; then
            sleep 0.05
            after=$(counts)
        fi
    done
    [ -z "$after" ] || [ "$after" = "$before" ] ||
        say_failure "$1: descriptors, threads, children were $before, are $after"
    finish
    expect_status "$1" 0
    expect "$1: every row is right" test "$(columns "$samples" verified | sort -u)" = 1
    expect "$1: deaths are told" grep -q '"retried: worker .*killed by signal 9' "$samples"
    expect_nothing_left "$1"
}

for backend in pipes shm; do
    hunt $backend $((seconds / 2))
done
echo "$kills workers killed"
expect 'workers were killed' test "$kills" -gt $((seconds / 2))
