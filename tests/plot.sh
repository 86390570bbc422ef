#!/usr/bin/env bash
# bench plot: pictures from small files by hand, among them names that gnuplot, XML or a shell would
# misread; what is skipped and why; usage errors.
set -uo pipefail
command -v gnuplot >/dev/null || { echo "SKIP: no gnuplot"; exit 77; }
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

data="$scratch/run \$(touch ran) '|&"
mkdir "$data"
cat >"$data/spawn.csv" <<'CSV'
mechanism,condition,total_ns,total_low_ns,total_high_ns,status
pthread,,19000,18000,20000,ok
"h ""q"" @{x}^_&<\,t",single,103000,,,ok
lost,,,,,failed: fork
CSV
cat >"$data/summary.csv" <<'CSV'
suite,workload,parameters,backend,schedule,workers,speedup,speedup_low,speedup_high,capacity,verified,status
s,sum,n=1,serial,dynamic,1,1,1,1,1,1,ok
s,sum,n=1,pipes,dynamic,4,1.5,1.2,1.8,1.9,1,ok
s,sum,n=1,shm,dynamic,4,,,,,0,failed: x
s,"a
b",,pipes,dynamic,4,0.5,,,,1,ok
CSV
cat >"$data/ipc.csv" <<'CSV'
transport,between,placement,bytes,round_trip_ns,round_trip_low_ns,round_trip_high_ns,bandwidth_bytes_per_s,bandwidth_low_bytes_per_s,bandwidth_high_bytes_per_s,verified,status
pipe,processes,different,8,46000,45000,47000,1e7,,,1,ok
pipe,processes,different,4096,50000,0,51000,1e9,9e8,2e9,1,ok
spin,threads,different,8,100,90,110,2e7,,,1,ok
one-core,processes,same,8,1,,,1,,,1,ok
wrong,processes,different,8,1,,,1,,,0,ok
lost,processes,different,8,,,,,,,0,skip: x
CSV
cat >"$data/metg_curve.csv" <<'CSV'
backend,schedule,chunk,workers,task_ns,granularity_ns,efficiency,efficiency_low,efficiency_high,status
pipes,dynamic,40,2,100,1000,0.1,0.05,0.2,ok
pipes,dynamic,10,2,20000,25000,0.8,0.7,0.9,ok
pipes,dynamic,1,2,100,2000,0.05,,,ok
pipes,dynamic,1,2,20000,40000,0.5,,,ok
CSV
cat >"$data/metg.csv" <<'CSV'
backend,schedule,chunk,workers,efficiency,metg_ns,metg_low_ns,metg_high_ns,status
pipes,dynamic,0,2,0.5,15000,14000,,ok
pipes,dynamic,1,2,0.5,40000,,,ok
gone,dynamic,0,2,0.5,1,,,ok
CSV

has() { grep -qF -- "$1" "$2"; }
lacks() { ! grep -qF -- "$1" "$2"; }
whole_svg() { head -c 5 "$1" | grep -q '<?xml' && tail -n 3 "$1" | grep -q '</svg>'; }

run plot "$data" --format svg,png,pdf
expect_status "all plots" 0
for name in speedup spawn ipc-latency ipc-bandwidth metg; do
    expect "$name" whole_svg "$data/plots/$name.svg"
    expect "$name.png" test -s "$data/plots/$name.png"
    expect "$name.pdf" test -s "$data/plots/$name.pdf"
    ! command -v xmllint >/dev/null || expect "$name" xmllint --noout "$data/plots/$name.svg"
done
expect "hostile text stands as it is" has "@{x}^_&amp;&lt;\\,t" "$data/plots/spawn.svg"
expect "no figure, no row" lacks "lost" "$data/plots/spawn.svg"
expect "no figure, no row" lacks "shm" "$data/plots/speedup.svg"
expect "finding" has "in 1 of 2 jobs" "$data/plots/speedup.svg"
expect "latency's finding" has "8 bytes and back: spin 0.1 us, pipe 46 us" "$data/plots/ipc-latency.svg"
expect "bandwidth's finding" has "pipe 1 GB/s, spin 0.02 GB/s" "$data/plots/ipc-bandwidth.svg"
for name in one-core wrong lost; do
    expect "not verified on two cores: $name" lacks "$name" "$data/plots/ipc-latency.svg"
done
expect "metg's finding" has "One by one, half efficient from 40 us (pipes)" \
    "$data/plots/metg.svg"
expect "a mark without its line" lacks "gone" "$data/plots/metg.svg"
rm "$data/metg.csv"
run plot "$data" --only metg
expect_status "metg without marks" 0
expect "metg without marks" has "Efficiency by granularity" "$data/plots/metg.svg"
rm "$data/ipc.csv" "$data/metg_curve.csv"
run plot "$data/spawn.csv"
expect_status "a file" 2
expect "a file" has "is a file" "$err"
expect "a path is no command" test ! -e ran

# By workers, and by phases: three workloads, so that the last panel stands alone in its row.
mkdir "$scratch/cells"
{
    echo "suite,workload,parameters,backend,schedule,chunk,workers,speedup,speedup_low,speedup_high,capacity,verified,start_ns,send_ns,compute_ns,collect_ns,stop_ns"
    for work in sum 'p"{x}^_&<' resize; do
        echo "s,\"${work//\"/\"\"}\",n=1,pipes,dynamic,1,1,0.9,0.8,1,1,1,1000,2000,90000,1000,6000"
        echo "s,\"${work//\"/\"\"}\",n=1,pipes,dynamic,1,2,1.75,,,1.9,1,900000,2000,90000,1000,7000"
        echo "s,\"${work//\"/\"\"}\",n=1,broken,dynamic,1,2,,,,,0,,,,,"
    done
} >"$scratch/cells/summary.csv"
run plot "$scratch/cells" --only scaling,phases --format svg,png
expect_status "by workers and phases" 0
for name in scaling phases; do
    expect "$name" whole_svg "$scratch/cells/plots/$name.svg"
    expect "$name.png" test -s "$scratch/cells/plots/$name.png"
    expect "$name: text as it is" has "{x}^_&amp;&lt;" "$scratch/cells/plots/$name.svg"
    expect "$name: no figure, no row" lacks broken "$scratch/cells/plots/$name.svg"
done
expect "scaling: finding" has "1.75 times, by pipes x2 in sum" "$scratch/cells/plots/scaling.svg"
expect "phases: finding" has "in 3 of 6 cells" "$scratch/cells/plots/phases.svg"
expect "phases: the sum" has "1 ms" "$scratch/cells/plots/phases.svg"
sed -i '/,2,1.75/d' "$scratch/cells/summary.csv"
run plot "$scratch/cells" --only scaling
expect_status "one number of workers does not scale" 1

rm "$data/spawn.csv"
run plot "$data" --only spawn
expect_status "nothing to draw" 1
expect "skip line" has "bench spawn -o DIR" "$err"
head -n 1 "$data/summary.csv" >"$scratch/header"
mv "$scratch/header" "$data/summary.csv"
run plot "$data"
expect_status "no rows" 1
expect "no rows" has "no row with such a figure" "$err"
: >"$data/summary.csv"
run plot "$data"
expect_status "empty file" 1
expect "empty file" has "empty" "$err"

for wrong in "" "$data --format gif" "$data --only nothing" "$data --unknown" "$scratch/none"; do
    # shellcheck disable=SC2086 # words
    run plot ${wrong/#$data/$scratch}
    expect_status "usage: $wrong" 2
    expect "usage: $wrong" test "$(wc -l <"$err")" = 1
done
