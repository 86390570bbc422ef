#!/usr/bin/env bash
# cli_metg.sh BENCH - bench metg from end to end: what it refuses, what it writes, how it ends.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

quick=(metg -n 2 --rounds 1 --repetitions 2 -o "$results")
figures=$results/metg.csv curve=$results/metg_curve.csv

refuses() { # PATTERN ARGUMENTS...
    run metg "${@:2}"
    expect_status "metg ${*:2}" 2
    expect "metg ${*:2}: standard output is empty" test ! -s "$out"
    expect "metg ${*:2}: one line" test "$(wc -l <"$err")" -eq 1
    grep -qE -- "$1" "$err" || say_failure "metg ${*:2}: its line does not say '$1'"
}

# Every row has as many fields as the header, and there is one.
is_table() { # FILE
    columns "$1" status >/dev/null && sed -E 's/"[^"]*"//g' "$1" |
        awk -F, 'NR == 1 { fields = NF } NF != fields { exit 1 } END { exit NR < 2 }'
}

# --- bad command lines ------------------------------------------------------------------------------

refuses 'above 0 and below 1, such as 0.5,0.9' --efficiency 2
refuses 'above 0 and below 1' --efficiency 0
refuses 'above 0 and below 1' --efficiency 0.5,
refuses 'above 0 and below 1' --efficiency=
refuses 'above 0 and below 1' --efficiency=nan
refuses 'above 0 and below 1' --efficiency=50%
refuses 'up to 8 shares' --efficiency=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9
refuses 'needs a value' --efficiency
refuses 'leave out --workload' --workload sum
refuses 'leave out --results' --results
refuses 'leave out --trace' --trace x.json
refuses 'leave out --' -- --benchmark_filter=x
refuses 'serial is what metg compares with' --backend serial
refuses 'did you mean pipes' --backend pipe
refuses 'did you mean --backend' --bakend pipes
refuses 'from 1 to 1024' --workers 0

samples=$results/metg/samples.csv # those of other commands stay

# --- a measurement ----------------------------------------------------------------------------------

run "${quick[@]}" --rounds 2 --backend pthreads,pipes --schedule dynamic --efficiency 0.5
expect_status 'metg' 0
expect 'metg.csv is a table' is_table "$figures"
expect 'metg_curve.csv is a table' is_table "$curve"
expect 'samples.csv is a table' is_table "$samples"
expect 'standard output is metg.csv' cmp -s "$out" "$figures"
expect 'nothing on standard error' test -z "$(said)"
agreed=backend,schedule,chunk,workers,efficiency,metg_ns,metg_low_ns,metg_high_ns,status
agreed+=,map_ns,map_low_ns,map_high_ns,task_ns,task_low_ns,task_high_ns
agreed+=,placement,placement_low,placement_high,capacity,starts,start_spread,misfit,floor_ns
expect 'the agreed columns' grep -qx "$agreed" "$figures"
agreed=backend,schedule,chunk,workers,task_ns,tasks,samples,wall_ns,granularity_ns,efficiency
expect 'the agreed columns of the curve' \
    grep -q "^$agreed,efficiency_low,efficiency_high,status" "$curve"
expect 'a row for each backend and schedule' test "$(wc -l <"$figures")" -eq 3
# A figure lies on its curve, and its row says so; without one there is a reason.
bad=$(columns "$figures" backend metg_ns status |
    awk -F'\t' '($3 == "ok") != ($2 > 0) || $3 == ""' | head -n 3)
expect "a figure or a reason: $bad" test -z "$bad"
bad=$(columns "$curve" task_ns efficiency granularity_ns status | awk -F'\t' '
    $4 == "ok" && ($3 * $2 / $1 < 0.99 || $3 * $2 / $1 > 1.01)' | head -n 3)
expect "granularity x efficiency is the task: $bad" test -z "$bad"

# A scan, then long maps of some lengths and short ones of one, in each round by another start.
expect 'scanned lengths' grep -q ',scan,1,' "$curve"
bad=$(columns "$curve" backend schedule map starts | awk -F'\t' '
    $3 != "scan" { n[$1 FS $2 FS $3]++; if ($4 != 2) print }
    END { for (b in n) if (n[b] != (b ~ /long/ ? 4 : 1)) print b, n[b] }' | head -n 3)
expect "four lengths in long maps, one in short ones, two starts each: $bad" test -z "$bad"

# Each length has its serial runs, in the same round; those of short maps are in long ones.
bad=$(columns "$samples" backend parameters round | awk -F'\t' '
    { sub(/tasks=[0-9]*/, "", $2) }
    $1 == "serial" { has[$2, $3] = 1; next } { needs[$2, $3] = $2 }
    END { for (cell in needs) if (!(cell in has)) print needs[cell] }')
expect "no serial cell for these lengths: $bad" test -z "$bad"

# --- what can't be measured, and what fails ---------------------------------------------------------

run "${quick[@]}" --backend pthreads,pipes --schedule dynamic --inject kill:task=2
expect_status 'a backend that dies' 1
expect 'a backend that dies: its rows say so' grep -q '^pipes,.*failed: .*task 2' "$figures"
expect 'a backend that dies: its curve says so' grep -q '^pipes,.*failed: .*task 2' "$curve"

run "${quick[@]}" --backend pipes --schedule dynamic --inject slow:task=0,ms=60000 --timeout 300ms
expect_status 'a cell that is late' 1
expect 'a cell that is late: a row says so' grep -q '^pipes,.*timeout' "$figures"

# --- ending it --------------------------------------------------------------------------------------

measured() { [ -s "$samples" ] && [ "$(grep -c '^run,spin,.*,pipes,.*,ok,1,' "$samples")" -gt 2 ]; }
start "${quick[@]}" --backend pipes --format table
expect 'it measures' wait_until 60000 measured
kill -INT "$pid"
finish
expect_status 'Ctrl-C' 130
expect 'Ctrl-C: metg.csv is whole' is_table "$figures"
expect 'Ctrl-C: metg_curve.csv is whole' is_table "$curve"
expect 'Ctrl-C: samples.csv is whole' is_table "$samples"
expect_nothing_left 'Ctrl-C'
