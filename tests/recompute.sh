#!/usr/bin/env bash
# recompute.sh BENCH SUMMARIZE - every figure of summary.csv is what the pages say it is: made again by
# a second implementation, of runs with skips, failures, retries and more workers than cores.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/expect.sh"
here=$(dirname "$0")
cores=$(nproc)

recomputed() { # NAME SAMPLES SUMMARY
    python "$here/recompute.py" "$2" "$3" "$cores" >"$scratch/differ" 2>&1 ||
        { say_failure "$1" && tail -n 12 "$scratch/differ"; }
}
has() { grep -q "$1" "$samples" || say_failure "the run has no row with $1"; }

run -b serial,pipes,pthreads,manager -w "sum:tasks=8,n=1000" -w primes -n 1,$((cores + 1)) --rounds 6 \
    --repetitions 3 -o "$results"
expect_status 'a run' 0
recomputed 'a run of 6 rounds' "$samples" "$results/summary.csv"
cp "$samples" "$scratch/good.csv"

run -b serial,pipes,pthreads -w "sum:tasks=8,n=1000" -n 2 --rounds 2 --repetitions 2 -o "$results" \
    --inject kill:task=2 --on-death retry
has '[,"]retried: '
has '[,"]failed: '
recomputed 'retries and failures' "$samples" "$results/summary.csv"
run -b serial,pipes,shm -w "sum:tasks=8,n=1000" -n 2 --rounds 1 --repetitions 4 -o "$results"
recomputed 'one round' "$samples" "$results/summary.csv"

# Rows as they may be, but that no run can be relied on to give: rounds that one side lacks, skips,
# results that were wrong, and 3 rounds.
mixed=$scratch/mixed.csv
awk -F, -v OFS=, 'NR == 1 || !(/,serial,/ && NR % 5 == 0)' "$scratch/good.csv" |
    sed -E '20,24s/,ok,1,/,skip: no such thing,0,/; 31s/,ok,1,/,ok,0,/; 40,41s/,ok,1,/,wrong: a result,0,/
            60s/,ok,1,/,retried: twice,1,/; 70,75s/,ok,1,/,timeout: no answer,0,/' >"$mixed"
expect 'all kinds of rows' grep -q ',skip: no such thing,0,' "$mixed"
"$2" "$mixed" "$cores" >"$scratch/mixed_summary.csv"
recomputed 'all kinds of rows' "$mixed" "$scratch/mixed_summary.csv"

reference=$here/../results/reference
"$2" "$reference/samples.csv" "$cores" >"$scratch/reference.csv"
recomputed 'the reference run' "$reference/samples.csv" "$scratch/reference.csv"

# It must be able to fail: one digit of one figure, the median of the first cell.
median=$(columns "$scratch/reference.csv" median_ns | head -n 1)
sed "2s/,$median,/,$((${median%.*} + 1)),/" "$scratch/reference.csv" >"$scratch/changed.csv"
expect 'a changed digit is seen' \
    eval '! python "$here/recompute.py" "$reference/samples.csv" "$scratch/changed.csv" "$cores" >"$scratch/differ"'
expect 'and named' grep -q 'median_ns: printed' "$scratch/differ"
