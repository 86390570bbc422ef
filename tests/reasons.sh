#!/usr/bin/env bash
# reasons.sh BENCH - where a program that bench started fails or hangs, the row has what it said of it: the
# line that tells, not the last one. The programs are stand-ins, so that they say what is needed.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
mkdir "$scratch/bin"
stand_in() { # NAME COMMANDS
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
rule=$(printf -- '-%.0s' {1..74})
frame() { printf 'printf "%%s\\n" "%s" "%s" "%s" >&2\n' "$rule" "$1" "$rule"; }
brief=(-w 'sum:tasks=4,n=10' --rounds 1 --repetitions 1)
own_path=$PATH
export PATH=$scratch/bin:$PATH
stand_in ompi_info ''

stand_in orterun "$(frame 'It cannot find its daemon.')
echo '*** End of error message ***' >&2
exit 3"
run -b mpi "${brief[@]}" -n 2 -o "$results"
expect_status 'mpirun fails' 1
expect_rows 'mpirun fails' mpi '0.failed: the cell exited with status 3; it said: It cannot find its daemon\.$' dynamic

stand_in orterun "echo '[vm:1] [[7,0],0] ORTE_ERROR_LOG: The system limit on number of pipes was reached' >&2
$(frame 'The job could not be started.')
exec sleep 300"
run -b mpi "${brief[@]}" -n 2 --timeout 1s -o "$results"
expect_status 'mpirun hangs' 1
expect_rows 'mpirun hangs' mpi '0.timeout: not done within 1 s; it said: ORTE_ERROR_LOG: .*number of pipes' dynamic
run ipc --transport mpi --bytes 8 --placement free --rounds 1 --timeout 1s --format csv
expect 'of ipc, too' grep -q 'timeout: .*it said: ORTE_ERROR_LOG: .*number of pipes' "$out"

# What an mpirun says before ranks are killed by nobody.
# shellcheck disable=SC2016 # for the other shell
stand_in orterun 'echo "*** stack smashing detected ***: terminated" >&2
echo "[vm:1] *** Process received signal ***" >&2; echo "[vm:1] *** End of error message ***" >&2
kill -SEGV $$'
run -b mpi "${brief[@]}" -n 2 -o "$results"
expect_rows 'mpirun crashes' mpi '0.failed: the cell was killed by signal 11.*it said: \*\*\* stack smashing' dynamic

stand_in perf 'printf "Error:\nAccess to performance monitoring is limited.\nConsider this\nor that.\n" >&2; exit 1'
run ipc --check --transport pipe --rounds 1 --format csv
expect 'perf' grep -q 'failed: perf .*it said: Error: Access to performance monitoring is limited' "$out"

stand_in gnuplot 'printf "\n     plot x\n          ^\n\"a.gp\" line 3: undefined variable: x\n\nbye\n" >&2; exit 1'
mkdir "$scratch/plots"
run plot "$(dirname "$0")/../results/reference" --only metg --format svg --output "$scratch/plots"
expect_status 'gnuplot fails' 1
expect 'gnuplot' grep -q 'gnuplot failed; it said: "a.gp" line 3: undefined variable: x' "$err"

# Who gives no answer may be here all the same: nothing is to be installed.
stand_in gnuplot 'exec sleep 1000'
run doctor
expect_status 'a gnuplot that never answers' 0
expect 'a gnuplot that never answers' grep -qE '^  gnuplot +gave no answer in time: the machine is busy, or' "$out"

export PATH=$own_path
"$bench" list backends | awk '$1 == "mpi" && $NF == "runs"' | grep >/dev/null . || exit 0 # no mpirun
for_real() { # COMMANDS
    printf '#!/usr/bin/env bash\n%s; exec %q "$@"\n' "$1" "$real" >"$scratch/bench"
    chmod +x "$scratch/bench"
}
real=$bench bench=$scratch/bench

for_real 'ulimit -n 48'
run -b mpi,pipes "${brief[@]}" -n 40 --timeout 60s -o "$results"
expect_status 'few descriptors' 0
expect_rows 'few descriptors' mpi '0.skip: .*descriptors.*may have 48.*ulimit -n' dynamic
expect_rows 'few descriptors' pipes '0.skip: .*Too many open files.*may have 48.*ulimit -n' dynamic
for_real 'ulimit -S -n 48'
run -b mpi "${brief[@]}" -n 8 -o "$results"
expect_status 'a soft limit' 0
expect_rows 'a soft limit' mpi 1.ok dynamic
