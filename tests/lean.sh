#!/usr/bin/env bash
# lean.sh BENCH - what a cell has mapped is copied at each fork, so it needs none of the libraries that
# bench has for tables, statistics, topology, CSV and JSON: by its NEEDED entries, and by all that
# comes with them.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

programs=$(dirname "$bench")/libexec/parbench
heavy='lib(gsl|gslcblas|jansson|csv|smartcols|hwloc)\.so'

needed() { readelf -d "$1" | grep NEEDED; }
all_of() { ldd "$1"; }

expect 'the pattern finds what bench needs' grep -qE "$heavy" <(needed "$bench")
for file in cell spawn parbench-cell.so parbench-mpi.so; do
    expect "$file needs something" grep -q 'libc\.so' <(needed "$programs/$file")
    found=$(needed "$programs/$file" | grep -oE "$heavy" | paste -sd' ' || true)
    expect "$file needs no library of bench's: $found" test -z "$found"
done
for file in cell spawn parbench-cell.so; do # libmpi brings what it likes, and only behind mpirun
    found=$(all_of "$programs/$file" | grep -oE "$heavy" | paste -sd' ' || true)
    expect "$file brings no library of bench's: $found" test -z "$found"
done
