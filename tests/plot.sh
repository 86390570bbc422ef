#!/usr/bin/env bash
# bench plot: pictures from small files by hand, among them names that gnuplot, XML, LaTeX or a shell
# would misread; what is skipped and why; usage errors.
set -uo pipefail
command -v gnuplot >/dev/null || { echo "SKIP: no gnuplot"; exit 77; }
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

data="$scratch/run \$(touch ran) '|&"
mkdir "$data"
cat >"$data/spawn.csv" <<'CSV'
mechanism,condition,total_ns,total_low_ns,total_high_ns,idle_pss_kib,idle_uss_kib,status
pthread,,19000,18000,20000,7.5,8,ok
"h ""q"" @{x}^_&<\,t",single,103000,,,4096,3072,ok
"{b} [c] \end{document} %$#~",,104000,,,100,0,ok
lost,,,,,999,999,failed: fork
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
transport,between,placement,bytes,round_trip_ns,round_trip_low_ns,round_trip_high_ns,chain_bytes_per_s,chain_low_bytes_per_s,chain_high_bytes_per_s,window_bytes_per_s,verified,status
pipe,processes,different,8,46000,45000,47000,1e7,,,,1,ok
pipe,processes,different,4096,50000,0,51000,1e9,9e8,2e9,,1,ok
spin,threads,different,8,100,90,110,2e7,,,1e8,1,ok
one-core,processes,same,8,1,,,1,,,,1,ok
wrong,processes,different,8,1,,,1,,,,0,ok
lost,processes,different,8,,,,,,,,0,skip: x
CSV
cat >"$data/metg_curve.csv" <<'CSV'
backend,schedule,chunk,workers,task_ns,granularity_ns,efficiency,efficiency_low,efficiency_high,status,map
pipes,dynamic,40,2,100,1000,0.1,0.05,0.2,ok,long
pipes,dynamic,10,2,20000,25000,0.8,0.7,0.9,ok,long
pipes,dynamic,1,2,100,2000,0.05,,,ok,long
pipes,dynamic,1,2,1000,7000000000,0.01,,,ok,scan
pipes,dynamic,1,2,20000,9000000000,0.01,,,ok,short
pipes,dynamic,1,2,20000,40000,0.5,,,ok,long
CSV
cat >"$data/metg.csv" <<'CSV'
backend,schedule,chunk,workers,efficiency,metg_ns,metg_low_ns,metg_high_ns,status,map_ns,task_ns
pipes,dynamic,0,2,0.5,15000,14000,,ok,,
pipes,dynamic,1,2,0.5,40000,,,ok,511000,411
gone,dynamic,0,2,0.5,1,,,ok,1,1
CSV

has() { grep -qF -- "$1" "$2"; }
lacks() { ! grep -qF -- "$1" "$2"; }
whole_svg() { head -c 5 "$1" | grep >/dev/null '<?xml' && tail -n 3 "$1" | grep -q '</svg>'; }

cat >"$data/trace.csv" <<'CSV'
workload,parameters,backend,schedule,chunk,workers,task,worker,pid,tid,begin_ns,end_ns
primes,n=1,pipes,dynamic,1,2,0,0,7,7,1000,4001000
primes,n=1,pipes,dynamic,1,2,1,0,7,7,4001000,8001000
primes,n=1,pipes,dynamic,1,2,22,1,8,8,1000,2001000
primes,n=1,pipes,dynamic,1,2,33,1,8,8,2001000,2001001
primes,n=1,pipes,dynamic,1,2,44,2,8,8,0,99000000
primes,n=1,pipes,dynamic,1,2,55,1,8,8,5000000,4000000
primes,n=1,pipes,dynamic,1,2,,1,8,8,1,99000000
"{p}_&<%$",n=1,"[shm] \x^#",static,0,1,66,0,9,9,0,1000
"{p}_&<%$",n=1,serial,static,0,999999999,77,0,9,9,0,1000
CSV

# Whether LaTeX makes a document of a page for each of so many plots.
set_by_latex() { # PLOTS COUNT
    command -v pdflatex >/dev/null || return 0
    {
        printf '%s\n' '\documentclass{article}\usepackage{graphicx,color}\begin{document}'
        for name in "$1"/*.tex; do
            printf '%s\n' "\\resizebox{\\linewidth}{!}{\\input{$(basename "$name")}}\\newpage"
        done
        printf '%s\n' 'The end.\end{document}'
    } >"$scratch/document.tex"
    (cd "$1" && HOME=$scratch pdflatex -interaction=nonstopmode -halt-on-error \
        -output-directory="$scratch" "$scratch/document.tex") >"$out" 2>&1 </dev/null
    grep -q "($(($2 + 1)) pages" "$out"
}

run plot "$data"
expect_status "all plots" 0
for name in speedup spawn memory timeline ipc-latency ipc-bandwidth metg; do
    expect "$name" whole_svg "$data/plots/$name.svg"
    expect "$name.png" test -s "$data/plots/$name.png"
    expect "$name.pdf" test -s "$data/plots/$name.pdf"
    expect "$name.tex" has "]{$name-latex}}%" "$data/plots/$name.tex"
    expect "$name.tex" test -s "$data/plots/$name-latex.pdf"
    ! command -v xmllint >/dev/null || expect "$name" xmllint --noout "$data/plots/$name.svg"
done
expect "hostile text stands as it is" has "@{x}^_&amp;&lt;\\,t" "$data/plots/spawn.svg"
expect "hostile text stands as it is" has "{b} [c] \\end{document} %\$#~" "$data/plots/spawn.svg"
expect "hostile text is text in LaTeX" has '\{b\} {[}c{]} \textbackslash{}end\{document\}' \
    "$data/plots/spawn.tex"
expect "starting: finding" has "5.5 times that by pthread" "$data/plots/spawn.svg"
expect "memory: finding" has "8 KiB (pthread) to 3 MiB (h 'q'" "$data/plots/memory.tex"
expect "timeline: finding, without what no worker can have run" \
    has "Workers compute 62 % of the time until the last task ends" "$data/plots/timeline.svg"
expect "timeline: numbers where there is room" has ">22<" "$data/plots/timeline.svg"
for number in 33 44 55 77; do
    expect "timeline: task $number" lacks ">$number<" "$data/plots/timeline.svg"
done
expect "timeline: hostile text" has "[shm] \\x^# x1 static" "$data/plots/timeline.svg"
expect "no figure, no row" lacks "lost" "$data/plots/spawn.svg"
expect "no figure, no row" lacks "lost" "$data/plots/memory.svg"
expect "no figure, no row" lacks "shm" "$data/plots/speedup.svg"
expect "finding" has "in 1 of 2 jobs" "$data/plots/speedup.svg"
expect "latency's finding" has "8 bytes and back: spin 0.1 us, pipe 46 us" "$data/plots/ipc-latency.svg"
expect "bandwidth's finding" has "pipe 1 GB/s, spin 0.02 GB/s" "$data/plots/ipc-bandwidth.svg"
expect "bandwidth in windows" has "spin in windows" "$data/plots/ipc-bandwidth.svg"
expect "no windows of a pipe" lacks "pipe in windows" "$data/plots/ipc-bandwidth.svg"
expect "no windows of a round trip" lacks "in windows" "$data/plots/ipc-latency.svg"
for name in one-core wrong lost; do
    expect "not verified on two cores: $name" lacks "$name" "$data/plots/ipc-latency.svg"
done
expect "metg's finding" has "One by one, half efficient from 40 us (pipes)" \
    "$data/plots/metg.svg"
expect "what a task and a map cost" has "pipes: 411 ns + 511 us/map" "$data/plots/metg.svg"
expect "neither scans nor short maps" lacks "1000000" "$data/plots/metg.svg"
expect "a mark without its line" lacks "gone" "$data/plots/metg.svg"
expect "LaTeX sets all of them" set_by_latex "$data/plots" 7
rm "$data/metg.csv"
run plot "$data" --only metg --format svg
expect_status "metg without marks" 0
expect "metg without marks" has "Efficiency by granularity" "$data/plots/metg.svg"
rm "$data/ipc.csv" "$data/metg_curve.csv" "$data/trace.csv"
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

# A trace of many tasks: what is shorter than a pixel is drawn together; whole cells, as many as fit.
{
    echo "workload,parameters,backend,schedule,chunk,workers,task,worker,pid,tid,begin_ns,end_ns"
    for task in {1..3000}; do
        echo "w,p,one,dynamic,1,2,$task,0,7,7,${task}000,${task}900"
    done
    echo "w,p,two,dynamic,1,399,1,0,7,7,1,9000"
    echo "w,p,three,dynamic,1,1,1,0,7,7,1,9000"
} >"$scratch/cells/trace.csv"
run plot "$scratch/cells" --only timeline --format svg
expect_status "many tasks" 0
expect "many tasks: the share" has "compute 45 % of the time" "$scratch/cells/plots/timeline.svg"
expect "what is left out is told" has "(the first 1 cell)" "$scratch/cells/plots/timeline.svg"
expect "many tasks, not as many boxes" test "$(wc -c <"$scratch/cells/plots/timeline.svg")" -lt 600000

# C beside Python: the most workers that fit and both have, each backend by its best cell.
{
    echo "suite,workload,parameters,backend,schedule,chunk,workers,speedup,speedup_low,speedup_high,capacity,oversubscribed,verified"
    for size in "small,0.25" "large,1.6"; do
        echo "s,sum,${size%,*},serial,dynamic,1,1,1,1,1,1,0,1"
        for workers in 1,0 2,0 4,1; do
            echo "s,sum,${size%,*},pipes,dynamic,1,${workers%,*},1.8,1.7,1.9,1.95,${workers#*,},1"
            echo "s,sum,${size%,*},pipes,static,0,${workers%,*},0.5,0.4,0.6,1.95,${workers#*,},1"
            echo "s,sum,${size%,*},python-pool,dynamic,1,${workers%,*},${size#*,},0.2,1.75,1.9,${workers#*,},1"
        done
    done
    echo "s,sum,small,pthreads,dynamic,1,2,1.8,1.7,1.9,1.9,0,1"
    echo "s,sum,small,python-threads,dynamic,1,2,0.9,0.8,1,1.9,0,1"
    echo "s,sum,small,python-threads-nogil,dynamic,1,2,,,,,0,0"
    echo "s,sum,small,shm,dynamic,1,2,9,9,9,9,0,1"
} >"$scratch/cells/summary.csv"
run plot "$scratch/cells" --only python --format svg
expect_status "C beside Python" 0
expect "python: finding" has "surely slower than C's in 1 of 3 pairs" "$scratch/cells/plots/python.svg"
for label in "pipes x2" "python-pool x2" "pthreads x2" "python-threads x2"; do
    expect "python: $label" has ">$label<" "$scratch/cells/plots/python.svg"
done
for label in x1 x4 static shm nogil; do
    expect "python: $label" lacks "$label<" "$scratch/cells/plots/python.svg"
done

# Every plot, with one sample of everything and no interval, all names as bad as can be; and a bound
# that a logarithmic axis has no place for.
mkdir "$scratch/bad"
python - "$scratch/bad" <<'PY'
import csv, sys
bad = '{<b>"_^@&~%$#\\x'
tables = {
    "summary": [{"suite": "s", "workload": bad, "parameters": bad, "backend": backend, "chunk": 1,
                 "schedule": bad, "workers": workers, "speedup": 0.5, "speedup_low": "nan",
                 "speedup_high": "", "capacity": "inf", "verified": 1, "start_ns": 1, "send_ns": 1,
                 "compute_ns": 1, "collect_ns": 1, "stop_ns": 1}
                for backend in (bad, "pipes", "python-pool") for workers in (1, 2)],
    "spawn": [{"mechanism": bad, "condition": bad, "total_ns": 1000, "total_low_ns": 0,
               "total_high_ns": -5, "idle_pss_kib": 8, "idle_uss_kib": 8, "status": "ok"}],
    "ipc": [{"transport": bad, "placement": "free", "bytes": 8, "round_trip_ns": 5,
             "chain_bytes_per_s": 5, "window_bytes_per_s": 5, "verified": 1, "status": "ok"}],
    "metg_curve": [{"backend": bad, "schedule": bad, "chunk": 1, "workers": 2, "task_ns": 1,
                    "granularity_ns": 2, "efficiency": 0.5, "status": "ok"}],
    "trace": [{"workload": bad, "parameters": bad, "backend": bad, "schedule": bad, "chunk": 1,
               "workers": 1, "task": 1e300, "worker": 0, "begin_ns": 0, "end_ns": 1e300}],
}
for name, rows in tables.items():
    with open(f"{sys.argv[1]}/{name}.csv", "w") as file:
        out = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
PY
run plot "$scratch/bad" --format svg,latex
expect_status "bad names" 0
expect "bad names: nothing to say" test ! -s "$err"
expect "bad names are text in each picture" python - "$scratch/bad/plots" <<'PY'
import glob, sys, xml.etree.ElementTree
pictures = glob.glob(sys.argv[1] + "/*.svg")
assert len(pictures) == 10, pictures
for path in pictures:
    text = "".join(xml.etree.ElementTree.parse(path).getroot().itertext())
    assert "{<b>'_^@&~%$#\\x" in text, (path, text)
PY
expect "bad names: LaTeX sets all of them" set_by_latex "$scratch/bad/plots" 10
expect "no bound of 0 on a logarithmic axis" has ">1<" "$scratch/bad/plots/spawn.svg"

# Many cells: no rule looks at all of them for each pair of them, which would take minutes.
{
    head -n 1 "$scratch/cells/summary.csv"
    for job in {1..50}; do
        for workers in 1 2 4; do
            for backend in pipes shm python-pool python-queue; do
                echo "s,sum,$job,$backend,dynamic,1,$workers,1,1,1,1,0,1"
            done
        done
    done
} >"$scratch/summary" && mv "$scratch/summary" "$scratch/cells/summary.csv"
run plot "$scratch/cells" --only scaling,python --format svg
expect_status "many cells" 0

rm "$data/spawn.csv"
run plot "$data" --only spawn,memory,timeline,python --format svg
expect_status "nothing to draw" 1
expect "skip line" has "bench spawn -o DIR" "$err"
expect "skip line" has "--trace DIR/trace.json" "$err"
expect "skip line" has "bench --backend all,python" "$err"
expect "a line for each" test "$(wc -l <"$err")" = 4
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
