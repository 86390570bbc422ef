#!/usr/bin/env bash
# A backend built outside of the tree, against the installed package, runs and is verified.
#   plugin.sh BUILD-DIRECTORY SOURCE-DIRECTORY
set -euo pipefail
build=$1 source=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

cmake --install "$build" --prefix "$place/installed" >"$place/log" || { cat "$place/log"; exit 1; }
cmake -S "$source/docs/examples/backend" -B "$place/mine" -DCMAKE_PREFIX_PATH="$place/installed" \
    -DCMAKE_C_FLAGS="${CFLAGS:-} -Wall -Wextra -Werror" >"$place/log" || { cat "$place/log"; exit 1; }
cmake --build "$place/mine" >"$place/log" || { cat "$place/log"; exit 1; }

# From another directory, by a relative path, with the installed program.
cd "$place/mine"
"$place/installed/bin/bench" --backend ./shares.so --workload primes --schedule static,dynamic \
    --workers 3 --rounds 1 --repetitions 2 --format csv -o "$place/out" >"$place/summary.csv"
cat "$place/summary.csv"

rows() { # rows SCHEDULE STATUS-PATTERN VERIFIED: how many samples of shares match
    awk -F, -v schedule="$1" -v status="$2" -v verified="$3" \
        '$0 ~ ",shares," schedule "," && $0 ~ status && $0 ~ "," verified ",[0-9]*,[0-9]*$"' \
        "$place/out/samples.csv" | wc -l
}
[ "$(rows static ',ok,' 1)" -eq 2 ]
[ "$(rows dynamic 'skip: shares are split beforehand' 0)" -eq 1 ]
echo 'a backend from outside runs, verified'
