#!/usr/bin/env bash
# faults_inherited.sh BENCH - what a program may be born with: children that it never started, signals
# that are ignored, few descriptors, others' settings. They are respected, and never a reason to abort.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
plain=(-b pipes -w echo:tasks=10,bytes=8 -n 2 --rounds 1 --repetitions 1 -o "$results")

alive() { # FILE with a pid
    local other
    other=$(cat "$1" 2>/dev/null) && [ -n "$other" ] && [ "$(ps -o stat= -p "$other" | cut -c1)" = S ]
}

# Runs bench behind a command that does something first and then execs: born with its children.
born_with() { # NAME COMMANDS
    name=$1
    rm -rf "$results"
    status=0
    OTHER=$scratch/other timeout 60 bash -c "$2"$'\nexec "$0" "$@"' "$bench" "${plain[@]}" >"$out" 2>"$err" ||
        status=$?
    expect_status "$name" 0
    expect_rows "$name" pipes 1.ok dynamic
    expect_rows "$name" serial 1.ok dynamic
    expect "$name: it lives on" wait_until 2000 alive "$scratch/other"
    kill -KILL "$(cat "$scratch/other")" 2>/dev/null || true
    rm -f "$scratch/other"
}

# shellcheck disable=SC2016 # for the other shell
born_with 'a child from before' 'sleep 301 & echo $! >"$OTHER"'
# shellcheck disable=SC2016
born_with 'an orphan of a child from before' '(sleep 0.1; sleep 301 & echo $! >"$OTHER") &'

# The one who stands in for bench hands on what it is sent, and takes bench along when it is killed.
stand_in() { # SIGNAL STATUS
    name="$1 for one that stands in"
    rm -rf "$results"
    env --default-signal=INT,QUIT PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" setsid \
        bash -c 'sleep 2 & exec "$0" "$@"' "$bench" -b pipes -w resize -n 2 --rounds 10000 -o "$results" \
        >"$out" 2>"$err" </dev/null {never}>&- &
    pid=$!
    wait_until 30000 grep -qs ',pipes,.*,ok,1' "$samples" || say_failure "$name: no rows"
    kill -"$1" "$pid"
    finish
    expect_status "$name" "$2"
    wait_until 5000 no_descendants || say_failure "$name: left $(descendants | xargs ps -o args= -p)"
}
stand_in TERM 143
stand_in INT 130
stand_in KILL 137

name='process 1 of a container'
if unshare -prf --mount-proc true 2>/dev/null; then
    rm -rf "$results"
    status=0
    timeout 60 unshare -prf --mount-proc bash -c 'sleep 301 & exec "$0" "$@"' "$bench" "${plain[@]}" \
        >"$out" 2>"$err" || status=$?
    expect_status "$name" 0
    expect_rows "$name" pipes 1.ok dynamic
else
    echo "$name: no namespaces here"
fi

name='SIGCHLD is ignored'
rm -rf "$results"
status=0
env --ignore-signal=CHLD "$bench" "${plain[@]}" >"$out" 2>"$err" || status=$?
expect_status "$name" 0
expect_rows "$name" pipes 1.ok dynamic

name='more workers than the soft limit has descriptors for'
rm -rf "$results"
status=0
(
    ulimit -S -n 128
    exec "$bench" -b pipes -w echo:tasks=10,bytes=8 -n 60 --rounds 1 --repetitions 1 -o "$results"
) >"$out" 2>"$err" || status=$?
expect_status "$name" 0
expect_rows "$name" pipes 1.ok dynamic

# An orphan that starts a program of ours: whoever started the run is gone, so it must end.
name='the starter is gone'
cell=$(dirname "$bench")/libexec/parbench/cell
status=0
PARBENCH_STARTER=999999999 "$cell" --describe pipes >"$out" 2>"$err" || status=$?
expect "$name: it goes on" test "$status" -ne 0
status=0
PARBENCH_STARTER=$$ bash -c '"$0" --describe pipes; exit $?' "$cell" >"$out" 2>"$err" || status=$?
expect_status "$name, but here it is a grandparent" 0

# Of libgomp's two words on waiting ours gives way to either.
environment_of_cell() { # VARIABLE=VALUE...: leaves the cell's environment in $scratch/environment
    rm -rf "$results"
    env "$@" PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" setsid "$bench" -b openmp -w primes -n 2 \
        --rounds 1000 -o "$results" >"$out" 2>"$err" </dev/null {never}>&- &
    pid=$!
    wait_until 30000 has_cell || say_failure "$name: no cell"
    kill -TERM "$pid"
    finish
}
has_cell() { # of openmp: no other gets its variables
    find_child cell && tr '\0' ' ' <"/proc/$child/cmdline" | grep >/dev/null -- '--backend openmp ' &&
        tr '\0' '\n' <"/proc/$child/environ" >"$scratch/environment" &&
        grep -q ^PARBENCH_STARTER= "$scratch/environment"
} 2>/dev/null
name='libgomp spins briefly'
environment_of_cell A=B
expect "$name" grep -qx GOMP_SPINCOUNT=250 "$scratch/environment"
name='OMP_WAIT_POLICY is the user'\''s'
environment_of_cell OMP_WAIT_POLICY=active
expect "$name" grep -qx OMP_WAIT_POLICY=active "$scratch/environment"
expect "$name" test "$(grep -c GOMP_SPINCOUNT "$scratch/environment")" = 0
