#!/usr/bin/env bash
# ipc.sh BENCH - bench ipc from end to end: its rows, its refusals, and what dies under it.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
rows=$results/ipc.csv starts=$results/ipc_starts.csv

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
refuses 'from 1 to 1000'             --rounds 0
refuses 'from 1 to 1000'             --check --rounds 1001
refuses 'with its unit'              --timeout 10
refuses 'with its unit'              --spread 10
refuses 'table, csv, json'           --format xml
refuses 'did you mean transport'     --transprot pipe
refuses 'lacks its value'            --bytes
refuses 'out of place'               pipe
refuses 'name of a directory'        -o ''

run ipc --help
expect_status "help" 0
expect "help names the transports" grep -q vmsplice "$out"

run ipc --transport pipe,tcp --bytes 1,4097,1MiB --placement same,free --rounds 3 --spread 1ms -o "$results"
expect_status "rows" 0
expect "a row for each" test "$(columns "$rows" status verified starts | grep -c $'^ok\t1\t3$')" -eq 12
expect "CSV on standard output" cmp -s "$out" "$rows"

# Every start is kept, and a row is what its starts say: the middle one of three, and all that they
# span, which three starts cover in 75 % of cases.
expect "a row for each start" test "$(columns "$starts" status | grep -c '^ok$')" -eq 36
made_of_starts() {
    { columns "$starts" transport placement bytes round_trip_ns chain_bytes_per_s | sed 's/^/s\t/'
      columns "$rows" transport placement bytes round_trip_ns round_trip_low_ns round_trip_high_ns \
          coverage chain_bytes_per_s chain_low_bytes_per_s chain_high_bytes_per_s | sed 's/^/r\t/'; } |
        awk -F'\t' 'function middle(a, b, c) { return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b) }
            function least(a, b, c) { return a < b ? (a < c ? a : c) : (b < c ? b : c) }
            function same(a, b) { return a - b < 1e-6 * b && b - a < 1e-6 * b }
            { key = $2 "," $3 "," $4 }
            $1 == "s" { n[key]++; trip[key, n[key]] = $5 + 0; chain[key, n[key]] = $6 + 0; next }
            { a = trip[key, 1]; b = trip[key, 2]; c = trip[key, 3]
              d = chain[key, 1]; e = chain[key, 2]; f = chain[key, 3]
              if (!(same($5, middle(a, b, c)) && same($6, least(a, b, c)) &&
                    same($7, -least(-a, -b, -c)) && same($8, 0.75) && same($9, middle(d, e, f)) &&
                    same($10, least(d, e, f)) && same($11, -least(-d, -e, -f)))) {
                  print "not of its starts: " $0; bad = 1 } }
            END { exit bad || NR != 48 }'
}
expect "a row of its starts" made_of_starts

run ipc --transport pipe --bytes 8 --placement free --rounds 1 --format json
expect "JSON" grep -q '"round_trip_ns": [0-9]' "$out"
run ipc --transport pipe --bytes 8 --placement free --rounds 1 --format table
expect "a table" grep -q 'round trip us' "$out"
expect "it says that one start is no interval" grep -q 'too few for 95 %' "$out"

# MPI has many messages in flight, and whoever has not has no such figure
windows() { # PATTERN of in_flight and of whether there is a figure
    columns "$rows" status transport in_flight window_bytes_per_s |
        awk -F'\t' '$1 ~ /^skip/ { next } { wanted = $2 == "mpi" }
                    $1 != "ok" || ($3 == 64) != wanted || ($4 > 0) != wanted { print; bad = 1 } END { exit bad }'
}
run ipc --transport mpi,pipe --bytes 1,65537 --placement same --rounds 1 -o "$results"
expect_status "windows" 0
expect "windows" windows

# A first message of MPI's may take longer than all of the 8 ms that a size is given; it is no figure.
# Few trips are a figure only where each takes so long, as on a busy machine.
many_or_long() { columns "$rows" round_trips round_trip_ns | awk '$1 < 6 && $2 < 8e6 { bad = 1 } END { exit bad }'; }
if "$bench" list backends | grep >/dev/null '^ *mpi .*runs$'; then
    run ipc --transport mpi --bytes 64KiB --placement free --rounds 2 --spread 1ms -o "$results"
    expect 'many trips of MPI in each start' many_or_long
fi

# a measurement that takes too long is one row, and is not tried again
run ipc --transport pipe --bytes 1GiB,8 --placement free --timeout 300ms --rounds 2 --spread 1ms -o "$results"
expect_status "too slow" 1
expect "its row says so" test "$(columns "$rows" bytes status | grep -c $'^1073741824\ttimeout: ')" -eq 1
expect "it had one start" test "$(columns "$starts" bytes status | grep -c '^1073741824')" -eq 1
expect "the other has figures" test "$(columns "$rows" bytes status starts | grep -c $'^8\tok\t2')" -eq 1

# The program of a measurement is killed: the size that it was at has a row that says so, the rest
# is measured. Its sides die with it.
start ipc --transport pipe,socketpair --bytes 64MiB,8 --placement free --rounds 1 --timeout 60s -o "$results"
expect "it starts" wait_until 20000 find_child ipc
kill -KILL "$child"
finish
expect_status "a crash" 1
expect_nothing_left "a crash"
expect "the crash is named" grep -q 'ipc was killed by signal 9' "$rows"
expect "the rest is measured" test "$(columns "$rows" status | grep -c '^ok')" -eq 3

# Ctrl-C: at once, with the rows so far
start ipc --transport pipe --bytes 8,1GiB --placement free -o "$results" --timeout 1m
expect "it starts" wait_until 20000 find_child ipc
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
run ipc --check --rounds 1 --format csv
expect_status "check" 0
compared() { # each is there, and has both figures, or a reason
    columns "$out" subject placement reference status rounds own_ns reference_ns |
        awk -F'\t' '$4 ~ /^skip: ./ { next }
                    $4 != "ok" || $5 != 1 || $6 <= 0 || $7 <= 0 { print "not compared: " $0; bad = 1 }
                    END { exit bad || NR != 10 }'
}
expect "check: a row for each" compared

# A transport is only held against a loop that is there.
"$(dirname "$bench")/libexec/parbench/ipc" --transport tcp --placement free --bytes 8 --reference trips \
    --budget-ns 1000000 --limit-ns 1000000000 --output "$scratch/rows" 2>"$err" && status=0 || status=$?
expect_status "no plain loop" 1
expect "it says so" grep -q 'no plain loop' "$err"
