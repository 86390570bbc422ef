#!/usr/bin/env bash
# spawn.sh BENCH - bench spawn from end to end: its rows, its refusals, and what sticks or dies.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
rows=$results/spawn.csv starts=$results/spawn_starts.csv

refuses() { # PATTERN ARGUMENTS...
    run spawn "${@:2}"
    expect_status "spawn ${*:2}" 2
    expect "spawn ${*:2}: one line" test "$(wc -l <"$err")" -eq 1
    grep -qE -- "$1" "$err" || say_failure "spawn ${*:2}: its line does not say '$1'"
}

refuses 'did you mean vfork'         --mechanism vfrok
refuses 'an element is empty'        --mechanism fork,,vfork
refuses 'from 1 to 10000'            --samples 0
refuses 'from 1 to 10000'            --samples 1e9
refuses 'from 1 to 1000'             --rounds 0
refuses 'with its unit'              --timeout 10
refuses 'with its unit'              --spread 10
refuses 'table, csv, json'           --format xml
refuses 'did you mean mechanism'     --mecanism fork
refuses 'lacks its value'            --samples
refuses 'out of place'               fork
refuses 'name of a directory'        -o ''

run spawn --help
expect_status "help" 0
expect "help names the mechanisms" grep -q posix_spawn "$out"

# Each way is measured, or there is a reason why not; what the figures mean holds in every row.
sound() { # the file has no row that contradicts itself
    columns "$rows" status samples start_ns join_ns total_ns start_low_ns start_high_ns idle_pss_kib \
        idle_uss_kib mechanism |
        awk -F'\t' '$1 ~ /^skip: ./ { next }
                    $1 != "ok" || $2 != 2 || $3 <= 0 || $4 < 0 || $5 < $3 || $6 > $3 || $7 < $3 ||
                        $9 > $8 + 1 { print "not sound: " $0; bad = 1 }
                    $10 != "openmp" && $8 <= 0 { print "no memory: " $0; bad = 1 }
                    END { exit bad }'
}
run spawn --samples 1 --rounds 2 --spread 1ms --timeout 5m -o "$results"
expect_status "all" 0
expect "a row for each way" test "$(columns "$rows" mechanism condition | sort -u | wc -l)" -eq 15
each_twice() { # the file has each way's two starts, or one that was skipped
    columns "$starts" mechanism condition status start | awk -F'\t' '
        { starts[$1 "," $2]++; skipped[$1 "," $2] = $3 ~ /^skip/ }
        END { for (way in starts) bad += starts[way] != 2 - skipped[way]; exit bad > 0 }'
}
expect "a row for each start" each_twice
expect "sound rows" sound
expect "CSV on standard output" cmp -s "$out" "$rows"

run spawn --mechanism pthread_create,openmp --samples 3 --rounds 1 --format json
expect "JSON" grep -q '"start_ns": [0-9]' "$out"
run spawn --mechanism vfork --samples 3 --rounds 1 --format table
expect "a table" grep -q 'idle USS' "$out"

run spawn --mechanism vfork --samples 3 --rounds 2 --spread 1ms --format table
expect "starts that lie close together are told" grep -q 'all starts lie within 0\.[0-9] s' "$out"

# no Python, no mpirun: rows that say so
mkdir "$scratch/bin"
PATH=$scratch/bin:/nowhere-else "$bench" spawn --mechanism python,mpirun --samples 1 >"$out" 2>"$err" || true
expect "both are skipped" test "$(columns "$out" status | grep -c '^skip: there is no ')" -eq 2

# A mechanism that never comes to its end is ended by its limit, and costs one row.
printf '#!/bin/sh\nexec sleep 1000\n' >"$scratch/bin/orterun"
cp "$scratch/bin/orterun" "$scratch/bin/ompi_info"
chmod +x "$scratch/bin/"*
path=$PATH
PATH=$scratch/bin:$PATH
run spawn --mechanism mpirun,vfork --samples 3 --rounds 2 --spread 1ms --timeout "$(scaled 1)" -o "$results"
PATH=$path
expect_status "stuck" 1
expect "its row says so" test "$(columns "$rows" mechanism status | grep -c $'^mpirun\ttimeout: ')" -eq 1
expect "it was not tried again" test "$(columns "$starts" mechanism | grep -c mpirun)" -eq 1
expect "the other has figures" test "$(columns "$rows" mechanism status | grep -c $'^vfork\tok')" -eq 1

# The program of a measurement is killed, which has a child of its own.
start spawn --mechanism vfork,clone3 --samples 2000 --rounds 1 --timeout 5m -o "$results"
expect "it starts" wait_until 20000 find_child spawn
kill -KILL "$child"
finish
expect_status "a crash" 1
expect_nothing_left "a crash"
expect "the crash is named" grep -q 'spawn was killed by signal 9' "$rows"
expect "the rest is measured" test "$(columns "$rows" status | grep -cE '^(ok|skip)')" -eq 1

# Ctrl-C: at once, with the rows so far
start spawn --mechanism vfork,mpirun --samples 1 --rounds 1000 --spread 1ms --timeout 5m -o "$results"
has_row() { [ -s "$starts" ] && grep -q vfork "$starts" && find_child spawn; }
expect "it starts" wait_until 60000 has_row
sleep 0.5
kill -INT "$pid"
finish
expect_status "Ctrl-C" 130
expect_nothing_left "Ctrl-C"
expect "the row so far" test "$(columns "$rows" mechanism status | grep -c $'^vfork\tok')" -eq 1

# bench itself is killed: so is what it had started, and its directory stays away, also where ranks
# were just about to make theirs in it.
for moment in 0.02 0.1 0.17 0.25 0.4; do
    start spawn --mechanism mpirun --samples 1000 --timeout 5m
    expect "it starts" wait_until 20000 find_child spawn
    sleep $moment
    kill -KILL "$pid"
    finish
    expect_nothing_left "bench killed after $moment s"
done
