#!/usr/bin/env bash
# disturbed.sh BENCH - beside a busy loop on each core: rows say that they were disturbed, the table and
# environment.json as well, and nothing is concluded. On a machine that is busy anyhow all of this
# must hold, too, so nothing here needs a quiet one.
set -euo pipefail
# shellcheck source=tests/expect.sh
source "$(dirname "$0")/expect.sh" "$1"

loops=()
end_loops() { kill "${loops[@]}" 2>/dev/null || true; }
trap 'end_loops; leave' EXIT
for ((core = 0; core < $(nproc); core++)); do
    (while :; do :; done) &
    loops+=($!)
done
cells=(-b serial,pthreads,pipes -w spin:tasks=50,us=300 -n 2 --rounds 1 --repetitions 6)
summary=$results/summary.csv

run "${cells[@]}" --patience 0s -o "$results" --format csv
expect_status 'disturbed' 0
expect 'six rows of each cell, none measured again' test \
    "$(columns "$samples" status | sort | uniq -c | tr -s ' ')" = ' 18 ok'
for backend in serial pthreads pipes; do
    disturbed=$(columns "$summary" backend disturbed | awk -v b=$backend '$1 == b { print $2 }')
    expect "$backend: most samples were disturbed" test "$disturbed" -ge 4
done
expect 'the baseline was' test "$(columns "$summary" serial_disturbed | sort -u)" = 1
expect 'a line tells of it' grep -q '^bench: while this was measured, other programs used' "$err"
expect 'environment.json does' grep -q '"while this was measured, other programs used' \
    "$results/environment.json"
expect 'it has the figures' grep -q '"others_cores": [0-9]' "$results/environment.json"

"$bench" compare "$results" --cell backend=pthreads --cell backend=pipes >"$out" 2>"$err" && status=0 || status=$?
expect 'compare: no verdict' grep -q 'no verdict: other programs disturbed' "$out"
expect 'compare: nothing differs' test "$status" = 0
"$bench" report "$results" >"$out" 2>"$err"
expect 'report: nothing is concluded' grep -q 'other programs disturbed the loop, so nothing is concluded' \
    "$results/report.html"
expect 'report: nobody is best' test "$(grep -c 'Best is' "$results/report.html")" = 0

run "${cells[@]}" --patience 1s -o "$results" --format markdown
expect_status 'measured again' 0
expect 'some rows were replaced' grep -q ',disturbed: measured again,1,' "$samples"
expect 'as many count as before' test "$(columns "$summary" samples | sort -u)" = 6
expect 'the others are counted' test "$(columns "$summary" remeasured | awk '{ sum += $1 } END { print sum }')" = \
    "$(columns "$samples" status | grep -c '^disturbed')"
expect 'no figure of them' test "$(columns "$summary" failed | sort -u)" = 0
expect 'notes of the rows' grep -q '^| pipes .*disturbed, serial disturbed *|$' "$out"
expect 'a line below the table' grep -q '^While this was measured, other programs used' "$out"
