#!/usr/bin/env bash
# files.sh BENCH - CSVs as spreadsheets save them are read as what they were, or refused in a line that
# names the file; what cannot be written names its file, and keeps what was measured; any name will do.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
full='No space left on device'
cell=(-w sum:tasks=4,n=10000 -n 1 --rounds 2 --repetitions 2)
cd "$scratch" # names below are relative

says() { # NAME STATUS PATTERN: one line on standard error
    expect_status "$1" "$2"
    expect "$1: one line" test "$(said | wc -l)" -eq 1
    expect "$1: '$3'" grep -qE -- "$3" "$err"
}

# --- a run to read --------------------------------------------------------------------------------

run -b serial,pthreads "${cell[@]}" -o good --trace good/trace.json
expect_status 'a run' 0
cat >good/metg.csv <<'CSV'
backend,schedule,chunk,workers,efficiency,metg_ns,metg_low_ns,metg_high_ns,status
pthreads,dynamic,1,2,0.5,80.25,70.5,90.75,ok
pipes,dynamic,1,2,0.5,6000.5,5000,7000.125,ok
CSV
cat >good/ipc.csv <<'CSV'
transport,between,placement,bytes,round_trip_ns,round_trip_low_ns,round_trip_high_ns,status,settings
pipe,processes,free,8,65000.5,60000,70000,ok,
queue,processes,free,8,1000.25,900.5,1100,ok,
CSV

# The run once more, each of its tables changed by a command. (test_csv.c has all the ways; here are the
# commands that read.)
change() { # COMMAND [ARGUMENTS...]: from standard input to standard output
    local table
    rm -rf saved
    mkdir saved
    cp good/environment.json saved
    for table in good/*.csv; do
        "$@" <"$table" >"saved/${table##*/}"
    done
}

# As many a spreadsheet saves it: a mark, semicolons, decimal commas, CRLF.
german() {
    printf '\xef\xbb\xbf'
    sed -E ':again; s/^(([^"]*"[^"]*")*[^"]*"[^",]*),/\1\x01/; t again; s/"//g; s/,/;/g; s/\x01/,/g
            :marks; s/(^|;)(-?[0-9]+)\.([0-9]+)(;|$)/\1\2,\3\4/; t marks; s/$/\r/'
}

change german
expect 'it has its marks' grep -q ';[0-9]*,[0-9]*;' saved/samples.csv
run compare good saved --format csv
expect_status 'compare' 0
expect 'compare: all cells are there' test "$(columns "$out" backend | grep -c .)" -eq 2
expect 'compare: and equal' test "$(columns "$out" ratio | sort -u)" = 1
for directory in good saved; do
    run report $directory
    expect_status "report $directory" 0
    sed 's/good\|saved/DIR/g' $directory/report.html >$directory.html
done
expect 'report: the same page' cmp -s good.html saved.html
plots=()
if command -v gnuplot >/dev/null; then
    plots=(good saved)
    for directory in good saved; do
        run plot $directory --format svg --quiet --only timeline,ipc-latency,phases
        expect_status "plot $directory" 0
        rm -f $directory.svg
        cat $directory/plots/*.svg >$directory.svg
    done
    expect 'plot: the same pictures' cmp -s good.svg saved.svg
else
    echo 'SKIP plots: there is no gnuplot, install gnuplot-nox'
fi

# --- refused, by every command that reads it ------------------------------------------------------

refuses() { # NAME PATTERN: of saved/
    run compare good saved
    says "$1: compare" 1 "saved/samples.csv.*$2"
    rm saved/samples.csv
    run report saved
    says "$1: report" 1 "saved/ipc.csv.*$2"
    run plot saved --only ipc-latency --format svg
    says "$1: plot" 1 "saved/ipc.csv.*$2"
}

utf16() { iconv -f UTF-8 -t UTF-16; }
change utf16
refuses 'UTF-16' 'UTF-16: save it as CSV in UTF-8'
thousands() { german | sed -E 's/;([0-9]+)([0-9]{3}),([0-9]+)/;\1.\2,\3/; s/;([0-9]),([0-9]+)/;1.00\1,\2/'; }
change thousands
refuses 'marks between thousands' 'line [0-9]+: .*thousands'

change head -c -1
run report saved
expect_status 'a row that was cut off' 0
expect 'a row that was cut off: each is told' test "$(grep -c 'last row has no end' "$err")" -eq 3

# --- a full disk names the file -------------------------------------------------------------------

expect_full() { # NAME FILE
    expect_status "$1 on a full disk" 1
    expect "$1 on a full disk: named" grep -qx "bench: cannot write all of .*$2: $full" "$err"
}

for file in environment.json samples.csv summary.csv; do
    rm -rf disk && mkdir disk && ln -s /dev/full "disk/$file"
    run -b serial "${cell[@]}" -o disk
    expect_full "$file" "disk/$file"
done
expect 'summary.csv on a full disk: the samples are kept' test "$(wc -l <disk/samples.csv)" -eq 5
expect 'summary.csv on a full disk: the table is printed' grep -q '^run,sum,' "$out"
for file in ipc.csv ipc_starts.csv; do
    rm -rf disk && mkdir disk && ln -s /dev/full "disk/$file"
    run ipc -t pipe -p free -b 8 --rounds 1 --format csv -o disk
    expect_full "$file" "disk/$file"
done
rm -rf disk && cp -r good disk && rm -rf disk/report.html disk/plots && ln -s /dev/full disk/report.html
run report disk
expect_full report.html disk/report.html
if [ ${#plots[@]} -gt 0 ]; then
    mkdir disk/plots
    ln -s /dev/full disk/plots/phases.svg
    run plot disk --only phases --format svg
    says 'a plot on a full disk' 1 "cannot write all of disk/plots/phases.svg: $full"
fi

# A disk of 16 KiB, and one that is read-only, where this user may mount them.
in_mounts() { # SIZE-AND-FLAGS COMMAND...: with ./disk being such a disk
    # shellcheck disable=SC2016 # for the inner shell
    unshare -m bash -c 'mount -t tmpfs -o "$0" tmpfs disk && exec "$@"' "$@"
}
rm -rf disk && mkdir disk
if in_mounts size=16k true 2>/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    in_mounts size=16k bash -c '"$0" -b serial -w sum:tasks=1,n=10 --patience 0s --rounds 1 \
        --repetitions 100 -o disk --format csv; status=$?; cat disk/samples.csv >grown.csv; exit $status' \
        "$bench" >"$out" 2>"$err" </dev/null && status=0 || status=$?
    expect_full 'a disk of 16 KiB' disk/samples.csv
    expect 'a disk of 16 KiB: the rows before are kept' test "$(wc -l <grown.csv)" -gt 10
    expect 'a disk of 16 KiB: the table is printed' grep -q '^run,sum,' "$out"
    run compare grown.csv grown.csv
    expect_status 'a disk of 16 KiB: they can be read' 0
    for command in "-b serial ${cell[*]} -o disk/new" "ipc -t pipe --rounds 1 -o disk" \
        "-b serial ${cell[*]} --trace disk/trace.json"; do
        # shellcheck disable=SC2086 # words
        in_mounts ro "$bench" $command >"$out" 2>"$err" </dev/null && status=0 || status=$?
        says "read-only: $command" 2 'disk.*Read-only file system'
    done
else
    echo 'SKIP a disk of 16 KiB and a read-only one: this user may not mount (root, or user namespaces)'
fi

# --- any name -------------------------------------------------------------------------------------

name=$'- a\nb \xe9 "\' \\ '
name+=$(printf "%0$((255 - 13))d" 7) # as long as a name may be
expect 'the longest name' test "$(printf %s "$name" | wc -c)" -eq 255
run -b serial "${cell[@]}" -o "$name" --trace="$name/trace.json" -- --benchmark_out="$name/gb.json"
expect_status 'any name' 0
expect 'any name: all files' test "$(ls "./$name" | tr '\n' ' ')" = \
    'environment.json gb.json samples.csv summary.csv trace.csv trace.json '
run compare -- "$name" "$name"
expect_status 'compare any name' 0
run report "./$name"
expect_status 'report any name' 0
if [ ${#plots[@]} -gt 0 ]; then
    run plot --only timeline --format svg,latex -- "$name"
    expect_status 'plot any name' 0
    expect 'plot any name' test -s "./$name/plots/timeline.svg" -a -s "./$name/plots/timeline.tex"
fi
run report -dash
says 'a dash' 2 './DIR if that begins with -'
long=$(printf '%0255d' 7)
run -b serial "${cell[@]}" --trace "$long"
says 'a name that is too long for its CSV' 2 'File name too long'
expect 'a name that is too long for its CSV: no file' test ! -e "$long"

# --- what is not what it should be ----------------------------------------------------------------

touch file && mkdir folder && ln -s loop loop
run -b serial "${cell[@]}" -o file && says '-o a file' 2 "'file'.*"
run -b serial "${cell[@]}" -o loop && says '-o a loop' 2 "'loop'.*Too many levels"
run -b serial "${cell[@]}" -o /dev/stdout && says '-o a device' 2 "/dev/stdout.*directory"
run -b serial "${cell[@]}" --trace folder && says '--trace a folder' 2 'folder: Is a directory'
run -b serial "${cell[@]}" --trace loop && says '--trace a loop' 2 'loop: Too many levels'
run -b serial "${cell[@]}" -- --benchmark_out=folder && says 'benchmark_out a folder' 2 "'folder' .Is a directory"
for command in plot report; do
    run $command file && says "$command a file" 2 "'file' is a file"
    run $command loop && says "$command a loop" 2 "'loop': Too many levels"
    run $command nowhere && says "$command nowhere" 2 "'nowhere': run bench with -o first"
done
run compare folder good && says 'compare an empty folder' 1 'folder/samples.csv'
mkdir folder/samples.csv folder/ipc.csv
run compare folder good && says 'compare: a folder for a file' 1 'folder/samples.csv.*Is a directory'
run report folder && says 'report: a folder for a file' 1 'folder/samples.csv.*Is a directory'
rmdir folder/*.csv && ln -s ipc.csv folder/ipc.csv
run report folder && says 'report: a loop for a file' 1 'folder/ipc.csv: Too many levels'
run plot folder --only ipc-latency && expect 'plot: a loop for a file' grep -q 'folder/ipc.csv: Too many levels' "$err"

# --- pipes and devices ----------------------------------------------------------------------------

mkfifo pipe
run -b serial "${cell[@]}" --trace pipe && says 'a pipe that nobody reads' 2 'pipe: nobody reads this pipe'
run -b serial "${cell[@]}" -- --benchmark_out=pipe && says 'benchmark_out, the same' 2 'pipe. .nobody reads this pipe'
rm -rf disk && mkdir disk && mkfifo disk/samples.csv
run -b serial "${cell[@]}" -o disk && says '-o, the same' 1 'disk/samples.csv: nobody reads this pipe'
for word in '--trace pipe' '-- --benchmark_out=pipe'; do
    cat pipe >through &
    reader=$!
    # shellcheck disable=SC2086 # words
    run -b serial "${cell[@]}" $word
    expect_status "a pipe: $word" 0
    wait $reader
    expect "a pipe: $word: JSON" grep -qE '"(ph|benchmarks)"' through
    expect "a pipe: $word: ended" test "$(tail -n 1 through | grep -c '^[]}]$')" -eq 1
done
expect 'a pipe: no CSV beside it' test ! -e pipe.csv
run -b serial "${cell[@]}" --trace /dev/full
says '--trace /dev/full' 1 "/dev/full: $full"
expect '--trace /dev/full: nothing beside it' test ! -e /dev/full.csv
run -b serial "${cell[@]}" -- --benchmark_out=/dev/stdout
expect_status '/dev/stdout' 0
expect '/dev/stdout: the table' grep -q '^run,sum,' "$out"
expect '/dev/stdout: the JSON' grep -q '"benchmarks"' "$out"
