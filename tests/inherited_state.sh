#!/usr/bin/env bash
# inherited_state.sh BENCH - what a process is born with besides arguments and variables: descriptors,
# signals, limits, a directory, the processors it may use, a user who may not read the program. It works
# all the same, or one line tells what is wrong.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
built=$bench
quick=(-w sum:tasks=4,n=1000 -n 2 -s dynamic --rounds 1 --repetitions 1 --patience 0s)
nobody=54321 # a user without anything

# Runs something that becomes bench in the end.
born() { # COMMAND...
    rm -rf "$results"
    status=0
    PARBENCH_TEST=$mark TMPDIR=$scratch/tmp timeout "$ceiling_s" "$@" >"$out" 2>"$err" </dev/null ||
        status=$?
}

# The same by a shell that does something first, with bench's arguments as its own.
born_after() { # COMMANDS ARGUMENTS...
    born bash -c "$1"$'\nexec "$0" "$@"' "$bench" "${@:2}"
}

works() { # NAME BACKEND...: it has rows that are ok
    local backend
    expect_status "$1" 0
    for backend in "${@:2}"; do
        expect_rows "$1" "$backend" 1.ok dynamic
    done
}

one_line() { # NAME STATUS PATTERN
    expect_status "$1" "$2"
    said >"$scratch/said"
    expect "$1: one line" test "$(wc -l <"$scratch/said")" -eq 1
    expect "$1: it says $3" grep -qE -- "$3" "$scratch/said"
}

backends_here >"$scratch/backends"
here=(pipes)
for backend in mpi python-pool; do
    if grep -qx $backend "$scratch/backends"; then here+=($backend); else echo "SKIP $backend: not here"; fi
done
all=$(IFS=,; echo "${here[*]}")
lean=("${here[@]:0:2}") # Python takes longest to start

# --- descriptors 0 to 2 ----------------------------------------------------------------------------

born_after 'exec 0<&- 2>&-' list backends --format csv
expect_status 'list, 0 and 2 closed' 0
expect 'list, 0 and 2 closed: pipes run' grep -q '^pipes,.*,runs' "$out"
born_after 'exec 0<&- 1>&- 2>&-' -b "$all" "${quick[@]}" -o "$results"
expect_status 'all closed: the summary is lost' 1
for backend in "${here[@]}"; do
    expect_rows 'all closed' "$backend" 1.ok dynamic
done
born_after 'exec 1>&-' list schedules
one_line 'standard output is closed' 1 'cannot write to standard output'

# --- signals ---------------------------------------------------------------------------------------

# Signals that were ignored do not end the run; others end it, also those that the starter had blocked.
signalled() { # NAME SIGNALS STATUS ENV-OPTION...
    rm -rf "$results"
    env "${@:4}" PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" setsid "$bench" -b pipes -w sum:tasks=4,n=1000 \
        -n 2 --rounds 6 --repetitions 1 --patience 0s -o "$results" >"$out" 2>"$err" </dev/null {never}>&- &
    pid=$!
    wait_until 30000 grep -qs ',pipes,.*,ok,1' "$samples" || say_failure "$1: no rows"
    for signal in $2; do
        kill -"$signal" "$pid"
    done
    finish
    expect_status "$1" "$3"
    expect_nothing_left "$1"
}
signalled 'nohup and &' 'HUP INT' 0 --ignore-signal=HUP --ignore-signal=INT
signalled 'hangup' HUP 129 --default-signal=HUP
signalled 'SIGTERM was blocked' TERM 143 --default-signal=TERM --block-signal=TERM

born env --ignore-signal "$bench" -b "$all" "${quick[@]}" -o "$results"
works 'all signals are ignored' "${here[@]}"
born env --default-signal --block-signal "$bench" -b pipes "${quick[@]}" -o "$results"
works 'all signals are blocked' pipes

name='a reader that leaves, and SIGPIPE ignored'
status=0
env --ignore-signal=PIPE "$bench" list --format json workloads 2>"$err" | head -c 1 >/dev/null || status=$?
expect "$name: ends by itself" test "$status" -le 1

# --- a pipe that somebody has made non-blocking --------------------------------------------------------

name='non-blocking standard output'
if command -v python3 >/dev/null; then
    python3 - "$bench" >"$out" 2>"$err" <<'PY' || say_failure "$name: lost output"
import fcntl, json, os, subprocess, sys, time
ours, its = os.pipe()
fcntl.fcntl(its, fcntl.F_SETPIPE_SZ, 4096)
os.set_blocking(its, False)
os.write(its, b"x" * 4096)  # no room is left
bench = subprocess.Popen([sys.argv[1], "list", "workloads", "--format", "json"], stdout=its)
os.close(its)
got = b""
while piece := os.read(ours, 512):
    got += piece
    time.sleep(0.002)
assert bench.wait() == 0
assert len(json.loads(got[4096:])) > 4
PY
else
    echo "SKIP $name: no python3"
fi

name='a reader that does not read'
mkfifo "$scratch/fifo"
exec {unread}<>"$scratch/fifo"
head -c 65536 /dev/zero >&"$unread" # as much as a pipe holds
rm -rf "$results"
env --default-signal PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" setsid "$bench" -b serial "${quick[@]}" \
    -o "$results" >"$scratch/fifo" 2>"$err" </dev/null {never}>&- {unread}>&- &
pid=$!
wait_until 30000 test -s "$results/summary.csv" || say_failure "$name: no summary.csv"
kill -TERM "$pid"
finish
expect_status "$name, SIGTERM" 143
expect_nothing_left "$name"
exec {unread}>&-

# --- umask and directory ---------------------------------------------------------------------------

# What another user may start: a copy of the program, as libexec is found beside it.
other=$(mktemp -d)
trap 'rm -rf "$other"; leave' EXIT
chmod 755 "$other"
cp "$built" "$other/bench"
ln -s "$(dirname "$built")/libexec" "$other/libexec"
mkdir -m 777 "$other/open"
as_nobody=(setpriv --reuid $nobody --regid $nobody --clear-groups)
may_be_nobody=false
if "${as_nobody[@]}" "$other/bench" list schedules >/dev/null 2>&1; then
    may_be_nobody=true
else
    echo 'SKIP all that takes another user: no root, or the build is out of its reach'
fi
results=$other/open/results samples=$results/samples.csv

if $may_be_nobody; then
    bench=$other/bench
    born "${as_nobody[@]}" bash -c 'umask 777; exec "$0" "$@"' "$bench" -b "${lean[-1]}" "${quick[@]}" \
        -o "$results"
    works 'umask 777' "${lean[-1]}"

    mkdir "$other/open/locked"
    chown $nobody "$other/open/locked"
    born "${as_nobody[@]}" bash -c 'cd "$1"; chmod 0 .; shift; exec "$0" "$@"' "$bench" "$other/open/locked" \
        -b "${lean[-1]}" "${quick[@]}" -o "$results"
    works 'a directory that may not be entered' "${lean[-1]}"

    # A program that its user may not read, or that has capabilities, hides its descriptors.
    chmod 711 "$bench"
    born "${as_nobody[@]}" "$bench" -b "$all" "${quick[@]}" -o "$results" -- --benchmark_out="$results.json"
    works 'mode 711' "${here[@]}"
    expect 'mode 711: benchmark_out' grep -q '"name".*pipes' "$results.json"
    born "${as_nobody[@]}" "$bench" ipc -t pipe -b 8 -p free --rounds 1
    expect_status 'mode 711: ipc' 0
    chmod 755 "$bench"
    if command -v setcap >/dev/null && setcap cap_sys_nice+ep "$bench" 2>/dev/null; then
        born "${as_nobody[@]}" "$bench" -b pipes "${quick[@]}" -o "$results"
        works 'a capability' pipes
        setcap -r "$bench"
    else
        echo 'SKIP a capability: no setcap here'
    fi
    bench=$built
fi

mkdir "$scratch/gone"
(
    failures=0
    cd "$scratch/gone"
    rmdir "$scratch/gone"
    born "$bench" -b "$all" "${quick[@]}" -o "$results"
    works 'a directory that was removed' "${here[@]}"
    born "$bench" -b pipes "${quick[@]}" -o here
    one_line 'output in a directory that was removed' 2 "cannot make files in 'here'"
    exit $failures
) || failures=$((failures + $?))

# --- how it is called ------------------------------------------------------------------------------

born bash -c 'exec -a "" "$0" "$@"' "$bench" -b serial "${quick[@]}" -o "$results"
works 'an empty argv[0]' serial
born env PATH="$(dirname "$bench"):$PATH" bench list schedules
expect_status 'found by PATH' 0

# --- limits ----------------------------------------------------------------------------------------

born_after 'ulimit -S -n 10' -b pipes "${quick[@]}" -o "$results"
works '10 descriptors, which may be more' pipes
born_after 'ulimit -n 8' -b pipes "${quick[@]}"
one_line '8 descriptors' 1 'Too many open files'
born_after 'ulimit -f 8' -b pipes "${quick[@]}"
one_line 'files of 8 KiB' 1 'board.*: File too large \(.* may have 8 KiB: ulimit -f unlimited\)'
born_after 'ulimit -f 1000' -b shm -w echo:tasks=4,bytes=1000000 -n 2 -s dynamic --rounds 1 --patience 0s -o "$results"
expect_status 'files of 1000 KiB' 0
expect_rows 'files of 1000 KiB' shm '0.skip: .*File too large \(.* may have 1000 KiB: ulimit -f unlimited\)' dynamic
born_after 'ulimit -S -s 64' -b pipes "${quick[@]}" -o "$results"
works 'a stack of 64 KiB, which may be more' pipes
born_after 'ulimit -s 64' -b pipes "${quick[@]}"
one_line 'a stack of 64 KiB' 1 'ulimit -s 8192'
born_after 'ulimit -s 128' -b openmp "${quick[@]}" -o "$results"
works 'a stack of 128 KiB' openmp
born_after 'ulimit -s unlimited' -b pthreads "${quick[@]}" -o "$results"
works 'no limit to the stack' pthreads
born_after 'ulimit -q 0' ipc -t mq -b 8 -p free --rounds 1 --format csv
expect_status 'no message queues' 0
expect 'no message queues: the row says what to do' grep -q '^mq,.*skip: .*ulimit -q' "$out"
for word in 'St:signal 24 \(CPU time limit exceeded\)' 't:signal 9 \(Killed\); ulimit -t is 1'; do
    born_after "ulimit -${word%%:*} 1" -b serial -w spin:tasks=1,us=3000000 --rounds 1 --patience 0s -o "$results"
    expect_status "1 s of processor time, ${word%%:*}" 1
    expect "1 s of processor time is told: ${word#*:}" grep -qE "killed by ${word#*:}" "$samples"
done

# --- priority --------------------------------------------------------------------------------------

born nice -n 19 "$bench" doctor
expect 'the doctor tells a niceness' grep -q '^! niceness  *19$' "$out"
born chrt -b 0 "$bench" -b serial "${quick[@]}" -o "$results"
expect 'environment.json tells the policy' grep -q '"policy": "batch"' "$results/environment.json"
expect 'and warns of it' grep -q 'the scheduling policy is batch' "$results/environment.json"

deny=$(dirname "$built")/tests/deny
if [ -x "$deny" ] && "$deny" sched_setaffinity EPERM true; then
    born "$deny" sched_setaffinity EPERM "$bench" -b pipes,pthreads "${quick[@]}" --pin compact -o "$results"
    for backend in pipes pthreads; do
        expect_rows 'a worker that cannot be bound' $backend '0.(failed|skip): worker .*cannot be bound' dynamic
    done
else
    echo 'SKIP a worker that cannot be bound: no filter of system calls here'
fi

# --- processors ------------------------------------------------------------------------------------

mapfile -t cpus < <(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0)), sep="\n")' 2>/dev/null)
if [ ${#cpus[@]} -ge 2 ]; then
    last=${cpus[-1]}
    born taskset -c "$last" "$bench" -b "${here[-1]}" "${quick[@]}" --pin compact -o "$results"
    works "--pin compact where only processor $last is allowed" "${here[-1]}"
    born taskset -c "$last" "$bench" -b pipes "${quick[@]}" --pin scatter -o "$results"
    works "--pin scatter where only processor $last is allowed" pipes
    born taskset -c "$last" "$bench" -b pipes "${quick[@]}" --pin "${cpus[0]}"
    one_line 'a processor that is not allowed' 2 "processor ${cpus[0]} is not one that may be used here: these are $last"
else
    echo 'SKIP processors: there is but one'
fi
