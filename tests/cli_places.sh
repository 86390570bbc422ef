#!/usr/bin/env bash
# cli_places.sh BENCH CMAKE - the same program in other places: another directory, an installation,
# inside of mpirun, without mpirun, a copy that lacks its parts.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
built=$bench
build=$(dirname "$bench")
here=$PWD
cell=(-w primes -n 2 --rounds 1 --repetitions 2)

# --- another directory, relative paths ------------------------------------------------------------

mkdir -p "$scratch/deep/er"
cd "$scratch/deep/er"
run -b serial,pipes,mpi "${cell[@]}" -o ../results -- --benchmark_out=gb.json
expect_status 'another directory' 0
expect 'relative -o' test -s ../results/summary.csv
expect 'relative --benchmark_out' test -s gb.json
ln -s "$bench" linked
bench=$PWD/linked
run -b serial,mpi "${cell[@]}" -o "$results"
expect_status 'through a symbolic link' 0
bench=$built
cd "$here"

# --- an installation ------------------------------------------------------------------------------

prefix=$scratch/prefix
if ! "$2" --install "$build" --prefix "$prefix" >"$out" 2>"$err"; then
    say_failure 'cmake --install'
fi
expect 'nothing installed looks for libraries in the build tree' test -z "$(
    find "$prefix" -type f \( -perm -u+x -o -name '*.so' \) -exec readelf -d {} + 2>/dev/null |
        grep -E 'R(UN)?PATH' | grep -F "$build")"
bench=$prefix/bin/bench
cd /
run -b serial,pipes,shm,pthreads,openmp,mpi "${cell[@]}" -o "$results"
expect_status 'installed' 0
for backend in serial pipes shm pthreads openmp mpi; do
    expect_rows 'installed' $backend 1.ok dynamic
done
run list
expect 'installed: bench list' grep -qE '^mpi .*runs' "$out"
mv "$prefix" "$scratch/elsewhere"
bench=$scratch/elsewhere/bin/bench
run -b serial,mpi "${cell[@]}" -o "$results"
expect_status 'moved' 0
expect_rows 'moved' mpi 1.ok dynamic

rm -r "$scratch/elsewhere/libexec"
run -b serial "${cell[@]}"
expect_status 'without libexec' 1
expect 'without libexec: one line names what is missing' grep -qE 'libexec/parbench/cell' "$err"
expect 'without libexec: one line' test "$(wc -l <"$err")" -eq 1
cd "$here"
bench=$built

# --- mpirun: around us, and missing ---------------------------------------------------------------

if command -v mpirun >/dev/null; then
    begin_ms=$(now_ms)
    env PARBENCH_TEST="$mark" OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        mpirun --oversubscribe -n 5 "$bench" -b mpi,pipes -w primes --rounds 1 --repetitions 2 \
        -o "$results" </dev/null >"$out" 2>"$err" || say_failure 'within mpirun -n 5'
    echo "within mpirun -n 5: $(($(now_ms) - begin_ms)) ms"
    expect_rows 'within mpirun' mpi 1.ok dynamic
    expect_rows 'within mpirun' pipes 1.ok dynamic
    expect 'within mpirun: 4 workers' test "$(columns "$samples" backend workers | sort -u |
        tr '\t\n' '  ')" = 'mpi 4 pipes 4 serial 1 '
    expect 'within mpirun: one table' test "$(grep -cE '(^|[ ,])pipes[ ,]' "$out")" -eq 1
    expect_nothing_left 'within mpirun'
fi

rm -rf "$results"
begin_ms=$(now_ms)
env PATH="$scratch" PARBENCH_TEST="$mark" "$bench" -b mpi,serial "${cell[@]}" -o "$results" \
    >"$out" 2>"$err" && status=0 || status=$?
echo "without mpirun: $(($(now_ms) - begin_ms)) ms"
expect_status 'without mpirun, which is no failure' 0
expect_rows 'without mpirun' mpi '0.skip: there is no mpirun on PATH: install' dynamic
expect_rows 'without mpirun' serial 1.ok dynamic
