#!/usr/bin/env bash
# cli_output.sh BENCH - what comes out of a run, in which form, and what samples.csv says.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

quick=(-n 2 --rounds 1 --repetitions 2)
# The agreed columns (the README's and any script's); more may follow.
agreed=suite,workload,parameters,backend,schedule,chunk,workers,tasks,task_bytes,result_bytes,round
agreed+=,repetition,wall_ns,start_ns,send_ns,compute_ns,collect_ns,stop_ns,cpu_user_ns,cpu_sys_ns
agreed+=,voluntary_switches,involuntary_switches,minor_faults,peak_rss_kib,bytes_sent
agreed+=,bytes_received,messages,least_tasks,most_tasks,status,verified

is_json() { # FILE
    if command -v python3 >/dev/null; then
        python -c 'import json, sys; json.load(open(sys.argv[1]), parse_constant=sys.exit)' "$1"
    else
        grep -q '^[[{]' "$1" && tail -n 1 "$1" | grep >/dev/null '[]}]$'
    fi
}

# Every line has as many fields as the first.
is_csv() { # FILE
    sed -E ':again; s/^(([^"]*"[^"]*")*[^"]*"[^",]*),/\1;/; t again' "$1" |
        awk -F, 'NR == 1 { fields = NF } NF != fields { exit 1 } END { exit NR < 2 }'
}

# --- samples.csv: every backend, every schedule ---------------------------------------------------

run -b all -w sum,primes,resize -s all "${quick[@]}" -o "$results"
expect_status 'all of all' 0
expect 'piped output is CSV' is_csv "$out"
expect 'samples.csv is CSV' is_csv "$samples"
expect 'summary.csv is CSV' is_csv "$results/summary.csv"
expect 'environment.json is JSON' is_json "$results/environment.json"
expect 'nothing on standard error' test -z "$(said)"
expect 'the agreed columns come first' grep -qE "^$agreed(,|$)" <(head -n 1 "$samples")
bad=$(columns "$samples" workload backend schedule wall_ns send_ns compute_ns collect_ns least_tasks \
        most_tasks tasks status verified |
    awk -F'\t' '$11 ~ /^skip/ { next }
                $4 == 0 || $4 != $5 + $6 + $7 || $8 > $9 || $9 > $10 || $12 != 1 ||
                $11 != "ok" && $11 != "disturbed: measured again"' |
    head -n 3)
impossible=$(columns "$samples" wall_ns cpu_user_ns cpu_sys_ns backend status | awk -F'\t' -v cores="$(nproc)" \
    '$5 == "ok" && $2 + $3 > cores * $1 + 1' | head -n 3)
expect "no more processor time than there was: $impossible" test -z "$impossible"
expect "rows are verified, and phases sum to the wall time: $bad" test -z "$bad"
for backend in pipes shm manager pthreads openmp mpi; do
    expect_rows 'all of all' $backend '(1.ok|0.skip)' per-task dynamic static
done
expect_rows 'all of all, serial, which has no schedules' serial 1.ok per-task

# --- formats --------------------------------------------------------------------------------------

run -b serial,pipes -w sum,primes "${quick[@]}" --format json
expect 'json' is_json "$out"
run -b serial,pipes -w sum,primes "${quick[@]}" --format csv
expect 'csv' is_csv "$out"
run -b serial,pipes -w sum,primes "${quick[@]}" --format markdown
expect 'markdown: only tables, headings and blank lines' test -z "$(
    grep -vE '^(\|.*\||\*\*.*|While this was measured, .*)?$' "$out")"
expect 'markdown: a row' grep -q '^| pipes | dynamic:1 | 2 |' "$out"
run -b serial,pipes -w sum,primes "${quick[@]}" --format latex
expect 'latex: begins' grep -q '^.begin{tabular}' "$out"
expect 'latex: ends' grep -q '^.end{tabular}' "$out"
expect 'latex: a row' grep -q '^pipes & .* \\\\$' "$out"
run -b serial,pipes -w sum,primes "${quick[@]}" --format table
expect 'table' grep -qE '^ *pipes +dynamic:1 +2 ' "$out"
if command -v script >/dev/null; then
    script -qec "'$bench' -b serial -w primes --rounds 1" /dev/null </dev/null >"$out"
    expect 'a terminal gets a table' grep -q '^serial  *dynamic  ' "$out"
    expect 'and progress' grep -q '\[1/1\] serial' "$out"
fi

# --- --results: what the lecture prints, in the order of submission, beside any format ---------------

for backend in serial pipes shm manager pthreads openmp mpi; do
    run -b $backend -w sum,primes -s dynamic:1 "${quick[@]}" --results
    expect "--results of sum on $backend" test "$(grep -A 4 "^sum:.* on $backend," "$err" |
        tail -n 4)" = "$(
        for v in 1 2 3 4; do echo "Worker $((v - 1)) done: $((v * 1999999000000))"; done)"
    expect "--results of primes on $backend" test "$(grep -A 6 "^primes:.* on $backend," "$err" |
        tail -n 6)" = "$(
        printf '(%s)\n' '20000, 2262' '30000, 3245' '25000, 2762' '35000, 3732' '40000, 4203' \
            '15000, 1754')"
    expect "--results on $backend leave the CSV alone" is_csv "$out"
done
asked=$(printf '%s on %s, ' sum: serial sum: pipes sum: shm primes: serial primes: pipes primes: shm)
for seed in 1 2 3; do
    run -b serial,pipes,shm -w sum,primes "${quick[@]}" --rounds 2 --seed $seed --results --format table
    expect_status '--results before a table' 0
    expect '--results: in the order of the command line, once, before the table' test "$asked" = "$(
        sed -nE '/median/q; s/^(sum:|primes:).* on ([a-z]+), .*/\1 on \2, /p' "$out" | tr -d '\n')"
done

# --- Google Benchmark's own file --------------------------------------------------------------------

gbench=$scratch/gbench
run -b serial,pipes,openmp -w sum,primes "${quick[@]}" --rounds 2 \
    -- --benchmark_out="$gbench" --benchmark_out_format=json
expect_status 'benchmark_out' 0
expect 'benchmark_out is JSON' is_json "$gbench"
for cell in {sum,primes}:.*/{serial,pipes,openmp}/dynamic; do
    found=$(grep -cE "\"name\": \"$cell/.*manual_time\"" "$gbench" || true)
    expect "benchmark_out: $cell, twice in each of two rounds" test "$found" -eq 4
done
run -b openmp -w sum --inject kill:task=0 -- --benchmark_out="$gbench"
expect_status 'benchmark_out of a cell that dies' 1
expect 'benchmark_out of a cell that dies is JSON' is_json "$gbench"
run -b serial -w sum "${quick[@]}" -o "$results" -- --benchmark_filter=nothing
expect_status 'a filter that lets nothing through' 0
expect_rows 'filter' serial '0.skip: .*flags' dynamic

# --- --pin and --trace ------------------------------------------------------------------------------

last=$(taskset -cp $$ | sed 's/.*[-, ]//') # of the processors that we may use
for backend in $(backends_here); do
    run -b "$backend" -w sum:tasks=8,n=1000 -n 2 -s dynamic:1,per-task --rounds 1 --repetitions 1 \
        --pin "$last" --trace "$scratch/trace.json" -o "$results"
    expect_status "--pin and --trace, $backend" 0
    expect "--pin is in the rows, $backend" test "$(columns "$samples" pin | sort -u)" = "$last"
    expect "--trace is JSON, $backend" is_json "$scratch/trace.json"
    columns "$scratch/trace.csv" backend task begin_ns end_ns >"$scratch/tasks"
    expect "--trace has each task, $backend" test "$(awk -v b="$backend" \
        '$1 == b && $4 >= $3 { print $2 }' "$scratch/tasks" | sort -nu | tr '\n' ' ')" = '0 1 2 3 4 5 6 7 '
done

run -b pthreads -w nonsense --trace "$scratch/none.json"
expect '--trace: no file of a command line that is wrong' test ! -e "$scratch/none.json"

# --- readers that leave -----------------------------------------------------------------------------

for format in csv json table; do
    start -b serial,pipes,mpi -w sum "${quick[@]}" --format $format --results > >(head -n 1 >/dev/null)
    finish
    expect "| head, $format: ends by SIGPIPE or well" test "$status" -eq 141 -o "$status" -eq 0
    expect "| head, $format: says nothing" test -z "$(said | grep '^bench: ')"
    expect_nothing_left '| head'
done
