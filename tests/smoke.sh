#!/usr/bin/env bash
# smoke.sh BENCH - the program from end to end in a few seconds: every backend on every schedule is right,
# a worker's death is told or made good, and a run leaves its files and nothing else.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

quick=(-n 2 --rounds 1 --repetitions 1 -o "$results")
backends=$(backends_here | grep -v '^python' | paste -sd,)

run -b "$backends" -w resize -s all "${quick[@]}"
expect_status 'every backend' 0
for backend in ${backends//,/ }; do
    [ "$backend" = serial ] || expect_rows 'every backend' "$backend" '(1.ok|0.skip)' per-task dynamic static
done
for file in samples.csv summary.csv environment.json; do
    expect "it leaves $file" test -s "$results/$file"
done

processes=$(grep -oxE 'pipes|shm|manager|mpi' <<<"${backends//,/$'\n'}" | paste -sd,)
run -b "$processes" -w primes "${quick[@]}" --inject kill:task=2 --on-death fail
expect_status 'a death' 1
run -b "$processes" -w primes "${quick[@]}" --inject kill:task=2 --on-death retry
expect_status 'a death, made good' 0
for backend in ${processes//,/ }; do
    expect_rows 'a death, made good' "$backend" '1.retried: ' dynamic
done
