#!/usr/bin/env bash
# faults_soak.sh BENCH [TIMES] - a worker is killed a hundred times in pipes, shm and mpi, with and
# without a retry: named or retried with right results each time, and nothing left behind. Then how
# long it takes until bench tells of a death, of a limit, and until nothing is left after SIGKILL.
# By default CTest runs it with TIMES = 2, which is deaths only; all of it takes ten minutes:
# `ctest -C soak -L soak`, or by hand.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
times=${2:-100}
backends=(pipes shm manager mpi)

quartiles() { # NAME FIGURE...
    [ $# -gt 1 ] || return 0
    printf '%s\n' "${@:2}" | sort -n | awk -v name="$1" '{ ms[NR] = $1 }
        END { if (NR > 0) printf "%-42s median %4d ms, 90 %% %4d ms, longest %4d ms (%d runs)\n",
                     name, ms[int((NR + 1) / 2)], ms[int(NR * 0.9 + 0.5)], ms[NR], NR }'
}

# --- a hundred deaths -----------------------------------------------------------------------------

for backend in "${backends[@]}"; do
    for on_death in fail retry; do
        before=$failures
        for ((i = 0; i < times; i++)); do
            run -b "$backend" -w primes -n 3 --rounds 1 --repetitions 2 -o "$results" \
                --inject kill:task=$((i % 6)) --on-death $on_death --seed "$i"
            name="$backend, $on_death, $i"
            who="worker [0-2] \(pid [0-9]+\), task $((i % 6)): "
            [ "$backend" != mpi ] || who="worker .*task $((i % 6))\b" # with the others that die of it
            if [ $on_death = fail ]; then
                expect_status "$name" 1
                expect_rows "$name" "$backend" "0.failed: $who" dynamic
            else
                expect_status "$name" 0
                expect_rows "$name" "$backend" "1.retried: $who" dynamic
            fi
        done
        echo "$backend, $on_death: $times runs, $((failures - before)) failures"
    done
done

# --- how long -------------------------------------------------------------------------------------

stopped() { # sets $victim: a process of ours that a fault has stopped
    victim=$(descendants | xargs -r ps -o pid=,stat= -p | awk '$2 ~ /^T/ { print $1; exit }')
    [ -n "$victim" ]
}
late() { grep -q ',timeout: ' "$samples"; }
limit_s=$pace # a second, on a quiet machine
uptime_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; } # by the clock of --launched-ns
failed() { grep -q ',"failed: worker' "$samples"; }

for backend in "${backends[@]}"; do
    figures=()
    for ((i = 0; i < times / 5; i++)); do
        start -b "$backend" -w primes -n 2 --rounds 1 --seed "$i" -o "$results" --inject stop:task=1
        wait_until 30000 stopped || say_failure "$backend: nothing stopped"
        kill -KILL "$victim"
        wait_until 30000 failed || say_failure "$backend: no row tells of the death"
        figures+=("$waited_ms")
        finish
    done
    quartiles "$backend: from a death to its row" "${figures[@]}"
done

for backend in "${backends[@]}"; do
    figures=()
    for ((i = 0; i < times / 10; i++)); do
        start -b "$backend" -w primes -n 2 --rounds 1 --seed "$i" -o "$results" \
            --inject stop:task=1 --timeout "${limit_s}s"
        wait_until 30000 stopped || say_failure "$backend: nothing stopped"
        launched_ns=$(tr '\0' ' ' <"/proc/$victim/cmdline" | sed 's/.*--launched-ns \([0-9]*\).*/\1/')
        wait_until 30000 late || say_failure "$backend: no row tells of the limit"
        figures+=($(($(uptime_ms) - launched_ns / 1000000 - limit_s * 1000)))
        finish
    done
    quartiles "$backend: beyond a limit of $limit_s s" "${figures[@]}"
done

for backend in "${backends[@]}" pthreads openmp; do
    figures=()
    for ((i = 0; i < times / 10; i++)); do
        start -b "$backend" -w primes -n 2 --rounds 1000 -o "$results"
        wait_until 30000 test -s "$samples"
        sleep "0.$((RANDOM % 9))"
        kill -KILL "$pid"
        finish
        expect_nothing_left "$backend"
        figures+=("$waited_ms")
    done
    quartiles "$backend: from SIGKILL of bench to nothing" "${figures[@]}"
done
