#!/usr/bin/env bash
# against.sh SOURCE BUILD [TRIES] - does --against keep its word? A build against itself must come out
# as "no difference" in 19 of 20 tries, against one whose kernel does 5 % more work as different in
# 18 of 20. Takes minutes; run it by `ctest -C soak -L soak -R against`.
#
# Builds a second and a third copy of the source in a temporary directory: the same, and one in which
# the loop of `spin` runs for a twentieth longer, for nothing. That it was found
# counts only if it is what was planted: the median of all tries must say 3 to 7 %.
set -euo pipefail
source=$(realpath "$1") bench=$(realpath "$2")/bench tries=${3:-20}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

build() { # NAME
    cmake -S "$scratch/$1" -B "$scratch/$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
    ninja -C "$scratch/$1/build" bench cell parbench-workloads >/dev/null
}
for name in same slower; do
    mkdir "$scratch/$name"
    (cd "$source" && tar -c --exclude='./build*' --exclude=./.git .) | tar -x -C "$scratch/$name"
done
# (Of spin, whose steps wait for each other, so that it hardly matters where the loop lies. The same
# change to sum once doubled its time: a difference, and a real one, but not of 5 %.)
sed -i -e 's|^static const char \*spin_kernel|\
static __attribute__((noinline)) uint64_t for_nothing(uint64_t state, uint64_t steps)\
{\
    for (uint64_t i = 0; i < steps; i++)\
        state = (uint64_t)opaque((int64_t)(state * MULTIPLIER + INCREMENT));\
    return state;\
}\
\
&|' -e 's|^    result->state = state;|&\
    opaque((int64_t)for_nothing(state, steps / 20));|' "$scratch/slower/workloads/spin.c"
grep -q 'for_nothing(state' "$scratch/slower/workloads/spin.c"
build same
build slower

# By how much the other build is slower at its best, whatever the verdict. Of all texts only the
# parameters hold commas, in quotes.
planted_per_mille() {
    sed 's/"[^"]*"//g' "$scratch/out" | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i }
        NR == 2 { printf "%.0f\n", 1000 / $place["least_ratio"] - 1000 }'
}

different() { # NAME: how many tries find a difference
    local found=0 status
    for ((i = 0; i < tries; i++)); do
        status=0
        "$bench" -b serial -w spin:tasks=100,us=20 --seed $((i + 1)) --against "$scratch/$1/build/bench" --format csv -q \
            >"$scratch/out" || status=$?
        case $status in
        0) ;;
        3) found=$((found + 1)) ;;
        *) cat "$scratch/out" >&2; exit 1 ;;
        esac
        planted_per_mille >>"$scratch/$1.per_mille"
        printf '%s: ' "$1" >&2
        sed -n '2s/.*,//p' "$scratch/out" >&2
    done
    echo $found
}
begin=$SECONDS
false_alarms=$(different same)
found=$(different slower)
planted=$(sort -n "$scratch/slower.per_mille" | sed -n "$(((tries + 1) / 2))p")
echo "no difference from an equal build in $((tries - false_alarms)) of $tries tries;" \
    "5 % found in $found of $tries; $(((SECONDS - begin) / (2 * tries))) s each;" \
    "planted: $planted per mille"
if [ "$planted" -lt 30 ] || [ "$planted" -gt 70 ]; then
    echo 'what was planted is not 5 %, so that it was found shows nothing: see the machine code' >&2
    exit 1
fi
[ "$false_alarms" -le $((tries / 20)) ] && [ "$found" -ge $((tries - tries / 10)) ]
