# shellcheck shell=bash
# expect.sh - what the tests of the program `bench` share. To be sourced, with bench's path as $1.
#
#   run ARGUMENTS...     runs bench and waits for its end; leaves $status, $out, $err (files)
#   start, finish        the same in two steps, with $pid in between
#   python ARGUMENTS...  runs Python's interpreter
#   expect... NAME ...   notes a failure and goes on; the script's end tells whether there was any
#
# Every run is a session of its own, with a private TMPDIR and a mark in its environment: whatever
# process carries the mark after bench has ended was left behind, wherever it has hidden.

bench=$(realpath "$1")
mark=$$-$RANDOM$RANDOM
scratch=$(mktemp -d)
out=$scratch/out err=$scratch/err
results=$scratch/results samples=$scratch/results/samples.csv
pace=$("$(dirname "$bench")/tests/pace") # how much slower than a quiet machine this one is now
ceiling_s=300 # only against hanging: sanitizers and a busy machine are slow
failures=0
mkdir "$scratch/tmp"
exec {never}<> <(:) # a pipe that nothing is written to: to wait at it for a while needs no process

say_failure() { # WHAT
    failures=$((failures + 1))
    echo "FAILED: $1"
    [ ! -s "$err" ] || sed 's/^/    stderr: /' "$err" | cut -c1-300 | head -n 5
}

# Processes of ours, but for zombies: they have no environment any more.
descendants() {
    grep -lszxF "PARBENCH_TEST=$mark" /proc/[0-9]*/environ | cut -d/ -f3 || true
}

# shellcheck disable=SC2046 # one word a process
leave() {
    local result=$?
    if descendants | grep >/dev/null -x "${pid:-none}"; then
        kill -KILL "$pid" # only bench: its janitor cleans up
    fi
    wait_until 2000 no_descendants || kill -KILL $(descendants) || true
    rm -rf "$scratch"
    if [ "$failures" -gt 0 ]; then
        echo "$failures failures"
        exit 1
    fi
    exit "$result"
}
trap leave EXIT
trap 'exit 143' TERM

# Sleeps within the shell: tests wait so often that a process each time would be most of their work.
nap() { # SECONDS
    read -rt "$1" -u "$never" || true
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# A limit that is to strike, or not to: as long as on a quiet machine, and more on a busy one.
scaled() { # SECONDS
    echo "$(($1 * pace))s"
}

# Waits until the command succeeds, for at most MS milliseconds; sets $waited_ms.
wait_until() { # MS COMMAND...
    local begin_us=${EPOCHREALTIME/[.,]/} # $(now_ms) would be a process at each look
    while ! "${@:2}"; do
        waited_ms=$(((${EPOCHREALTIME/[.,]/} - begin_us) / 1000))
        [ $waited_ms -lt "$1" ] || return 1
        nap 0.005
    done
    waited_ms=$(((${EPOCHREALTIME/[.,]/} - begin_us) / 1000))
}

# --- running --------------------------------------------------------------------------------------

# A shell starts what it puts in the background with SIGINT ignored; users do not. Other tests run
# meanwhile: no cell waits until they are done.
start() {
    rm -rf "$results"
    if [[ ${1-} = -? && " $* " != *" --patience "* ]]; then
        set -- --patience 0s "$@"
    fi
    env --default-signal=INT,QUIT PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" \
        setsid "$bench" "$@" >"$out" 2>"$err" </dev/null {never}>&- &
    pid=$!
}

ended() { [ ! -e "/proc/$pid/exe" ]; }

# Sets $child to bench's child of this name. Without a process of its own: wait_until asks often.
find_child() { # NAME
    local name children=()
    read -ra children <"/proc/$pid/task/$pid/children" || true
    for child in "${children[@]}"; do
        read -r name <"/proc/$child/comm" && [ "$name" = "$1" ] && return
    done
    return 1
} 2>/dev/null # where it has just ended

finish() {
    if ! wait_until $((ceiling_s * 1000)) ended; then
        say_failure "it hangs"
        kill -KILL "$pid"
    fi
    status=0
    wait "$pid" || status=$?
} 2>/dev/null # where the shell would tell of each process that was killed

run() {
    start "$@"
    finish
    expect_nothing_left "$*"
}

# The names of all backends that run here.
backends_here() { "$bench" list backends | awk '$NF == "runs" { print $1 }'; }

# Python by its own interpreter, which is asked for once: what is python3 on PATH may be a shim, and take
# longer at each start than the script it starts.
python() {
    : "${interpreter:=$(python3 -c 'import sys; print(sys.executable)')}"
    "$interpreter" "$@"
}

# --- expecting ------------------------------------------------------------------------------------

expect() { # NAME COMMAND...
    "${@:2}" || say_failure "$1: not so: ${*:2}"
}

expect_status() { # NAME STATUS
    [ "$status" = "$2" ] || say_failure "$1: exit status $status instead of $2"
}

# What bench said on standard error, but that the machine was busy, which is not for a test to choose.
said() { grep -v '^bench: while this was measured, ' "$err" || true; }

no_descendants() { [ -z "$(descendants)" ]; }
no_files() { [ -z "$(find "$scratch/tmp" /dev/shm -maxdepth 1 -name "parbench-$pid-*")" ] &&
    [ -z "$(ls -A "$scratch/tmp")" ]; }
nothing_left() { no_descendants && no_files; }

# No process and no file of the last run; $waited_ms says how long it took.
expect_nothing_left() { # NAME
    wait_until 5000 nothing_left && return
    say_failure "$1: left behind: $(descendants | xargs -r ps -o pid=,ppid=,stat=,args= -p)" \
        "$(ls -d "$scratch"/tmp/* /dev/shm/parbench-"$pid"-* 2>/dev/null)"
}

# --- reading CSV ----------------------------------------------------------------------------------

# These columns of a CSV, by name, with tabs between.
columns() { # FILE NAME...
    sed -E ':again; s/^(([^"]*"[^"]*")*[^"]*"[^",]*),/\1\x01/; t again
            s/"//g; s/,/\t/g; s/\x01/,/g' "$1" |
        awk -F'\t' -v OFS='\t' -v names="${*:2}" '
            NR == 1 { count = split(names, wanted, " "); for (i = 1; i <= NF; i++) place[$i] = i; next }
            { for (i = 1; i <= count; i++) printf "%s%s", $place[wanted[i]], i < count ? OFS : ORS }'
}

# The samples of a backend: schedule, verified, status.
rows_of() { # BACKEND
    columns "$samples" backend schedule verified status | awk -F'\t' -v OFS='\t' -v backend="$1" \
        '$1 == backend { print $2, $3, $4 }'
}

# For each of these schedules the backend has a row that matches: VERIFIED<tab>STATUS.
expect_rows() { # NAME BACKEND PATTERN SCHEDULE...
    local schedule
    for schedule in "${@:4}"; do
        rows_of "$2" | grep >/dev/null -E "^$schedule"$'\t'"$3" ||
            say_failure "$1: $2, $schedule: no row like '$3', but
$(rows_of "$2" | grep "^$schedule" | sort | uniq -c | cut -c1-200)"
    done
}
