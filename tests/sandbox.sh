#!/usr/bin/env bash
# sandbox.sh BENCH DENY - containers and small machines refuse and limit what programs take for granted.
# Then a cell works all the same, or it is skipped and the row says what is missing and what would be
# right; and the doctor knows. A case that cannot be made here is left out by name.
set -euo pipefail
# shellcheck source=tests/expect.sh
. "$(dirname "$0")/expect.sh"
deny=$(realpath "$2")
real=$bench
bench=$scratch/bench
chmod 755 "$scratch" && chmod 1777 "$scratch/tmp" # some of what follows is another user's
brief=(-w 'sum:tasks=4,n=10' --rounds 1 --repetitions 1)
workers=2
mpi=mpi python=python-process
backends_here_are=$("$real" list backends | awk '$NF == "runs" { print $1 }')
grep -qx mpi <<<"$backends_here_are" || mpi=pipes
grep -qx python-pool <<<"$backends_here_are" || python=pipes

# From now on bench is run behind these commands.
# shellcheck disable=SC2016 # for the other shell
within() { # COMMANDS, that may end with one that takes a command
    printf '#!/usr/bin/env bash\n%s %q "$@"\n' "$1" "$real" >"$bench"
    chmod 755 "$bench"
}

# The same, if the first command can be had here.
can() { # NAME COMMAND...
    "${@:2}" >"$out" 2>"$err" && return
    echo "SKIP $1: not to be made here: $(head -n 1 "$err")"
    return 1
}

# What doctor says of it, in its verdict.
doctor_says() { # NAME PATTERN
    run doctor
    expect_status "$1: doctor" 0
    tr -s '\n ' ' ' <"$out" >"$scratch/verdict"
    expect "$1: doctor knows" grep -qE "Verdict: .*$2" "$scratch/verdict"
}

measure() { # NAME STATUS ARGUMENTS...
    run "${brief[@]}" -n "$workers" "${@:3}" -o "$results" --format csv
    expect_status "$1" "$2"
}

# --- system calls that are refused ----------------------------------------------------------------

if can 'seccomp' "$deny" mq_open EPERM true; then
    for call in 'pidfd_open EPERM' 'pidfd_open ENOSYS' 'memfd_create EPERM' 'signalfd4 ENOSYS'; do
        within "exec $deny $call"
        run -b pipes "${brief[@]}"
        expect_status "$call" 1
        expect "$call: one line" test "$(wc -l <"$err")" = 1
        expect "$call: names it, and who lets it through" grep -qE "${call% *}.*Docker 20.10" "$err"
        expect "$call: blames no file" test "$(grep -c 'libexec' "$err")" = 0
    done
    within "exec $deny pidfd_open EPERM"
    doctor_says 'pidfd_open' 'pidfd_open.*Docker 20.10'
    expect 'doctor advises to install nothing' test "$(grep -c 'apt-get' "$out")" = 0

    within "exec $deny eventfd2 EPERM $deny set_robust_list ENOSYS"
    measure 'two calls' 0 -b pipes,shm
    expect_rows 'two calls' pipes 1.ok dynamic
    expect_rows 'two calls' shm '0.skip: .*eventfd2' dynamic
    doctor_says 'two calls' 'eventfd2 .*set_robust_list|set_robust_list .*eventfd2'
    within "exec $deny set_robust_list EPERM $deny close_range EPERM"
    measure 'no robust locks' 0 -b shm
    expect_rows 'no robust locks' shm '0.skip: .*set_robust_list' dynamic

    within "exec $deny clone3 EPERM"
    measure 'no threads' 0 -b pthreads,openmp,pipes
    for backend in pthreads openmp; do
        expect_rows 'no threads' $backend '0.skip: .*clone3' dynamic
    done
    expect_rows 'no threads' pipes 1.ok dynamic
fi

# --- directories ----------------------------------------------------------------------------------

shm_is() { echo "mount -t tmpfs -o $1 tmpfs /dev/shm &&"; }
# shellcheck disable=SC2016 # for the other shell
in_mounts() { within 'exec unshare -m bash -c '"'$1"' exec "$@"'"'"' x'; }

if can 'mounts' unshare -m mount -t tmpfs tmpfs /dev/shm; then
    long=$scratch/$(printf 'x%.0s' {1..100})
    mkdir -m 1777 "$long"
    in_mounts "$(shm_is ro) export TMPDIR=$long &&"
    measure 'read-only /dev/shm' 0 -b "$mpi,python-pool,$python" --schedule dynamic,per-task
    expect_rows 'read-only /dev/shm' "$mpi" 1.ok dynamic
    if [ "$python" != pipes ]; then
        expect_rows 'read-only /dev/shm' python-pool '0.skip: .*semaphore.*Read-only.*writable' dynamic
        expect_rows 'read-only /dev/shm' "$python" 1.ok per-task
        measure 'a long TMPDIR' 0 -b python-process:forkserver --schedule per-task
        expect_rows 'a long TMPDIR' python-process:forkserver 1.ok per-task
    fi
    doctor_says 'read-only /dev/shm' '/dev/shm cannot be written to'

    in_mounts "$(shm_is size=64k) export TMPDIR=/nonexistent &&"
    measure 'tiny /dev/shm' 0 -b "$mpi"
    expect_rows 'tiny /dev/shm' "$mpi" 1.ok dynamic
    doctor_says 'tiny /dev/shm' 'room for 64 KiB.*shm-size'

    # What is below /tmp may be this very build, so it stays in sight.
    in_mounts "$(shm_is ro) mount -t tmpfs -o ro tmpfs /var/tmp && mount --bind /tmp /tmp &&
        mount -o remount,bind,ro /tmp && export TMPDIR=/nonexistent &&"
    run -b pipes "${brief[@]}"
    expect_status 'nowhere to write' 1
    expect 'nowhere to write: one line' test "$(wc -l <"$err")" = 1
    expect 'nowhere to write: what to do' grep -q 'set TMPDIR to one' "$err"

    in_mounts 'mount -t tmpfs tmpfs /proc &&'
    run -b pipes "${brief[@]}"
    expect_status 'no /proc' 1
    expect 'no /proc: what to do' grep -q '^bench: /proc is not mounted.*mount -t proc' "$err"

    in_mounts 'mount -t tmpfs tmpfs /sys &&'
    measure 'no /sys' 0 -b "pipes,$mpi"
    expect 'no /sys: silence' test -z "$(said)"
    expect_rows 'no /sys' "$mpi" 1.ok dynamic
    doctor_says 'no /sys' '/sys cannot be read'
fi

# --- namespaces -----------------------------------------------------------------------------------

if can 'another /proc' unshare -pf true; then
    within 'exec unshare -pf'
    run -b pipes "${brief[@]}"
    expect_status 'the /proc of others' 1
    expect 'the /proc of others: what to do' grep -q '^bench: /proc shows other processes.*--mount-proc' "$err"
fi
if can 'no network' unshare -n true; then
    within 'exec unshare -n'
    measure 'no network' 0 -b "$mpi,manager:tcp,pipes"
    [ $mpi = pipes ] || expect_rows 'no network' mpi '0.skip: .*ip link set lo up' dynamic
    expect_rows 'no network' manager:tcp '0.skip: .*unreachable.*ip link set lo up' dynamic
    expect_rows 'no network' pipes 1.ok dynamic
    doctor_says 'no network' 'no network interface.*ip link'
fi
if [ $mpi = mpi ] && can 'a host name' unshare -u hostname short; then
    # shellcheck disable=SC2016 # for the other shell
    within 'exec unshare -u bash -c '"'"'hostname $(printf "h%.0s" {1..60}) && exec "$@"'"'"' x'
    measure 'a long host name' 0 -b mpi
    expect_rows 'a long host name' mpi '0.skip: .*host name of 60 characters.*at most 56' dynamic
    doctor_says 'a long host name' 'host name of 60 characters'
fi

# --- users and their environment ------------------------------------------------------------------

within "exec env -i TMPDIR=$scratch/tmp PARBENCH_TEST=$mark"
measure 'an empty environment' 0 -b "$mpi"
expect_rows 'an empty environment' "$mpi" 1.ok dynamic
stranger=(setpriv --reuid 54321 --regid 54321 --clear-groups)
if can 'a user without an account' "${stranger[@]}" "$real" --version; then
    mkdir -m 1777 "$scratch/theirs"
    results=$scratch/theirs/results samples=$results/samples.csv
    within "exec ${stranger[*]} env -u HOME"
    measure 'no account, no home' 0 -b "$mpi"
    expect_rows 'no account, no home' "$mpi" 1.ok dynamic
    within "ulimit -u 6; exec ${stranger[*]}"
    workers=8
    measure 'few processes of a user' 0 -b pipes
    workers=2
    expect_rows 'few processes of a user' pipes '0.skip: .*may have 6 processes.*ulimit -u' dynamic
    results=$scratch/results samples=$results/samples.csv
fi

# --- cgroups --------------------------------------------------------------------------------------

# A group of our own, where this controller has its hierarchy; $group is its directory.
make_group() { # CONTROLLER
    local top=/sys/fs/cgroup
    [ ! -d $top/"$1" ] || top=$top/$1
    grep -qsw "$1" "$top"/cgroup.subtree_control || [ "$top" != /sys/fs/cgroup ] || return 1
    group=$top/parbench-$mark
    mkdir "$group"
}
leave_group() { wait_until 5000 rmdir "$group" 2>/dev/null || say_failure "$group is in use"; }
limit() { echo "$1" >"$group/$2" 2>/dev/null || echo "$1" >"$group/$3"; }

if can 'a memory cgroup' make_group memory; then
    limit 100M memory.limit_in_bytes memory.max
    within "echo \$\$ >$group/cgroup.procs && exec"
    brief=(-w 'echo:tasks=60,bytes=1000000' --rounds 1 --repetitions 1)
    measure 'little memory' 1 -b serial
    expect_rows 'little memory' serial '0.failed: .*killed.*a cgroup grants 100 MiB' dynamic
    limit 150M memory.limit_in_bytes memory.max
    measure 'less memory than two copies need' 0 -b serial
    expect_rows 'less memory than two copies need' serial '0.skip: .*a cgroup grants 150 MiB' dynamic
    doctor_says 'little memory' 'a cgroup grants 150 MiB of memory'
    leave_group
fi
if can 'a pids cgroup' make_group pids; then
    limit 8 pids.max pids.max
    within "echo \$\$ >$group/cgroup.procs && exec"
    brief=(-w 'sum:tasks=4,n=10' --rounds 1 --repetitions 1)
    workers=8
    measure 'few processes' 0 -b pipes
    expect_rows 'few processes' pipes '0.skip: .*a cgroup grants 8 processes.*pids' dynamic
    doctor_says 'few processes' 'a cgroup grants 8 processes'
    leave_group
fi
