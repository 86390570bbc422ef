#!/bin/sh
# kernel_grows.sh PROGRAM - a kernel's instructions grow with its work, counted by callgrind.
#
# PROGRAM WORK runs the kernel on WORK and prints how many steps the lecture's program would take
# (test_kernel_grows.c). Doubling the steps must double the instructions within 3 percent, after
# what the program costs without work is taken off. Exit status: 0 all grow, 1 one does not,
# 77 valgrind is missing or can't read this program.
set -eu
program=$1

if ! command -v valgrind >/dev/null; then
    echo "SKIP: valgrind is missing: sudo apt-get install valgrind"
    exit 77
fi
if ! valgrind --tool=none -q "$program" sum:n=0 >/dev/null 2>&1; then
    "$program" sum:n=0 >/dev/null || exit 1
    echo "SKIP: valgrind can't run $program; one built by clang may need -gdwarf-4"
    exit 77
fi

# Prints steps and instructions of a work.
count() {
    steps=$("$program" "$1")
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" 2>&1 >/dev/null |
        awk -v steps="$steps" '/Collected :/ { print steps, $NF }'
}

# grows NONE SMALL LARGE: works without, with some, and with about twice as many steps.
grows() {
    { count "$1"; count "$2"; count "$3"; } | awk -v name="$3" '
        { steps[NR] = $1; instructions[NR] = $2 }
        END {
            if (NR < 3 || steps[2] == steps[1] || instructions[2] == instructions[1]) {
                print name ": nothing was counted"
                exit 1
            }
            expected = (steps[3] - steps[1]) / (steps[2] - steps[1])
            growth = (instructions[3] - instructions[1]) / (instructions[2] - instructions[1])
            printf "%s: %d steps, %d instructions; growth %.3f, expected %.3f\n",
                   name, steps[3], instructions[3], growth, expected
            exit !(growth > 0.97 * expected && growth < 1.03 * expected)
        }'
}

failed=0
grows sum:n=0 sum:n=1_000_000 sum:n=2_000_000 || failed=1
grows primes:tasks=1,limit=0 primes:tasks=1,limit=20000 primes:tasks=1,limit=40000 || failed=1
grows resize:width=1,height=1 resize:width=1920,height=540 resize:width=1920,height=1080 || failed=1
grows spin:us=0 spin:us=1 spin:us=2 || failed=1
exit $failed
