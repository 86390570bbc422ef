#!/usr/bin/env bash
# faults_ends.sh BENCH ROGUE.so - runs that end before their time, by a limit, a signal or SIGKILL,
# and plugins that misbehave: what was measured is kept, and nothing is left behind.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
rogue=$(realpath "$2")

limit=$(scaled 2) # long enough to start MPI
endless=(-n 2 -s dynamic,per-task --rounds 10000 --repetitions 5 -o "$results")
rows_there() { grep -qs ",$backend,.*,ok,1" "$samples"; }
stopped() { # sets $victim: a process of ours that a fault has stopped
    victim=$(descendants | xargs -r ps -o pid=,stat= -p | awk '$2 ~ /^T/ { print $1; exit }')
    [ -n "$victim" ]
}

# Every row is complete: as many fields as the header, and a newline behind the last.
expect_complete_rows() { # NAME
    expect "$1: rows are complete" awk -v width="$(head -n 1 "$samples" | tr -cd , | wc -c)" '
        { gsub(/"[^"]*"/, ""); if (gsub(/,/, "") != width) exit 1 }' "$samples"
    expect "$1: the last row has its newline" test -z "$(tail -c 1 "$samples" | tr -d '\n')"
}

# --- a limit --------------------------------------------------------------------------------------

# worker=1: serial has none.
workers_of=(pipes shm manager pthreads openmp mpi)
run -b "$(IFS=, && echo "${workers_of[*]}")" -w primes -n 2 --rounds 1 --repetitions 2 -o "$results" \
    --timeout $limit --inject stop:worker=1
expect_status 'a stopped worker' 1
for backend in "${workers_of[@]}"; do # so after each time-out the run went on
    expect_rows 'a stopped worker' $backend '0.timeout: .*task' dynamic
done
expect_rows 'a stopped worker' serial '1.ok' dynamic
expect_complete_rows 'a stopped worker'

# --- signals --------------------------------------------------------------------------------------

for backend in $(backends_here); do
    for signal in INT:130 TERM:143; do
        # To a cell it is all one which signal bench got.
        [[ $signal = INT:* || $backend = @(pipes|mpi) ]] || continue
        name="SIG${signal%:*} during $backend"
        start -b $backend -w resize "${endless[@]}"
        wait_until 30000 rows_there || say_failure "$name: no rows"
        kill -"${signal%:*}" "$pid"
        finish
        expect_status "$name" "${signal#*:}"
        expect "$name: ends within a second, and was given more: $waited_ms ms" test $waited_ms -lt 10000
        expect_complete_rows "$name"
        expect "$name: sums up what there is" test -s "$results/summary.csv"
        expect_nothing_left "$name"
    done
done

# A worker is being replaced again and again while the run is to end.
for backend in pipes shm manager mpi; do
    name="SIGTERM during restarts of $backend"
    start -b $backend -w primes -n 2 --rounds 10000 --repetitions 1 -o "$results" \
        --inject kill:task=0 --on-death retry
    wait_until 30000 test -s "$samples" || say_failure "$name: no rows"
    nap 0.3
    kill -TERM "$pid"
    finish
    expect_status "$name" 143
    expect_complete_rows "$name"
    expect_nothing_left "$name"
done

# --- SIGKILL --------------------------------------------------------------------------------------

for backend in $(backends_here); do
    for target in bench group; do
        [[ $target = bench || $backend = @(pipes|manager|mpi) ]] || continue
        name="SIGKILL of $target during $backend"
        start -b $backend -w resize "${endless[@]}"
        wait_until 30000 rows_there || say_failure "$name: no rows"
        kill -KILL "$([ $target = bench ] && echo "$pid" || echo -"$pid")"
        finish
        expect_status "$name" 137
        expect_nothing_left "$name" && echo "$name: nothing was left after $waited_ms ms"
        expect_complete_rows "$name"
    done
done

# With a worker that is stopped, which so cannot end by itself.
for backend in pipes shm manager mpi; do
    name="SIGKILL of bench, a worker of $backend being stopped"
    start -b $backend -w primes -n 2 -o "$results" --inject stop:task=1
    wait_until 30000 stopped || say_failure "$name: nothing stopped"
    kill -KILL "$pid"
    finish
    expect_nothing_left "$name"
done

# --- who else may die -----------------------------------------------------------------------------

name='SIGKILL of the janitor'
start -b pipes,mpi -w primes -n 2 --rounds 3 --repetitions 2 -o "$results"
wait_until 30000 test -s "$samples"
expect "$name: there is one" find_child janitor
kill -KILL "$child"
finish
expect_status "$name" 0
expect_nothing_left "$name"

for backend in pipes shm manager mpi; do
    name="SIGKILL of a stopped worker of $backend"
    start -b $backend -w primes -n 2 --rounds 1 -o "$results" --inject stop:task=1
    wait_until 30000 stopped || say_failure "$name: nothing stopped"
    begin_ms=$(now_ms)
    kill -KILL "$victim"
    failed() { grep -q "failed: worker . (pid $victim), task 1: " "$samples"; }
    wait_until 5000 failed && echo "$name: a row after $waited_ms ms"
    finish
    expect_status "$name" 1
    expect_rows "$name" $backend "0.failed: worker . \(pid $victim\), task 1: " dynamic
    expect_nothing_left "$name"
done

# --- plugins --------------------------------------------------------------------------------------

run_rogue() { # CRIME [LIMIT]
    name="a plugin that would $1"
    export ROGUE=$1
    run -b "$rogue" -w primes -n 1 --rounds 1 --repetitions 2 -o "$results" --timeout "${2:-20s}"
    unset ROGUE
}

crime() { # CRIME PATTERN [LIMIT]
    run_rogue "$1" ${3:+"$3"}
    expect_status "$name" 1
    expect_rows "$name" rogue "0.$2" dynamic
    expect_rows "$name" serial 1.ok dynamic
}

run_rogue behave
expect_status "$name" 0
crime crash     'failed: '
crime leave     'failed: the cell exited with status 0'
crime loop      "timeout: not done within ${limit%s} s" "$limit"
crime shout     "timeout: not done within ${limit%s} s" "$limit"
crime chatter   'failed: the cell exited with status 3.* it said: last words'
crime daemonize 'failed: left [0-9]+ processes behind'
crime disguise  'failed: left [0-9]+ processes behind'
export ROGUE_GROUP=$scratch/group
crime flee      'failed: left [0-9]+ processes behind'
expect 'it has not got away' test -z "$(kill -KILL -- -"$(cat "$ROGUE_GROUP")" 2>/dev/null && echo alive)"
crime linger    'failed: loading it left [0-9]+ processes behind'
crime close     'failed: '
crime lie       'wrong: result of task 0'

cp "$0" "$scratch/foreign.so"
run -b "$scratch/foreign.so" -w primes -n 1 --rounds 1 -o "$results"
expect_status 'a plugin that is none' 1
expect 'a plugin that is none: its row says so' grep -q 'failed: cannot load it' "$samples"

# --- long runs ------------------------------------------------------------------------------------

# Descriptors and zombies of bench itself do not grow from cell to cell.
held() { find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l; }
zombies() { pgrep -P "$pid" -r Z | wc -l; }
name='many failing cells'
start -b pipes,pthreads,openmp -w primes -n 2 --rounds 10000 --repetitions 1 -o "$results" \
    --inject kill:task=1
most() { # of a count, in 40 looks
    for _ in {1..40}; do "$1"; sleep 0.01; done | sort -n | tail -n 1
}
wait_until 30000 test -s "$samples"
before=$(most held)
sleep 3
after=$(most held)
expect "$name: descriptors grew from $before to $after" test "$after" -le $((before + 1))
expect "$name: zombies" test "$(zombies)" -le 1
kill -TERM "$pid"
finish
expect_nothing_left "$name"
