#!/usr/bin/env bash
# A backend and a workload that were built outside of the tree, against the installed package, run
# and are verified.
#   plugin.sh BUILD-DIRECTORY SOURCE-DIRECTORY
set -euo pipefail
build=$1 source=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

quietly() { # what a command prints is shown only if it fails
    "$@" >"$place/log" 2>&1 || { cat "$place/log"; exit 1; }
}

quietly cmake --install "$build" --prefix "$place/installed"
for example in backend workload; do
    quietly cmake -S "$source/docs/examples/$example" -B "$place/$example" \
        -DCMAKE_PREFIX_PATH="$place/installed" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror"
    quietly cmake --build "$place/$example"
done

# The same by hand, as docs/add-a-backend.md says.
PKG_CONFIG_PATH=$(dirname "$(find "$place/installed" -name parbench.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # pkg-config's words are to be split
quietly cc -std=c11 -fopenmp -shared -fPIC $(pkg-config --cflags parbench) \
    "$source/docs/examples/backend/shares.c" -o "$place/by-hand.so"

# From another directory, by relative paths, with the installed program.
cd "$place/backend"
"$place/installed/bin/bench" --backend ./shares.so,pipes,../by-hand.so --schedule static,dynamic --workers 3 \
    --workload primes,../workload/collatz.so:tasks=10,block=500 \
    --rounds 1 --repetitions 2 --format csv -o "$place/out" >"$place/summary.csv"

# rows PATTERN: how many samples match
rows() { grep -cE "$1" "$place/out/samples.csv" || true; }
expect() { # expect COUNT PATTERN
    [ "$(rows "$2")" -eq "$1" ] || { echo "not $1 rows: $2"; cat "$place/out/samples.csv"; exit 1; }
}
expect 4 '^run,primes,.*,shares,static,.*,ok,1,'
expect 2 '^run,primes,.*,shares,dynamic,.*skip: shares are split beforehand'
expect 4 '^run,collatz,"tasks=10,block=500",shares,static,.*,ok,1,'
expect 2 '^run,collatz,.*,pipes,dynamic,.*,ok,1,'

status=0
"$place/installed/bin/bench" --workload ../workload/collatz.so:tasks=-1 2>"$place/message" || status=$?
[ $status -eq 2 ] && [ "$(wc -l <"$place/message")" -eq 1 ]
echo 'a backend and a workload from outside run, verified'
