#!/usr/bin/env bash
# cli_usage.sh BENCH - command lines that cannot be right: exit status 2, nothing on standard output,
# nothing run, and one line that says what was wrong and what would be right.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"

refuses() { # PATTERN ARGUMENTS...
    local name="bench ${*:2}"
    run "${@:2}"
    expect_status "$name" 2
    expect "$name: standard output is empty" test ! -s "$out"
    expect "$name: one line" test "$(wc -l <"$err")" -eq 1
    grep -qE -- "$1" "$err" || say_failure "$name: its line does not say '$1'"
}

# words
refuses 'did you mean run'                  runn
refuses 'there are run, .*list'              frobnicate
refuses 'begin with --'                     -b pipes shm
refuses 'did you mean --backend'            --bakend pipes
refuses 'ambiguous option'                  --r 3
refuses "unknown option '-x'"               -qx
refuses 'out of place'                      list pipes
refuses 'takes no arguments'                doctor --now
refuses 'help explains one command'         help run list

# names
refuses 'did you mean pipes'                -b pipe
refuses 'did you mean pipes'                -b Pipes
refuses 'an element is empty'               -b pipes,
refuses 'an element is empty'               -b ''
refuses 'No such file'                      -b ./nowhere.so
refuses 'path of a shared object'           -b /
refuses 'did you mean sum'                  -w sums
refuses 'did you mean n'                    -w sum:m=3
refuses 'lacks a colon'                     -w sum,n=3
refuses 'given twice'                       -w resize:images=8,images=9
refuses 'dynamic:CHUNK'                     -s fast
refuses 'table, csv, json'                  --format xml
refuses 'fail or retry'                     --on-death ignore
refuses 'kill, stop, segv, exit0 or slow'   --inject maim:task=3
refuses ':task=N or :worker=N'              --inject kill

# numbers
refuses 'from 1 to 1024'                    -n 0
refuses 'from 1 to 1024'                    -n -1
refuses 'from 1 to 1024'                    -n 1e99
refuses 'from 1 to 1024'                    -n 99999999999999999999
refuses 'from 1 to 1024'                    -n two
refuses 'an element is empty'               -n 1,,2
refuses '0 to 4294967296'                   -w sum:n=-1
refuses 'no whole number'                   -w sum:n=1e99
refuses 'lacks a value'                     -w sum:n
refuses 'dynamic:CHUNK \(1 to'              -s dynamic:0
refuses 'from 1 to 10000'                   --rounds 0
refuses '--rounds N'                        --rounds
refuses 'whole number from 1'               --repetitions -5
refuses 'with its unit'                     --timeout 10
refuses 'from 1ms to 24h'                   --timeout 0s
refuses 'from 1ms to 24h'                   --timeout 99999h
refuses 'just --results'                    --results=yes

# places
refuses 'processor 4000 is not one'         --pin 4000
refuses 'none, compact, scatter, or a list' --pin everywhere
refuses 'none, compact, scatter, or a list' --pin 0-
refuses 'none, compact, scatter, or a list' --pin ''

# files
refuses 'name the JSON file'                --trace run.csv
refuses '/proc/parbench/x.json.*another'    --trace /proc/parbench/x.json
refuses 'name of a directory'               -o ''
refuses 'may write'                         -o /proc/parbench
refuses 'Not a directory'                   -o /dev/null
refuses '/proc/parbench/x.json.*path of a file' -b serial -- --benchmark_out=/proc/parbench/x.json

# behind --
refuses 'no flag of Google Benchmark'       -- --filter=x
refuses 'options of bench stand before --'  -b serial -- -w sum
refuses "'--benchmark_nonsense=1' behind --: .*no such flag" -b serial -- --benchmark_nonsense=1
refuses "'--benchmark_repetitions=x'"       -b serial -- --benchmark_repetitions=x
refuses "'--benchmark_format=prose'"        -b serial -- --v=0 --benchmark_format=prose
