/*
 * What surrounds this process: a container, a batch system or a small machine may refuse or limit
 * what programs take for granted. Each of these is a reason for which cells are skipped or fail.
 */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/facts/fact.h"
#include "bench/launch/janitor.h"
#include "bench/launch/lack.h"

#define MIB           (1024u * 1024u)
#define MEMORY_LEAST  (512u * MIB)
#define PROCESSES_FEW 128

static void find_calls(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char refused[LACK_BYTES / 2];
    fact_text(fact, "%s", *lack_calls(refused, sizeof refused) != '\0' ? refused : "none");
    if (*refused != '\0')
        fact_warn(fact, "system calls are refused: %s; %s", refused, lack_calls_remedy);
}

static void find_proc(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char problem[LACK_BYTES];
    if (*lack_proc(problem, sizeof problem) != '\0') {
        fact_text(fact, "not to be used");
        fact_warn(fact, "%s", problem);
        return;
    }
    const bool hidden = access("/proc/1/stat", R_OK) != 0;
    fact_text(fact, "%s", hidden ? "others' processes are hidden" : "readable");
    if (hidden)
        fact_warn(fact, "processes of other users are hidden (/proc is mounted with hidepid): what "
                        "they take of the machine is seen only as a whole, and nobody is named");
}

static void find_sys(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    const bool there = access("/sys/devices/system/cpu", R_OK | X_OK) == 0;
    fact_text(fact, "%s", there ? "readable" : "not to be read");
    if (!there)
        fact_warn(fact,
                  "/sys cannot be read: which threads share a core is not known, nor what cgroups "
                  "limit: mount -t sysfs sysfs /sys");
}

static void find_memory_limit(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    uint64_t limit = lack_memory();
    if (limit == UINT64_MAX) {
        fact_unknown(fact, "none");
        return;
    }
    fact_integer(fact, (int64_t)(limit / MIB));
    if (limit < MEMORY_LEAST)
        fact_warn(
            fact,
            "a cgroup grants %llu MiB of memory: a cell that takes more is killed (docker run "
            "--memory)",
            (unsigned long long)(limit / MIB));
}

static void find_process_limit(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    uint64_t limit = lack_processes();
    if (limit == UINT64_MAX) {
        fact_unknown(fact, "none");
        return;
    }
    fact_integer(fact, (int64_t)limit);
    if (limit < PROCESSES_FEW)
        fact_warn(
            fact,
            "a cgroup grants %llu processes and threads: too few for many workers (docker run "
            "--pids-limit)",
            (unsigned long long)limit);
}

static void find_temporary(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    const char *parent = janitor_parent();
    const char *named = getenv("TMPDIR");
    fact_text(fact, "%s", parent != NULL ? parent : "nowhere");
    if (parent == NULL)
        fact_warn(fact,
                  "no directory for temporary files can be written to: set TMPDIR to one that can");
    else if (lack_room(parent) < LACK_SHARED_ROOM)
        fact_warn(fact,
                  "%s has room for %llu MiB, and MPI's segments take more: set TMPDIR to a "
                  "directory that has more",
                  parent, (unsigned long long)(lack_room(parent) / MIB));
    else if (named != NULL && lack_room(named) == 0)
        fact_warn(fact, "TMPDIR cannot be written to ('%.100s'), and %s is used", named, parent);
}

static void find_network(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_text(fact, "%s", lack_network() ? "up" : "none is up");
    if (!lack_network())
        fact_warn(
            fact,
            "no network interface is up, not even the loopback: no backend mpi, no sockets of "
            "TCP: ip link set lo up");
}

static void find_host_name(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char name[HOST_NAME_MAX + 1] = "";
    gethostname(name, sizeof name - 1);
    fact_text(fact, "%zu characters", strlen(name));
}

static void find_user(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_text(fact, "%u%s", (unsigned)geteuid(),
              getpwuid(geteuid()) == NULL ? ", without an account" : "");
}

const struct fact_rule sandbox_rules[] = {
    {"refused_calls", "system calls refused", "", find_calls, NULL, true},
    {"proc", "/proc", "", find_proc, NULL, true},
    {"sys", "/sys", "", find_sys, NULL, true},
    {"memory_limit_mib", "memory, by cgroup limit", "MiB", find_memory_limit, NULL, true},
    {"processes_limit", "processes, by cgroup limit", "", find_process_limit, NULL, true},
    {"temporary", "temporary files in", "", find_temporary, NULL, true},
    {"network", "network interfaces", "", find_network, NULL, true},
    {"host_name", "host name", "", find_host_name, NULL, true},
    {"user", "user", "", find_user, NULL, true},
    {NULL, NULL, NULL, NULL, NULL, false},
};
