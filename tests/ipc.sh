#!/usr/bin/env bash
# ipc.sh BENCH - bench ipc from end to end: its rows, its refusals, and what dies under it.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
rows=$results/ipc.csv

refuses() { # PATTERN ARGUMENTS...
    run ipc "${@:2}"
    expect_status "ipc ${*:2}" 2
    expect "ipc ${*:2}: one line" test "$(wc -l <"$err")" -eq 1
    grep -qE -- "$1" "$err" || say_failure "ipc ${*:2}: its line does not say '$1'"
}

refuses 'did you mean pipe'          --transport pip
refuses 'did you mean different'     --placement diferent
refuses 'from 1 to 1GiB'             --bytes 0
refuses 'from 1 to 1GiB'             --bytes 8,-1
refuses 'an element is empty'        --bytes 8,
refuses 'with its unit'              --timeout 10
refuses 'table, csv, json'           --format xml
refuses 'did you mean transport'     --transprot pipe
refuses 'lacks its value'            --bytes
refuses 'out of place'               pipe
refuses 'name of a directory'        -o ''

run ipc --help
expect_status "help" 0
expect "help names the transports" grep -q vmsplice "$out"

run ipc --transport pipe,tcp --bytes 1,4097,1MiB --placement same,free -o "$results"
expect_status "rows" 0
expect "a row for each" test "$(columns "$rows" status verified | grep -c $'^ok\t1$')" -eq 12
expect "CSV on standard output" cmp -s "$out" "$rows"

run ipc --transport pipe --bytes 8 --placement free --format json
expect "JSON" grep -q '"round_trip_ns": [0-9]' "$out"
run ipc --transport pipe --bytes 8 --placement free --format table
expect "a table" grep -q 'round trip us' "$out"

# a measurement that takes too long is one row
run ipc --transport pipe --bytes 1GiB,8 --placement free --timeout 300ms -o "$results"
expect_status "too slow" 1
expect "its row says so" test "$(columns "$rows" bytes status | grep -c $'^1073741824\ttimeout: ')" -eq 1
expect "the other has figures" test "$(columns "$rows" bytes status | grep -c $'^8\tok')" -eq 1

# The program of a measurement is killed: the size that it was at has a row that says so, the rest
# is measured. Its sides die with it.
program_of() { pgrep -x ipc -P "$pid" >/dev/null; }
start ipc --transport pipe,socketpair --bytes 64MiB,8 --placement free --timeout 60s -o "$results"
expect "it starts" wait_until 20000 program_of
kill -KILL "$(pgrep -x ipc -P "$pid" | head -n 1)"
finish
expect_status "a crash" 1
expect_nothing_left "a crash"
expect "the crash is named" grep -q 'ipc was killed by signal 9' "$rows"
expect "the rest is measured" test "$(columns "$rows" status | grep -c '^ok')" -eq 3

# Ctrl-C: at once, with the rows so far
start ipc --transport pipe --bytes 8,1GiB --placement free -o "$results" --timeout 1m
has_row() { [ -s "$rows" ] && program_of; }
expect "it starts" wait_until 20000 has_row
sleep 0.5
kill -INT "$pid"
finish
expect_status "Ctrl-C" 130
expect_nothing_left "Ctrl-C"
expect "the row so far" test "$(columns "$rows" bytes status | grep -c $'^8\tok')" -eq 1

# other programs' figures beside ours, or why there are none
rm -rf "$results"
refuses 'leave -o out' --check -o "$results"
expect "check: no directory is made" test ! -e "$results"
refuses 'is of --check' --rounds 3
refuses 'from 1 to 1000' --check --rounds 0
run ipc --check --rounds 2 --format csv
expect_status "check" 0
compared() { # each is there, and has both figures (perf may be disturbed in one round), or a reason
    columns "$out" subject placement reference status rounds own_ns reference_ns |
        awk -F'\t' '$4 ~ /^skip: ./ { next }
                    $4 != "ok" || $5 < 1 || $5 > 2 || $6 <= 0 || $7 <= 0 { print "not compared: " $0; bad = 1 }
                    END { exit bad || NR != 8 }'
}
expect "check: a row for each" compared

# A transport is only held against a loop that is there.
"$(dirname "$bench")/libexec/parbench/ipc" --transport tcp --placement free --bytes 8 --reference \
    --budget-ns 1000000 --limit-ns 1000000000 --output "$scratch/rows" 2>"$err" && status=0 || status=$?
expect_status "no plain loop" 1
expect "it says so" grep -q 'no plain loop' "$err"
