#!/usr/bin/env bash
# terminals.sh BENCH - what people see, on any terminal: no line is longer than it is wide, nothing but
# text where there are no colours, and programs that read find what they always do.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
command -v script >/dev/null || { echo 'SKIP: no script(1) here'; exit 0; }

# Runs bench on a terminal of so many columns, standard error included, into $out.
on_terminal() { # COLUMNS "VARIABLE=VALUE..." ARGUMENTS...
    local command="stty cols $1; exec env -u COLUMNS -u NO_COLOR -u CLICOLOR -u CLICOLOR_FORCE TERM=xterm $2"
    command+=$(printf ' %q' "$bench" "${@:3}")
    status=0
    PARBENCH_TEST=$mark timeout "$ceiling_s" script -qec "$command" /dev/null </dev/null >"$scratch/typed" 2>"$err" ||
        status=$?
    tr -d '\r' <"$scratch/typed" >"$out"
}

# The longest line, as a terminal has it: what a carriage return starts again counts by itself.
longest() {
    sed -e 's/\r\n/\n/g; s/\r$//' "$scratch/typed" | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' |
        awk '{ if (length($0) > most) most = length($0) } END { print most + 0 }'
}

fits() { # NAME COLUMNS
    expect "$1: there is something" test -s "$out"
    expect "$1: $(longest) columns, and not $2 at most" test "$(longest)" -le "$2"
}

plain() { # NAME
    expect "$1: no control sequence" test -z "$(grep -l $'\x1b' "$scratch/typed")"
}

quick=(-b serial,pipes -w sum:tasks=4,n=1000 -n 2 --rounds 1 --repetitions 1 --patience 0s)
run "${quick[@]}" -o "$results"
cp -r "$results" "$scratch/kept"

# --- every command -----------------------------------------------------------------------------------

commands=(
    'list' '--help' '--version' 'doctor' 'lecture' 'help ipc' 'help spawn' 'help metg' 'help compare' 'help plot'
    'help report' 'help list' 'help lecture' 'help doctor' "compare $scratch/kept $scratch/kept" "report $scratch/kept"
    "${quick[*]}" 'ipc -t pipe -b 8,4096 -p free --rounds 1' 'spawn -m fork,thread --rounds 1' '--bakend pipes'
)
for command in "${commands[@]}"; do
    # shellcheck disable=SC2086 # words
    on_terminal 40 TERM=dumb $command
    fits "$command" 40
    plain "$command"
done
on_terminal 40 '' metg -b serial --rounds 1 --repetitions 1
fits 'metg' 40

# --- every width ---------------------------------------------------------------------------------------

for columns in 10 25 60 80 132; do
    on_terminal $columns '' "${quick[@]}"
    fits "a table, $columns columns" $columns
    expect "a table, $columns columns: progress and figures" grep -qE '[0-9] (us|ms|s)' "$out"
    on_terminal $columns '' list
    fits "list, $columns columns" $columns
done
on_terminal 132 '' list backends
expect 'a wide terminal has a table' grep -qE '^pipes .* yes .* runs' "$out"
on_terminal 30 '' list backends
expect 'a narrow one has a block for each row' grep -qx 'pipes' "$out"
expect 'with names of the columns' grep -q '^  mechanism: ' "$out"

on_terminal 132 COLUMNS=50 list
fits 'COLUMNS counts before the terminal' 50
for odd in '' 0 1 -5 abc 40x 99999999999999999999; do
    on_terminal 60 "COLUMNS=$odd" list
    fits "COLUMNS='$odd' is no width" 60
done
on_terminal 0 '' list
fits 'a terminal that does not tell' 80

# --- colours -----------------------------------------------------------------------------------------

coloured() { grep -q $'\x1b\\[[0-9;]*m' "$scratch/typed"; }
on_terminal 100 '' list backends
expect 'a terminal has colours' coloured
on_terminal 100 NO_COLOR=1 "${quick[@]}"
plain 'NO_COLOR'
on_terminal 100 'NO_COLOR=1 CLICOLOR_FORCE=1' list backends
plain 'NO_COLOR before CLICOLOR_FORCE'
on_terminal 100 CLICOLOR=0 list backends
plain 'CLICOLOR=0'
on_terminal 100 TERM= list backends
plain 'TERM without a value'
CLICOLOR_FORCE=1 "$bench" list backends >"$scratch/typed"
expect 'CLICOLOR_FORCE colours a pipe' coloured
CLICOLOR_FORCE=0 "$bench" list backends >"$scratch/typed"
plain 'CLICOLOR_FORCE=0'

# --- characters --------------------------------------------------------------------------------------

mkdir "$scratch/Grüße"
cp -r "$results" "$scratch/Grüße/"
on_terminal 60 LC_ALL=C compare "$scratch/Grüße/nowhere" "$scratch/Grüße/nowhere"
expect 'no UTF-8: ASCII only' test -z "$(LC_ALL=C grep $'[\x80-\xff]' "$scratch/typed")"
expect 'no UTF-8: a ? for a character' grep -q 'Gr??e' "$out"
on_terminal 60 LC_ALL=C.UTF-8 compare "$scratch/Grüße/nowhere" "$scratch/Grüße/nowhere"
expect 'UTF-8 stays' grep -q 'Grüße' "$out"

# --- programs that read --------------------------------------------------------------------------------

for format in csv json markdown latex; do
    "$bench" list backends --format $format >"$scratch/piped"
    on_terminal 40 '' list backends --format $format
    expect "$format on a terminal is $format" cmp -s "$out" "$scratch/piped"
done
"$bench" list backends --format table >"$scratch/piped"
COLUMNS=40 "$bench" list backends --format table >"$out"
expect 'a table in a pipe is as wide as it needs' cmp -s "$out" "$scratch/piped"
