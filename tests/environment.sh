#!/usr/bin/env bash
# environment.sh BENCH - variables and files that others have set reach those that they are meant for, and
# are told; all others stay out of what is measured, and of bench.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
library=$(dirname "$bench")/libexec/parbench
cores=$(nproc)
# shellcheck disable=SC2054
tiny=(-w echo:tasks=4,bytes=8 -n 2 --rounds 1 --repetitions 1 -o "$results")

if command -v ompi_info >/dev/null; then have_mpi=1; else have_mpi=; echo "SKIP: mpi's cells: no Open MPI"; fi
have_python=$(command -v python3 || echo)
[ -n "$have_python" ] || echo 'SKIP: what Python gets: no python3'
several() { [ "$cores" -gt 1 ]; }
several || echo 'SKIP: who is bound: one core'

# --- a spy for each kind of process ---------------------------------------------------------------
# A copy of bench whose programs note their environment and then go on as what they are.

spied=$scratch/spied seen=$scratch/seen
mkdir -p "$spied/libexec/parbench" "$scratch/bin" "$seen"
cp "$bench" "$spied/bench"
ln -s "$library"/* "$spied/libexec/parbench/"

# FILE PROGRAM NAME: NAME may be a word of shell. Ranks come at once, so each moves a file of its own there.
make_spy() {
    rm -f "$1"
    printf '#!/bin/sh\nfile="%s/%s"\nenv >"$file.$$" && mv "$file.$$" "$file"\nexec "%s" "$@"\n' \
        "$seen" "$3" "$2" >"$1"
    chmod +x "$1"
}
# shellcheck disable=SC2016 # for the spy: a cell's name is its backend
make_spy "$spied/libexec/parbench/cell" "$library/cell" \
    "\$(echo \"\$*\" | sed -nE 's/.*--backend ([a-z]*).*/\\1/p;s/--describe.*/describe/p')"
make_spy "$spied/libexec/parbench/ipc" "$library/ipc" ipc
make_spy "$spied/libexec/parbench/spawn" "$library/spawn" spawn
make_spy "$scratch/bin/perf" /bin/false perf
[ -z "$have_python" ] || make_spy "$scratch/bin/python3" "$(command -v python3)" python
backends=pipes,openmp
if [ -n "$have_mpi" ]; then
    backends+=,mpi
    make_spy "$scratch/bin/orterun" "$(command -v mpirun)" mpirun
    ln -s "$(command -v ompi_info)" "$scratch/bin/"
    [ -x "$(dirname "$(realpath "$(command -v ompi_info)")")/orterun" ] ||
        mv "$scratch/bin/orterun" "$scratch/bin/mpirun" # of version 5
fi

# Of each kind one, with values that do no harm where they arrive.
others=(OMP_WAIT_POLICY=passive OMP_MAX_TASK_PRIORITY=0 GOMP_DEBUG=0 KMP_BLOCKTIME=0)
handed_on=(MALLOC_ARENA_MAX=3 GLIBC_TUNABLES=glibc.malloc.arena_max=3 LD_BIND_NOW=1 UNKNOWN_TO_BENCH=1)
removed=(BENCHMARK_FILTER=nothing BENCHMARK_OUT="$scratch/nobody" BENCHMARK_DRY_RUN=true SLURM_PROCID=1
    SLURM_JOB_ID=1 OMPI_COMM_WORLD_RANK=7 OMPI_MCA_btl=tcp PMIX_RANK=7 PMI_RANK=1 PRTE_MCA_x=1 HYDRA_X=1
    PBS_JOBID=1 PBS_ENVIRONMENT=1 PE_HOSTFILE=/none UCX_TLS=all HWLOC_SYNTHETIC=node:8 HWLOC_XMLFILE=/none
    PYTHONPATH=/none PYTHONOPTIMIZE=2 PYTHONHASHSEED=1 BASH_ENV=/none POSIXLY_CORRECT=1 GSL_RNG_SEED=1 PERF_CONFIG=/none
    LD_DEBUG_OUTPUT="$scratch/nobody" PARBENCH_SETTINGS=yield=7)

kept_bench=$bench
bench=$spied/bench
with() { # VARIABLE=VALUE... -- ARGUMENTS...: run, with these variables
    local set=()
    while [ "$1" != -- ]; do
        set+=("$1")
        shift
    done
    shift
    (export "${set[@]}" && start "$@" && finish && printf '%s\n' "$pid" "$status" >"$scratch/end")
    { read -r pid && read -r status; } <"$scratch/end"
    expect_nothing_left "$*"
}
all=("${others[@]}" "${handed_on[@]}" "${removed[@]}" "PATH=$scratch/bin:$PATH")

with "${all[@]}" -- -b $backends "${tiny[@]}"
expect_status 'all kinds of variables' 0
for backend in ${backends//,/ }; do
    expect_rows 'all kinds of variables' "$backend" 1.ok dynamic
done
cp "$results/environment.json" "$samples" "$scratch" || true
with "${all[@]}" -- ipc -t pipe,futex -p free -b 8 --rounds 1
with "${all[@]}" -- ipc --check -t pipe -p free -b 8 --rounds 1
with "${all[@]}" -- spawn --mechanism clone3 --rounds 1 --samples 1
with "${all[@]}" -- list backends
expect 'bench list' grep -qE '^openmp .*runs' "$out"
bench=$kept_bench

environment_of() { environment=$'\n'$(cat "$seen/$1" 2>/dev/null || true)$'\n'; }
arrived() { [[ $environment = *$'\n'"$1"$'\n'* ]]; } # VARIABLE=VALUE
unchanged() { ! arrived "$1"; }
stayed_out() { [[ $environment != *$'\n'"${1%%=*}="* ]]; }
kinds=(describe pipes openmp ipc spawn perf)
[ -z "$have_python" ] || kinds+=(python)
[ -z "$have_mpi" ] || kinds+=(mpirun mpi)
for kind in "${kinds[@]}"; do
    expect "$kind was started" test -s "$seen/$kind"
    environment_of "$kind"
    for variable in "${handed_on[@]}" LC_ALL=C; do
        expect "$kind gets it" arrived "$variable"
    done
    for variable in "${removed[@]}"; do
        case $kind,$variable in
        mpi,OMPI_* | mpi,PMIX_* | *,PARBENCH_SETTINGS*) # it has its own
            expect "$kind is spared it" unchanged "$variable" ;;
        *) expect "$kind is spared it" stayed_out "$variable" ;;
        esac
    done
    for variable in "${others[@]}"; do
        if [ "$kind" = openmp ]; then
            expect "$kind gets it" arrived "$variable"
        else
            expect "$kind is spared it" stayed_out "$variable"
        fi
    done
done
environment_of pipes
expect 'pipes spins briefly, whatever OpenMP is told' arrived GOMP_SPINCOUNT=250
environment_of openmp
expect 'openmp waits as the user says' stayed_out GOMP_SPINCOUNT
expect 'nothing of others was written' test ! -e "$scratch/nobody"

# --- what may be influenced says so ----------------------------------------------------------------

settings_of() { columns "$scratch/samples.csv" backend settings | awk -F'\t' -v b="$1" '$1 == b { print $2 }'; }
plain='MALLOC_ARENA_MAX=3 GLIBC_TUNABLES=glibc.malloc.arena_max=3 LD_BIND_NOW=1'
sorted() { tr ' ' '\n' <<<"$1" | sort | paste -sd' '; }
expect 'the row of pipes' test "$(sorted "$(settings_of pipes)")" = "$(sorted "$plain")"
expect 'the row of openmp' test "$(sorted "$(settings_of openmp)")" = "$(sorted "$plain ${others[*]}")"
if [ -n "$have_mpi" ]; then
    expect 'the row of mpi' grep -qE '^yield=[01] copy=[a-z]+ .*LD_BIND_NOW=1' <<<"$(settings_of mpi)"
fi
with OMP_PROC_BIND=true LD_BIND_NOW=1 -- -b pipes,openmp "${tiny[@]}" --inject kill:worker=0
settings_of_the_dead() { columns "$samples" backend verified settings | grep -E "^$1"$'\t0' | cut -f 3 | sort -u; }
expect 'a row of pipes whose worker died' test "$(settings_of_the_dead pipes)" = LD_BIND_NOW=1
expect 'a row of openmp whose cell died' \
    test "$(sorted "$(settings_of_the_dead openmp)")" = 'LD_BIND_NOW=1 OMP_PROC_BIND=true'
with LD_BIND_NOW=1 -- spawn -m vfork --samples 1 --rounds 1 --format csv
expect 'a row of spawn' test "$(columns "$out" settings)" = LD_BIND_NOW=1
for variable in "${others[@]}" "${handed_on[@]:0:3}" BENCHMARK_ SLURM_ HWLOC_ POSIXLY_CORRECT; do
    expect "environment.json names $variable" grep -qF "$variable" "$scratch/environment.json"
done

with OMP_PROC_BIND=true MALLOC_ARENA_MAX=1 LD_BIND_NOW=1 LD_PRELOAD= HWLOC_SYNTHETIC='pack:4 core:8 pu:2' SLURM_PROCID=1 \
    PYTHONHOME=/nowhere BENCHMARK_FILTER=none -- doctor
expect_status 'doctor' 0
for line in "^! OpenMP's +OMP_PROC_BIND=true" "^! the C library's +MALLOC_ARENA_MAX=1" '^- OMP_PROC_BIND=true: ' \
    "^! the loader's +LD_BIND_NOW=1\$" 'not handed on .*SLURM_PROCID \(of a batch system\)' \
    'not handed on .*BENCHMARK_FILTER \(' 'not handed on .*HWLOC_SYNTHETIC \(' "^. by affinity +$cores\$" '^  python3 +([0-9].* at /|gave no answer|missing)'; do
    expect 'doctor' grep -qE "$line" "$out"
done
expect 'doctor: this machine' test "$(awk '/hardware threads/ { print $NF }' "$out")" -lt 64

run -b pipes "${tiny[@]}" --format table
expect 'a table without notes' test -z "$(grep -E 'MALLOC|OMP_' "$out")"
with OMP_PROC_BIND=true -- -b pipes,openmp "${tiny[@]}" --format table
expect "a table's notes" test "$(grep -c 'OMP_PROC_BIND=true' "$out")" = 1
expect "a table's notes" grep -qE '^openmp .*OMP_PROC_BIND=true' "$out"

# --- nobody is bound ------------------------------------------------------------------------------

loads() { ldd "$1" | grep >/dev/null -E 'lib(gomp|iomp5|omp)\.so'; }
for file in "$bench" "$library"/{cell,ipc,spawn,append,parbench-cell.so,parbench-mpi.so}; do
    expect "${file##*/} needs no OpenMP" eval "! loads '$file'"
done
expect 'openmp needs it' loads "$library/parbench-openmp.so"

allowed_of() { grep Cpus_allowed_list "/proc/$1/status"; } 2>/dev/null
own=$(allowed_of $$)

cell_is_bound() { find_child cell && [ "$(allowed_of "$child")" != "$own" ]; }
helper_is_free() {
    local helper
    find_child cell || return 1
    for helper in $(pgrep -P "$child"); do
        [ "$(allowed_of "$helper")" = "$own" ] && return
    done
    return 1
}
# While BACKEND is measured the condition comes true.
while_measured() { # NAME BACKEND CONDITION VARIABLE...
    rm -rf "$results"
    (export "${@:4}" && exec env PARBENCH_TEST="$mark" TMPDIR="$scratch/tmp" setsid "$bench" -b "$2" -w primes -n 2 \
        --rounds 10000 -o "$results") >"$out" 2>"$err" </dev/null {never}>&- &
    pid=$!
    wait_until 60000 "$3" || say_failure "$1: not seen"
    kill -TERM "$pid"
    finish
    expect_nothing_left "$1"
}
if several; then
    for variable in OMP_PROC_BIND=true GOMP_CPU_AFFINITY=0; do
        with "$variable" -- -b pipes,pthreads "${tiny[@]:0:2}" --rounds 1 --repetitions 1 -o "$results"
        expect "$variable: as many workers as cores" test \
            "$(columns "$samples" backend workers | sort -u | paste -sd' ')" = $'pipes\t'"$cores"$' pthreads\t'"$cores"$' serial\t1'
    done
    while_measured "openmp's first thread has its place" openmp cell_is_bound OMP_PROC_BIND=true
    while_measured "who measures openmp's capacity is free" openmp helper_is_free OMP_PROC_BIND=true
fi

# --- what bench takes itself for ------------------------------------------------------------------

measures_as_ever() { # NAME VARIABLE=VALUE...
    with "${@:2}" -- -b pipes "${tiny[@]:0:2}" --rounds 1 --repetitions 1 -o "$results"
    expect_status "$1" 0
    expect "$1: workers" test "$(columns "$samples" backend workers | sort -u | paste -sd' ')" = $'pipes\t'"$cores"$' serial\t1'
}
measures_as_ever "a batch script's shell" SLURM_PROCID=0 SLURM_NTASKS=1 SLURM_JOB_ID=1
measures_as_ever 'srun was there, long ago' SLURM_PROCID=1 SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=4
measures_as_ever 'mpirun was there' OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 PMI_RANK=1 PMI_SIZE=4

# A launcher of that name; a shell that execs would lose it.
as_rank() { # LAUNCHER VARIABLE=VALUE...
    printf '#!/bin/sh\n"$@"\nexit $?\n' >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
    rm -rf "$results"
    status=0
    env "${@:2}" "$scratch/bin/$1" "$bench" --patience 0s -b pipes "${tiny[@]:0:2}" --rounds 1 --repetitions 1 \
        -o "$results" >"$out" 2>"$err" </dev/null || status=$?
    expect_status "$1" 0
}
for launcher in slurmstepd:SLURM_PROCID:SLURM_STEP_NUM_TASKS hydra_pmi_proxy:PMI_RANK:PMI_SIZE \
    orted:OMPI_COMM_WORLD_RANK:OMPI_COMM_WORLD_SIZE; do
    IFS=: read -r name rank size <<<"$launcher"
    as_rank "$name" "$rank=1" "$size=4"
    expect "$name: rank 1 has nothing to do" test ! -s "$out" -a ! -e "$results"
done
as_rank slurmstepd SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=4
expect 'rank 0 takes the others for workers' grep -q $'^pipes\t3$' <<<"$(columns "$samples" backend workers)"
as_rank slurmstepd SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1
expect 'one rank is none of several' grep -q $'^pipes\t'"$cores"'$' <<<"$(columns "$samples" backend workers)"

run -b pipes "${tiny[@]}"
cp -r "$results" "$scratch/other"
with POSIXLY_CORRECT=1 ARGP_HELP_FMT=nonsense -- compare "$scratch/other" "$scratch/other" --format csv
expect_status 'options behind other words' 0
expect 'nothing to say of them' test ! -s "$err"

# --- a user's parameter files -----------------------------------------------------------------------

if [ -n "$have_mpi" ]; then
    mkdir -p "$scratch/home/.openmpi" "$scratch/home/.pmix" "$scratch/home/.prte"
    for folder in openmpi pmix prte; do
        printf '%s\n' 'rmaps_base_mapping_policy = ppr:1:node' 'btl_tcp_if_include = eth9' \
            'oob_tcp_if_include = eth9' 'ptl_tcp_if_include = eth9' 'btl = nonsense' 'gds = nonsense' \
            'rmaps_default_mapping_policy = ppr:1:node' >"$scratch/home/.$folder/mca-params.conf"
    done
    with HOME="$scratch/home" -- -b mpi "${tiny[@]}"
    expect_status "a user's parameters" 0
    expect_rows "a user's parameters" mpi 1.ok dynamic
    with HOME="$scratch/home" OMPI_MCA_btl=nonsense OMPI_MCA_pml=nonsense -- ipc -t mpi -p free -b 8 --rounds 1 \
        --format csv
    expect "a user's parameters: bench ipc" grep -qE '^mpi,.*,ok$' "$out"
    with HOME="$scratch/home" OMPI_MCA_btl=nonsense -- spawn --mechanism mpirun --rounds 1 --samples 1 --format csv
    expect "a user's parameters: bench spawn" grep -qE '^mpirun,.*,ok$' "$out"
fi
