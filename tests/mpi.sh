#!/usr/bin/env bash
# mpi.sh BENCH DENY SLOW_TASKS - what MPI is told stands in its rows, containers that forbid
# single copies are no obstacle, and a start is a start.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
deny=$(realpath "$2")
slow_tasks=$(realpath "$3")
rows=$results/ipc.csv

run doctor
copy=$(sed -nE "s/.*MPI's single copy *//p" "$out")
expect "doctor knows" grep -qxE 'cma|none' <<<"$copy"
"$bench" list backends | awk '$1 == "mpi" && $NF == "runs"' | grep >/dev/null . || exit 77 # no mpirun

cores=$("$bench" doctor | sed -nE 's/.*usable \(default of --workers\) *//p')
[ "$cores" -le 8 ] || cores=8

settings_of() { # WORKERS: its rows' settings, once each
    columns "$samples" backend workers settings verified |
        awk -F'\t' -v workers="$1" '$1 == "mpi" && $2 == workers && $4 == 1 { print $3 }' | sort -u
}

# The coordinator is a rank, too: as many workers as cores are one rank too many.
run -b mpi,pthreads -w spin:tasks=20,us=1 -n "$cores" --rounds 1 --repetitions 1 -o "$results" --format table
expect_status "as many workers as cores" 0
expect "they yield" test "$(settings_of "$cores")" = "yield=1 copy=$copy"
expect "the table says so" grep -qE 'mpi .*ranks yield' "$out"
expect "no other backend has settings" \
    test -z "$(columns "$samples" backend settings | awk -F'\t' '$1 != "mpi" { print $2 }' | sort -u)"
expect "the summary has them" grep -q "yield=1 copy=$copy" "$results/summary.csv"
if [ "$cores" -gt 1 ]; then
    run -b mpi -w spin:tasks=20,us=1 -n $((cores - 1)) --rounds 1 --repetitions 1 -o "$results"
    expect "room for all" test "$(settings_of $((cores - 1)))" = "yield=0 copy=$copy"
    run ipc --transport mpi --bytes 8 --placement same,different -o "$results"
    expect "on one core they yield, on two they don't" \
        test "$(columns "$rows" placement status settings | tr '\t\n' ';,')" = \
        "same;ok;yield=1 copy=$copy,different;ok;yield=0 copy=$copy,"
fi
if [ "$cores" -gt 2 ]; then # workers that were bound to one core need it in turns
    run -b mpi -w spin:tasks=20,us=1 -n 2 --pin 0,0 --rounds 1 --repetitions 1 -o "$results"
    expect "bound to one core they yield" test "$(settings_of 2)" = "yield=1 copy=$copy"
fi

# A single copy is used where it is allowed, and only there: then nothing is said on standard error,
# as Open MPI would for each message.
wrapped=$scratch/bench
printf '#!/bin/sh\nexec %s process_vm_readv EPERM %s process_vm_writev EPERM %s "$@"\n' "$deny" "$deny" \
    "$bench" >"$wrapped"
chmod +x "$wrapped"
real=$bench bench=$wrapped
run doctor
expect_status "doctor, forbidden" 0
expect "doctor says none" grep -qE "MPI's single copy *none" "$out"
run -b mpi -w echo:tasks=40,bytes=65536 -n 1,2 --schedule dynamic:1,static --rounds 1 --repetitions 2 \
    -o "$results" --format table
expect_status "forbidden" 0
expect "nothing on standard error" test ! -s "$err"
expect "its rows are right and say so" test "$(settings_of 1)" = "yield=0 copy=none" -o "$cores" -lt 2
expect "the table says so" grep -qE 'mpi .*no single copy' "$out"
expect "the environment says so" grep -q '"mpi_single_copy": "none"' "$results/environment.json"
run ipc --transport mpi,vm_readv --bytes 65536 --placement free -o "$results"
expect_status "ipc, forbidden" 0
expect "MPI gets along, vm_readv is skipped" \
    test "$(columns "$rows" transport status | sed 's/skip:.*/skip/' | sort | tr '\t\n' ' ,')" = "mpi ok,vm_readv skip,"
bench=$real

# The start of a pool is not the making of its tasks, which here takes 5 s.
run -b mpi -w "$slow_tasks" -n 1 --rounds 1 --repetitions 1 -o "$results"
expect_status "tasks that take long to be made" 0
start_ms=$(columns "$samples" backend start_ns | awk -F'\t' '$1 == "mpi" { print int($2 / 1e6) }')
expect "it starts in $start_ms ms" test "$start_ms" -gt 0 -a "$start_ms" -lt 5000
