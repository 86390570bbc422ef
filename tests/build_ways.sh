#!/usr/bin/env bash
# build_ways.sh SOURCE - built and installed in other ways than the README's: from within another
# project, at places with blanks, with a distribution's directories, staged; what configure refuses or
# leaves out, it names; the commit that a program tells is its own.
set -euo pipefail
source=$(realpath "$1")
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
out=$scratch/out
failures=0

say_failure() { # WHAT
    failures=$((failures + 1))
    echo "FAILED: $1"
    tail -n 15 "$out" | sed 's/^/    /'
}
expect() { # NAME COMMAND...
    "${@:2}" || say_failure "$1: not so: ${*:2}"
}
try() { # NAME COMMAND...: that ends well
    "${@:2}" >"$out" 2>&1 || say_failure "$1"
}
lap() { echo "$1: after $SECONDS s"; }

# --- the commit -----------------------------------------------------------------------------------

commit() { # SOURCE: what a build of it would tell
    cmake -D SOURCE="$1" -D OUT="$scratch/commit.h" -P "$source/bench/command/commit.cmake" >"$out" 2>&1
    sed -n 's/.*"\(.*\)"/\1/p' "$scratch/commit.h"
}
git_in() { git -C "$1" -c user.name=t -c user.email=t@t -c commit.gpgsign=false "${@:2}"; }

repository=$scratch/repository
mkdir -p "$repository/tarball"
if command -v git >/dev/null; then
    git -C "$repository" init -q
    expect 'no commit yet' test "$(commit "$repository")" = unknown
    for n in 1 2; do
        echo $n >"$repository/tarball/file"
        git_in "$repository" add . && git_in "$repository" commit -qm $n
        expect "commit $n" test "$(commit "$repository")" = "$(git -C "$repository" describe --always)"
    done
    expect 'in a hook of another repository' test \
        "$(GIT_DIR=$source/.git commit "$repository")" = "$(git -C "$repository" describe --always)"
    echo 3 >"$repository/tarball/file"
    expect 'changed since' grep -q -- '-dirty$' <<<"$(commit "$repository")"
    expect 'a tarball within a repository' test "$(commit "$repository/tarball")" = unknown
    ln -s "$repository" "$scratch/link"
    expect 'through a link' test "$(commit "$scratch/link")" != unknown
    if [ "$(id -u)" -eq 0 ]; then
        chown -R 12345 "$repository"
        expect "another owner's checkout" test "$(commit "$repository")" = unknown
    else
        echo "SKIP another owner's checkout: only root can give one away"
    fi
fi
expect 'no repository' test "$(commit "$scratch")" = unknown
lap 'the commit'

# --- a build folder that was copied ---------------------------------------------------------------

mkdir "$scratch/first"
printf 'cmake_minimum_required(VERSION 3.22)\nproject(one NONE)\n' >"$scratch/first/CMakeLists.txt"
try 'a build' cmake -S "$scratch/first" -B "$scratch/first/build"
cp -r "$scratch/first" "$scratch/copy"
# shellcheck disable=SC2016 # for the inner shell
again='eval "$(sed -n "/^forget_other_place/,/^}/p" "$0")"; cd "$1"; forget_other_place; cmake -S . -B build'
try 'a copied build folder' bash -euc "$again" "$source/quickstart" "$scratch/copy"
touch "$scratch/first/build/CMakeFiles/kept"
try 'a build folder in its place' bash -euc "$again" "$source/quickstart" "$scratch/first"
expect 'a build folder in its place: is used again' test -e "$scratch/first/build/CMakeFiles/kept"

# --- what configure refuses and leaves out --------------------------------------------------------

build=$scratch/build
configure() { # ARGUMENTS...
    cmake -S "$source" -B "$build" "$@" >"$out" 2>&1
}
refused() { # NAME PATTERN ARGUMENTS...
    ! configure "${@:3}" || say_failure "$1: is not refused"
    expect "$1: what to do" grep -q -- "$2" "$out"
}
fact() { sed -n "s/#define PARBENCH_$1 *\"\(.*\)\"\$/\1/p" "$build/generated/build_info.h"; }

if command -v ninja >/dev/null; then
    refused 'several configurations' 'cmake -G Ninja' -G 'Ninja Multi-Config'
    rm -r "$build"
fi

# All that pkg-config finds, but cmocka.
mkdir "$scratch/pc"
for directory in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
    ! compgen -G "$directory/*.pc" >/dev/null || ln -sf "$directory"/*.pc "$scratch/pc"
done
rm -f "$scratch/pc/cmocka.pc"
# An MPI that is not Open MPI: its compiler says where its header and its library lie.
mkdir -p "$scratch/mpi/bin"
cat >"$scratch/mpi/mpi.h" <<'C'
#define MPI_VERSION 3
#define MPI_SUBVERSION 1
int MPI_Init(int *argc, char ***argv);
int MPI_Finalize(void);
C
echo 'int MPI_Init(int *c, char ***v) { (void)c, (void)v; return 0; } int MPI_Finalize(void) { return 0; }' |
    cc -shared -fPIC -x c - -o "$scratch/mpi/libmpi.so"
printf '#!/bin/sh\necho "cc -I%s -L%s -lmpi"\n' "$scratch/mpi" "$scratch/mpi" >"$scratch/mpi/bin/mpicc"
chmod +x "$scratch/mpi/bin/mpicc"

export PKG_CONFIG_LIBDIR=$scratch/pc CFLAGS=-O0
refused 'tests without cmocka' libcmocka-dev -D MPI_C_COMPILER="$scratch/mpi/bin/mpicc"
unset CFLAGS # known to that folder now
try 'no tests and no cmocka, another MPI, no build type' configure -D BUILD_TESTING=OFF
expect 'CFLAGS are told' test "$(fact FLAGS)" = '-O0 -O2 -g'
expect 'another MPI: mpi is left out' grep -q "mpi is left out, $scratch/mpi/bin/mpicc is not Open MPI's" "$out"
expect 'another MPI: told' test "$(fact MPI)" = 'left out'
expect 'another MPI: nothing of it is built' test ! -d "$build/rooms/backends/CMakeFiles/parbench-mpi.dir"
try 'a build type without flags' configure -D CMAKE_BUILD_TYPE=None
expect 'only CFLAGS are told' test "$(fact FLAGS)" = -O0
try 'flags that were asked for' configure -D CMAKE_BUILD_TYPE=Release -D CMAKE_C_FLAGS_RELEASE=-O3
expect 'flags that were asked for are told' test "$(fact FLAGS)" = '-O0 -O3'
unset PKG_CONFIG_LIBDIR
lap 'configure'

# --- Google Benchmark's later versions ------------------------------------------------------------

# Their header has the class under another name, and calls this one deprecated.
header=$(g++ -E -x c++ - <<<'#include <benchmark/benchmark.h>' 2>/dev/null |
    sed -n 's/^# 1 "\(.*benchmark\/benchmark.h\)".*/\1/p' | head -n 1)
mkdir -p "$scratch/gb/benchmark"
cp "$(dirname "$header")"/*.h "$scratch/gb/benchmark"
if grep -q '^typedef .*deprecated\|use.*::benchmark::Benchmark' "$header"; then
    echo "$header has its deprecations itself"
else
    sed -i 's/\bBenchmark\b/Renamed/g' "$scratch/gb/benchmark/benchmark.h"
    echo 'namespace benchmark::internal { typedef Renamed Benchmark [[deprecated]]; }' \
        >>"$scratch/gb/benchmark/benchmark.h"
fi
echo 'benchmark::internal::Benchmark *uses;' >"$scratch/old.cc"
deprecating=(g++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -isystem "$scratch/gb")
expect 'this header has a deprecation' eval '! "${deprecating[@]}" -include benchmark/benchmark.h "$scratch/old.cc" 2>"$out"'
try "a Google Benchmark that has deprecations" "${deprecating[@]}" "$source/bench/cell/gbench.cc"
lap 'Google Benchmark'

# --- within another project, at a place with blanks, without MPI, with make -----------------------

# Without optimization, which is told. The source is read-only, but for root.
outer="$scratch/an outer project"
mkdir "$outer"
(cd "$source" && tar -c --exclude='./build*' --exclude=./.git --exclude=./results .) |
    tar -x -C "$outer" --one-top-level=parbench
chmod -R a-w "$outer/parbench"
cat >"$outer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(outer LANGUAGES C CXX)
add_subdirectory(parbench)
CMAKE
prefix="$scratch/a prefix"
build=$outer/build
launcher=()
! command -v ccache >/dev/null ||
    launcher=(-D CMAKE_C_COMPILER_LAUNCHER=ccache -D CMAKE_CXX_COMPILER_LAUNCHER=ccache)
try 'within another project: configure' env CMAKE_GENERATOR='Unix Makefiles' CFLAGS=-O0 cmake -S "$outer" -B "$build" \
    "${launcher[@]}" -D CMAKE_BUILD_TYPE=None -D CMAKE_INSTALL_PREFIX="$prefix" -D CMAKE_INSTALL_LIBEXECDIR=lib \
    -D CMAKE_INSTALL_LIBDIR="$prefix/lib" -D CMAKE_DISABLE_FIND_PACKAGE_MPI=ON
expect 'without MPI: told' grep -q 'mpi is left out, there is no MPI' "$out"
try 'within another project: build' cmake --build "$build" --parallel "$(nproc)"
lap 'within another project'

cells=(--patience 0s --workload primes --workers 2 --rounds 1 --repetitions 1 --format csv)
runs() { # NAME BENCH
    expect "$1: its parts are found" "$2" -b serial,pipes,openmp,mpi "${cells[@]}" -o "$scratch/run" \
        >"$scratch/csv" 2>"$out"
    expect "$1: a cell" grep -q '^run,primes,.*,pipes,.*,ok' "$scratch/csv"
    expect "$1: mpi is left out by name" grep -q ',mpi,.*skip: built without Open MPI: install' "$scratch/csv"
    expect "$1: flags" grep -q '"flags": "-O0"' "$scratch/run/environment.json"
    expect "$1: a warning" grep -q 'built without optimization' "$scratch/run/environment.json"
    expect "$1: the commit" grep -q '"commit": "unknown"' "$scratch/run/environment.json"
}
runs 'in the build folder' "$build/parbench/bench"
try 'install' cmake --install "$build"
expect 'no program lies elsewhere' test ! -e "$prefix/libexec"
expect 'no program looks for libraries in the build folder' test -z "$(
    find "$prefix" -type f \( -perm -u+x -o -name '*.so' \) -exec readelf -d {} + 2>/dev/null |
        grep -E 'R(UN)?PATH' | grep -F "$outer")"
runs 'installed' "$prefix/bin/bench"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
eval "flags=($(pkg-config --cflags parbench))"
try 'pkg-config' cc -std=c11 -fopenmp -shared -fPIC "${flags[@]}" \
    "$source/docs/examples/backend/shares.c" -o "$scratch/shares.so"
eval "bench=$(pkg-config --variable=bench parbench)" # its blanks are escaped
expect 'pkg-config: bench' test -x "$bench"
try 'the CMake package' cmake -S "$source/docs/examples/backend" -B "$scratch/package" \
    -D CMAKE_PREFIX_PATH="$prefix"
try 'the CMake package: build' cmake --build "$scratch/package"

mv "$prefix" "$scratch/moved"
DESTDIR="$scratch/stage" try 'staged' cmake --install "$build"
expect 'staged: nothing at its place' test ! -e "$prefix"
runs 'staged' "$scratch/stage$prefix/bin/bench"
lap 'installed'

if [ $failures -gt 0 ]; then
    echo "$failures failures"
    exit 1
fi
