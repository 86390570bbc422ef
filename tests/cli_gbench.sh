#!/usr/bin/env bash
# cli_gbench.sh BENCH - Google Benchmark behind --: its file has all rounds under one name with the
# pool's CPU times, flags without effect are refused, variables do not reach cells, full disks are named.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

gbench=$scratch/gbench.json

# --- the file ---------------------------------------------------------------------------------------

run -b serial,pipes,pthreads -w sum:tasks=8,n=20000 -s dynamic:1,dynamic:2 -n 2 --rounds 3 \
    --repetitions 2 --seed 4711 -o "$results" -- --benchmark_out="$gbench" --benchmark_out_format=json \
    --benchmark_time_unit=us --benchmark_context=room=7
expect_status 'a file' 0
if command -v python3 >/dev/null; then
    expect 'the file is samples.csv once more' python - "$gbench" "$results" <<'END'
import collections, csv, json, statistics, sys

data = json.load(open(sys.argv[1]))
rows = collections.defaultdict(list)
for row in csv.DictReader(open(sys.argv[2] + "/samples.csv")):
    chunk = ":" + row["asked_chunk"] if row["asked_chunk"] != "0" else ""
    name = (f"{row['workload']}:{row['parameters']}/{row['backend']}/{row['schedule']}{chunk}"
            f"/workers:{row['workers']}/manual_time")
    rows[name].append((int(row["wall_ns"]) / 1e3,
                       (int(row["cpu_user_ns"]) + int(row["cpu_sys_ns"])) / 1e3))

maps, aggregates = collections.defaultdict(list), collections.defaultdict(list)
for entry in data["benchmarks"]:
    assert entry["time_unit"] == "us" and entry["run_name"] in rows, entry
    of = maps if entry["run_type"] == "iteration" else aggregates
    of[entry["run_name"]].append(entry)
assert set(maps) == set(aggregates) == set(rows) and len(rows) == 5, (set(maps), set(rows))
near = lambda a, b: abs(a - b) <= 1e-9 * max(abs(a), abs(b))
for name, entries in maps.items():
    assert [entry["name"] for entry in entries] == [name] * 6, entries
    assert [entry["repetition_index"] for entry in entries] == list(range(6)), entries
    assert [entry["repetitions"] for entry in entries] == [6] * 6
    assert [entry["round"] for entry in entries] == [0, 0, 1, 1, 2, 2], entries
    for entry, (wall, cpu) in zip(entries, rows[name]):
        assert near(entry["real_time"], wall) and near(entry["cpu_time"], cpu), (entry, wall, cpu)
    made = {entry["aggregate_name"]: entry for entry in aggregates[name]}
    assert sorted(made) == ["cv", "mean", "median", "stddev"] and len(aggregates[name]) == 4
    for key, place in ("real_time", 0), ("cpu_time", 1):
        values = [figures[place] for figures in rows[name]]
        mean, deviation = statistics.mean(values), statistics.stdev(values)
        assert near(made["mean"][key], mean), (name, key)
        assert near(made["median"][key], statistics.median(values)), (name, key)
        assert near(made["stddev"][key], deviation), (name, key)
        assert near(made["cv"][key], deviation / mean), (name, key)
    assert made["cv"]["aggregate_unit"] == "percentage"
families = [entry["family_index"] for entry in data["benchmarks"]]
assert families == sorted(families) and set(families) == set(range(5)), families
context, facts = data["context"], json.load(open(sys.argv[2] + "/environment.json"))
assert context["seed"] == "4711" and context["rounds"] == "3" and context["room"] == "7"
assert context["commit"] == facts["build"]["commit"] != ""
assert context["environment"]["machine"] == facts["machine"]
END
fi

# --- flags ------------------------------------------------------------------------------------------

refuses() { # PATTERN FLAG
    run -b serial -w sum -- "$2"
    expect_status "$2" 2
    expect "$2: in one line" test "$(wc -l <"$err")" -eq 1
    expect "$2: '$1'" grep -q -- "'${2:0:30}.*' behind -- would have no effect: .*$1" "$err"
    expect "$2: nothing was run" test ! -s "$out"
}
refuses 'write --repetitions N'    --benchmark_repetitions=20
refuses 'write --min-time TIME'    --benchmark_min_time=0.5
refuses 'warms up until'           --benchmark_min_warmup_time=1
refuses '--rounds 1'               --benchmark_dry_run=true
refuses 'shuffled in each round'   --benchmark_enable_random_interleaving=true
refuses 'over all rounds'          --benchmark_report_aggregates_only=true
refuses 'perf stat'                --benchmark_perf_counters=CYCLES
refuses 'bench list'               --benchmark_list_tests
refuses '--format F'               --benchmark_display_aggregates_only=true
refuses '--format F'               --benchmark_format=json
refuses '--format F'               --benchmark_color=false
refuses '--format F'               --benchmark_counters_tabular=true
refuses 'for CSV write -o DIR'     --benchmark_out_format=csv

# --- variables --------------------------------------------------------------------------------------

export BENCHMARK_FILTER=nothing BENCHMARK_OUT=$scratch/nobody.json BENCHMARK_REPETITIONS=9
run -b pipes,mpi -w sum -n 2 --rounds 1 --repetitions 2 -o "$results"
unset BENCHMARK_FILTER BENCHMARK_OUT BENCHMARK_REPETITIONS
expect_status 'variables of Google Benchmark' 0
expect_rows 'variables' pipes '1.ok' dynamic
expect_rows 'variables' mpi '1.ok' dynamic
expect 'variables: as often as bench says' test "$(rows_of pipes | wc -l)" -eq 2
expect 'variables: no file' test ! -e "$scratch/nobody.json"

# --- a full disk ------------------------------------------------------------------------------------

full="No space left on device"
ln -s /dev/full "$scratch/full.json"
ln -s /dev/full "$scratch/table.csv"
run -b serial -w sum --rounds 1 --repetitions 1 -- --benchmark_out="$scratch/full.json"
expect_status 'benchmark_out on a full disk' 1
expect 'benchmark_out on a full disk: named' grep -qx "bench: cannot write all of $scratch/full.json: $full" "$err"
run -b serial -w sum --rounds 1 --repetitions 1 --trace "$scratch/full.json"
expect_status 'a trace on a full disk' 1
expect 'a trace on a full disk: named' grep -qx "bench: cannot write all of $scratch/full.json: $full" "$err"
run -b serial -w sum --rounds 1 --repetitions 1 --trace "$scratch/table.json"
expect_status "a trace's table on a full disk" 1
expect "a trace's table on a full disk: named" grep -qx "bench: cannot write all of $scratch/table.csv: $full" "$err"

# --- faults leave the baseline ----------------------------------------------------------------------

run -b serial,pipes -w sum -n 2 --rounds 1 --repetitions 2 --inject kill:task=2 --on-death retry \
    -o "$results"
expect_status 'a fault beside serial' 0
expect_rows 'a fault beside serial' serial 1.ok dynamic
expect 'a fault beside serial: there is a speedup' grep -qE $'^pipes\t[0-9]' \
    <(columns "$results/summary.csv" backend speedup)
run -b serial -w sum --rounds 1 --repetitions 2 --inject kill:task=2 -o "$results"
expect_status 'a fault in serial alone' 1
expect_rows 'a fault in serial alone' serial 0.failed dynamic
