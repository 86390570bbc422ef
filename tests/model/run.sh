#!/usr/bin/env bash
# run.sh - has Spin verify the queue's model, see queue.pml; about 100 s of one core, in parallel.
#
# Each check is a size of the model. "holds": Spin must search all of its states and find no error.
# "fails": the model has a known bug (MUTANT_...) and Spin must find one, or the checks prove
# nothing. Before that, model and C code must have the same steps.
#
# Exit status: 0 all as expected, 1 not so, 77 there is no spin.
set -euo pipefail
cd "$(dirname "$0")"
root=../..

for tool in spin gcc; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIP: $tool is missing: sudo apt-get install $tool"
        exit 77
    fi
done

# kind  name             sizes, or the bug
checks='
holds   death            -DWORKERS=2 -DTASKS=2
holds   two-deaths       -DWORKERS=2 -DTASKS=1 -DCRASHES=2
holds   several-at-once  -DWORKERS=1 -DTASKS=3 -DUP_SLOTS=2 -DHELD=2 -DCRASHES=2
holds   three-workers    -DWORKERS=3 -DTASKS=1 -DCRASHES=0 -DSLICES=1
holds   slices           -DWORKERS=2 -DTASKS=2 -DCRASHES=0 -DSLICES=2
cycles  no-livelock      -DWORKERS=2 -DTASKS=1
fails   early-call       -DMUTANT_EARLY_CALL
fails   no-event         -DMUTANT_NO_EVENT
fails   two-stores       -DMUTANT_TWO_STORES
fails   no-rebuild       -DMUTANT_NO_REBUILD
fails   silent-repair    -DMUTANT_SILENT_REPAIR
fails   no-epoch         -DMUTANT_NO_EPOCH
fails   early-reclaim    -DMUTANT_EARLY_RECLAIM
'

# --- the same steps ----------------------------------------------------------------------------

steps() { # steps FILE...: the names in STEP(...), but for its definition and copies of payloads
    grep -oh 'STEP([a-z_]*)' "$@" | sort -u | grep -vE '\((name|push_copy|pop_copy)\)'
}

same_steps() {
    diff <(steps $root/common/queue.c $root/common/queue_slots.c) <(steps queue.pml shm.pml) ||
        { echo "steps: '<' only queue.c has, '>' only the model has" >&2; return 1; }
}

same_names() { # "see: a, b" are functions
    local name
    grep -oh 'see: [a-z_]*\(, [a-z_]*\)*' queue.pml shm.pml | sed 's/see: //; s/, /\n/g' | sort -u |
        while read -r name; do
            grep -qE "^[a-z].*\b$name\(" $root/common/queue.c $root/backends/shm*.c ||
                { echo "the model names $name: no function of queue.c or shm has it" >&2; exit 1; }
        done
}

# --- one check ---------------------------------------------------------------------------------

# check KIND NAME FLAG...: prints one line; what Spin says is in $scratch/NAME/log. -n: it need not
# list what was never reached.
check() {
    local kind=$1 name=$2 model=$PWD/shm.pml compile='-DSAFETY' options='-m2000000 -n -w22' found
    shift 2
    if [ "$kind" = cycles ]; then
        compile='-DNP'
        options="$options -l"
    fi
    mkdir "$scratch/$name"
    cd "$scratch/$name"
    # not optimized: gcc would take longer than the search
    if ! { spin -a "$@" "$model" && gcc -w $compile -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c &&
           timeout 300 ./pan $options; } >log 2>&1; then
        echo "WRONG $name: the verifier could not be built or did not end"
        tail -5 log
        return 1
    fi
    found=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' log)
    if grep -qE 'max search depth too small|MEMLIM|out of memory' log; then
        echo "WRONG $name: not all states were searched"
    elif [ "$kind" = fails ] && [ "$found" = 1 ]; then
        echo "ok    $name: $(sed -n 's/^pan:1: //p' log)"
        return 0
    elif [ "$kind" != fails ] && [ "$found" = 0 ]; then
        echo "ok    $name: $(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log) states," \
             "$(sed -n 's/^pan: elapsed time //p' log)"
        return 0
    else
        echo "WRONG $name ($kind): $found errors; $(grep -m1 '^pan:1:' log)"
    fi
    return 1
}

same_steps
same_names
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch
export -f check
grep -v '^$' <<<"$checks" | xargs -P "$(nproc)" -I{} bash -c 'check {}'
