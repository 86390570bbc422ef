#!/usr/bin/env bash
# gbench_example.sh SOURCE - the example in gbench.h's head is a program: it compiles as C as it stands
# there, links with gcc and the libraries that the text names, and runs. Skipped without g++.
set -euo pipefail
for compiler in gcc g++; do
    command -v $compiler >/dev/null || { echo "skipped: there is no $compiler" && exit 77; }
done
cell=$(realpath "$1")/bench/cell
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Its lines are those of the first comment that are indented by four blanks more, from #include on.
awk '/^ \*\// { exit } /^ \*     #include/ { inside = 1 }
     inside && !/^ \*($|     )/ { exit } inside { print substr($0, 8) }' "$cell/gbench.h" \
    >"$scratch/example.c"
# shellcheck disable=SC2207 # one word a library
libraries=($(grep -om1 -- '-lbenchmark[-a-z+ ]*' "$cell/gbench.h"))

cd "$scratch"
g++ -std=c++17 -c "$cell/gbench.cc"
for standard in c99 c11; do
    gcc -std=$standard -Wall -Wextra -pedantic -Werror -I"$cell" example.c gbench.o -o example \
        "${libraries[@]}"
done
./example --benchmark_filter=copy/8 --benchmark_min_time=0.001 >out
grep -q '^copy/8 .*bytes_per_second' out || { cat out && exit 1; }
