#!/usr/bin/env bash
# locale.sh BENCH - a user whose numbers have a comma: what other programs print to us is read as it
# was meant, and what we write is what is read everywhere.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

# A perf that prints as the real one: 15.475 us, with the point of the locale that it is started in.
# It has no need of that locale being installed.
mkdir "$scratch/bin"
cat >"$scratch/bin/perf" <<'SH'
#!/bin/sh
case ${LC_ALL:-${LC_NUMERIC:-${LANG:-C}}} in C | C.* | POSIX) point=. ;; *) point=, ;; esac
echo "      15${point}475000 usecs/op"
SH
chmod +x "$scratch/bin/perf"
expect "this perf has its comma" test "$(LC_ALL=de_DE.UTF-8 "$scratch/bin/perf")" = "      15,475000 usecs/op"
path=$PATH
{ export LC_ALL=de_DE.UTF-8; } 2>"$err" # bash says if there is no such locale
PATH=$scratch/bin:$path
run ipc --check --transport pipe --rounds 1 --format csv
PATH=$path
expect_status "check" 0
expect "perf's figure is read as it was meant" \
    test "$(columns "$out" subject placement reference_ns | grep '^pipe.free')" = $'pipe\tfree\t15475'

# The real thing, made for this test alone.
command -v localedef >/dev/null || { echo "the rest is left out: there is no localedef"; exit 0; }
mkdir "$scratch/locales"
localedef --no-archive -i de_DE -f UTF-8 "$scratch/locales/de_DE.UTF-8" 2>"$err" ||
    { echo "the rest is left out: $(head -n 1 "$err")"; exit 0; }
export LOCPATH=$scratch/locales
expect "this locale has a comma" test "$(env printf '%.1f' 1,5)" = 1,5

no_commas() { # FILE: no field of its CSV is a number with a comma, and there are numbers
    grep -qE '[0-9]\.[0-9]' "$1" && ! grep -qE '"[0-9]+,[0-9]+"' "$1" &&
        awk -F, 'NR == 1 { fields = NF } NF != fields { exit 1 }' "$1"
}
run ipc --transport pipe --bytes 8 --placement free --rounds 2 --spread 1ms -o "$results"
expect_status "ipc" 0
expect "ipc.csv has points" no_commas "$results/ipc.csv"
expect "ipc_starts.csv has points" no_commas "$results/ipc_starts.csv"
run --backend serial --workload sum:tasks=4,n=10000 --rounds 1 -o "$results"
expect_status "cells" 0
LC_ALL=C columns "$results/summary.csv" median_ns >"$scratch/medians"
expect "what was written is read again" grep -qE '^[0-9]+(\.[0-9]+)?$' "$scratch/medians"
run compare "$results" "$results" --format csv
expect "compare reads it" test "$status" -lt 2
