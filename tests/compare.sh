#!/usr/bin/env bash
# compare.sh BENCH - bench compare and --against: verdicts, what is no comparison, exit statuses.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/expect.sh"

compare() { # ARGUMENTS: runs bench compare
    "$bench" compare "$@" >"$out" 2>"$err" </dev/null && status=0 || status=$?
}
verdict() { sed -n "$(($1 + 1))s/.*,//p" "$out"; } # of the first, second, ... comparison

# --- two files: made by hand, so that the truth is known ------------------------------------------

# A samples.csv of 6 rounds of 5 samples of cells a and b; FACTOR per mille is put on each time.
make_csv() { # FACTOR BACKEND...
    echo "suite,workload,parameters,backend,schedule,chunk,workers,tasks,task_bytes,result_bytes,round,repetition,wall_ns,start_ns,send_ns,compute_ns,collect_ns,stop_ns,cpu_user_ns,cpu_sys_ns,voluntary_switches,involuntary_switches,minor_faults,peak_rss_kib,bytes_sent,bytes_received,messages,least_tasks,most_tasks,status,verified"
    local round i backend
    for backend in "${@:2}"; do
        for round in 0 1 2 3 4 5; do
            for i in 0 1 2 3 4; do
                echo "run,sum,\"tasks=4,n=9\",$backend,dynamic,1,2,4,24,16,$round,$i,$((($1 * (1000000 + i * 1357 + round * 211)) / 1000)),0,0,0,0,0,0,0,0,0,0,0,0,0,0,2,2,ok,1"
            done
        done
    done
}
make_csv 1000 pipes shm >"$scratch/a.csv"
make_csv 1050 pipes shm >"$scratch/b.csv"
make_csv 1000 pipes >"$scratch/less.csv"

compare "$scratch/a.csv" "$scratch/a.csv"
expect_status 'a file and itself' 0
expect 'a file and itself: no difference' grep -q 'no difference found' "$out"
expect 'two files were not interleaved' grep -q 'not interleaved' "$out"
compare "$scratch/a.csv" "$scratch/b.csv"
expect_status '5 % apart' 3
expect '5 % apart: in words' grep -qE 'B is 5\.0 % slower \(4\.[0-9] to 5\.[0-9] %\)' "$out"
compare "$scratch/b.csv" "$scratch/a.csv" --format json
expect_status 'the other way round' 3
expect 'the other way round: in words' grep -q 'B is 4.8 % faster' "$out"
compare "$scratch/a.csv" "$scratch/less.csv" --format table
expect_status 'cells on one side only' 0
expect 'cells on one side only are counted' grep -q '1 cells that only A has, 0 that only B' "$err"

sed 's/,ok,1$/,failed: "so",0/' "$scratch/a.csv" >"$scratch/failed.csv"
sed -i 's/failed: "so"/"failed: ""so"""/' "$scratch/failed.csv"
compare "$scratch/a.csv" "$scratch/failed.csv" --format table
expect_status 'a side that failed' 0
expect 'a side that failed: too few' grep -q 'too few rounds' "$out"
expect 'a side that failed: counted' grep -q '0 of A, 30 of B' "$out"
told() { # SETTINGS: of pipes
    awk -v told="$1" '{ print $0 (NR == 1 ? ",settings" : "," (/,pipes,/ ? told : "")) }' "$scratch/a.csv"
}
told OMP_PROC_BIND=true >"$scratch/bound.csv"
compare "$scratch/a.csv" "$scratch/bound.csv" --format table
expect 'other settings are told' grep -q "pipes: under other settings: A had '', B 'OMP_PROC_BIND=true'" "$out"
expect 'the same settings are not' test "$(grep -c 'other settings' "$out")" -eq 1
compare "$scratch/bound.csv" --cell backend=pipes --cell backend=shm --format table
expect 'another backend has others' test "$(grep -c 'other settings' "$out")" -eq 0
head -n 4 "$scratch/a.csv" >"$scratch/few.csv"
compare "$scratch/few.csv" "$scratch/b.csv"
expect 'three samples are too few' grep -q 'too few rounds to tell' "$out"

# Two starts of one program that differ by 5 %, each of 30 samples that agree to a tenth of a per
# cent: what the next start would be, nobody knows. Four of each are too few as well.
one_process() { # FACTOR ROUNDS
    make_csv "$1" pipes | awk -F, -v OFS=, -v rounds="$2" 'NR == 1 { print; next }
        { $13 += 5 * $12; $12 %= rounds; print } # a comma is in the parameters'
}
for rounds in 1 4; do
    one_process 1000 $rounds >"$scratch/one.csv"
    one_process 1050 $rounds >"$scratch/other.csv"
    compare "$scratch/one.csv" "$scratch/other.csv"
    expect_status "$rounds rounds of many samples: no difference is claimed" 0
    expect "$rounds rounds of many samples" grep -q 'too few rounds to tell' "$out"
    { cat "$scratch/one.csv"; sed '1d; s/,pipes,/,shm,/' "$scratch/other.csv"; } >"$scratch/two.csv"
    compare "$scratch/two.csv" --cell backend=pipes --cell backend=shm
    expect_status "$rounds rounds of many samples, interleaved: no difference is claimed" 0
done

# --- two cells of one file -------------------------------------------------------------------------

compare "$scratch/a.csv" --cell backend=pipes --cell backend=shm
expect_status 'two equal cells' 0
expect 'two cells of one run were interleaved' test -z "$(grep 'not interleaved' "$out")"
compare "$scratch/a.csv" --cell 'parameters=tasks=4,n=9,backend=pipes' --cell backend=shm,workers=2
expect_status 'parameters with a comma' 0

# --- workers bound to other cores are another cell ---------------------------------------------------

bound() { # PIN FILE: its rows with that column behind them
    sed "1s/\$/,pin/; 2,\$s/\$/,$1/" "$2"
}
bound none "$scratch/a.csv" >"$scratch/none.csv"
bound scatter "$scratch/b.csv" >"$scratch/scatter.csv"
{ cat "$scratch/none.csv"; tail -n +2 "$scratch/scatter.csv"; } >"$scratch/both.csv"
compare "$scratch/none.csv" "$scratch/scatter.csv"
expect_status 'only bound otherwise' 1
expect 'only bound otherwise: says so' grep -q 'in common, but for cells .*--pin' "$err"
compare "$scratch/a.csv" "$scratch/none.csv"
expect_status 'a file from before --pin' 0
compare "$scratch/both.csv" "$scratch/none.csv"
expect_status 'they are not pooled' 0
expect 'they are not pooled: 30 samples on each side' \
    test "$(columns "$out" pin a_samples b_samples | sort -u)" = $'none\t30\t30'
expect 'the others are counted' grep -q '2 of A are in B with workers bound otherwise' "$err"
compare "$scratch/both.csv" --cell backend=shm,pin=none --cell backend=shm,pin=scatter
expect_status 'two bindings of one run' 3

# --- a cell is what was asked for, whatever was handed out together ---------------------------------

asked() { # ASKED CHUNK FILE: its rows, dynamic:ASKED (0: dynamic) of which CHUNK were handed out
    sed "1s/\$/,asked_chunk/; 2,\$s/\$/,$1/; s/,dynamic,1,2,/,dynamic,$2,2,/" "$3"
}
asked 16 4 "$scratch/a.csv" >"$scratch/16.csv"
asked 32 4 "$scratch/b.csv" >"$scratch/32.csv"
asked 0 1 "$scratch/b.csv" >"$scratch/left.csv"
compare "$scratch/16.csv" "$scratch/32.csv"
expect_status 'asked otherwise' 1
compare "$scratch/16.csv" "$scratch/16.csv" --format markdown
expect_status 'asked for the same' 0
expect 'asked and done' grep -q '| dynamic:4 of 16 |' "$out"
compare "$scratch/a.csv" "$scratch/left.csv" # which both say that chunks were of one task
expect_status 'a file from before asked_chunk' 3

# --- what is no comparison -------------------------------------------------------------------------

refuses() { # PATTERN ARGUMENTS
    compare "${@:2}"
    expect_status "compare ${*:2}" 2
    expect "compare ${*:2}: one line" test "$(wc -l <"$err")" -eq 1
    expect "compare ${*:2}: says what would be right" grep -qE "$1" "$err"
}
refuses 'Write bench compare A B'
refuses 'Write bench compare A B' "$scratch/a.csv"
refuses 'Write bench compare A B' "$scratch/a.csv" "$scratch/b.csv" "$scratch/a.csv"
refuses 'Write bench compare A B' "$scratch/a.csv" --cell backend=pipes
refuses 'there are workload, parameters' "$scratch/a.csv" --cell bakend=pipes --cell backend=shm
refuses 'fits 2 cells' "$scratch/a.csv" --cell workers=2 --cell backend=shm
refuses 'fits no cell' "$scratch/a.csv" --cell backend=mpi --cell backend=shm
refuses 'no format' "$scratch/a.csv" "$scratch/b.csv" --format yaml
refuses 'no option' "$scratch/a.csv" --sell x
for foreign in "$scratch/nowhere.csv" /dev/null "$bench"; do
    compare "$scratch/a.csv" "$foreign"
    expect_status "compare with $foreign" 1
    expect "compare with $foreign: one line" test "$(wc -l <"$err")" -eq 1
done
head -c -9 "$scratch/b.csv" >"$scratch/cut.csv"
compare "$scratch/a.csv" "$scratch/cut.csv"
expect_status 'a file that was cut off' 3

# --- another build: ours, twice --------------------------------------------------------------------

run -b serial,pipes -w sum:n=100000 -n 2 --rounds 9 --repetitions 2 --against "$bench" -o "$results"
expect '--against: a verdict' \
    grep -qE 'this build is|no difference found|no verdict: other programs disturbed' "$out"
expect '--against: no failure' test "$status" -eq 0 -o "$status" -eq 3
expect '--against: our rows' test "$(grep -c ',ok,1,' "$samples")" -eq 36
expect '--against: their rows' test "$(grep -c ',ok,1,' "$results/against/samples.csv")" -eq 36
expect '--against: pairs of rounds decide' test "$(columns "$out" rounds interleaved | sort -u)" = $'9\t1'
run -b serial -w sum --against /bin/true
expect_status '--against what is no bench' 2
expect '--against what is no bench: one line' grep -q 'name the bench of another build' "$err"
run -b serial -w sum --against /nowhere
expect_status '--against nothing' 2
start -b serial -w sum:n=50000000 --against "$bench" -o "$results"
measured() { [ -f "$samples" ] && grep -q ',serial,' "$samples"; }
expect 'it measures' wait_until 20000 measured
kill -INT "$pid"
finish
expect_status '--against, Ctrl-C' 130
expect_nothing_left '--against, Ctrl-C'
