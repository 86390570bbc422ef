/*
 * What of the machine this process may use. How much compute that really is (the capacity) is not
 * told by any of these: every cell measures it beside its samples.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/command/cores.h"
#include "bench/command/facts/fact.h"
#include "bench/launch/lack.h"
#include "common/cross_memory.h"

#define SCHED_DEADLINE_NUMBER     6 /* of linux/sched.h, which sched.h of old glibcs lacks */
#define IOPRIO_WHO_PROCESS_NUMBER 1 /* of linux/ioprio.h */

static void find_online(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_integer(fact, cores_online());
}

static void find_affinity(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_integer(fact, cores_affinity());
    if (cores_affinity() < cores_online())
        fact_warn(fact, "the affinity mask leaves %u of %u cores", cores_affinity(),
                  cores_online());
}

static void find_quota(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    double quota = cores_quota();
    if (quota == CORES_NO_QUOTA) {
        fact_unknown(fact, "none");
        return;
    }
    fact_real(fact, quota);
    if (quota < cores_affinity())
        fact_warn(fact,
                  "a cgroup grants %.2f of %u cores: once a period's share is used up, all "
                  "workers stop until the next period",
                  quota, cores_affinity());
}

static void find_usable(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_integer(fact, cores_usable());
    if (cores_usable() == 1)
        fact_warn(fact, "one core: nothing can run in parallel here, only in turns");
}

/* What was handed down to us: nice(1), a batch system, a desktop's file manager. */
static void find_niceness(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    errno = 0;
    int niceness = getpriority(PRIO_PROCESS, 0);
    if (errno != 0)
        return;
    fact_integer(fact, niceness);
    if (niceness > 0)
        fact_warn(fact,
                  "a niceness of %d: any other program comes first and takes most of a core; start "
                  "bench without nice",
                  niceness);
}

static void find_policy(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    static const char *const names[] = {
        [SCHED_OTHER] = "other", [SCHED_FIFO] = "fifo", [SCHED_RR] = "rr",
        [SCHED_BATCH] = "batch", [SCHED_IDLE] = "idle", [SCHED_DEADLINE_NUMBER] = "deadline"};
    int policy = sched_getscheduler(0);
    if (policy < 0)
        return;
    policy &= ~SCHED_RESET_ON_FORK;
    const bool known = (size_t)policy < sizeof names / sizeof names[0] && names[policy] != NULL;
    fact_text(fact, "%s", known ? names[policy] : "unknown");
    if (policy != SCHED_OTHER)
        fact_warn(
            fact,
            "the scheduling policy is %s, not that of other programs: wake-ups cost something "
            "else (chrt -p tells it)",
            fact->text);
}

/* Classes as ioprio_get(2) has them, in the upper bits. */
static void find_io_class(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    static const char *const names[] = {"none", "realtime", "best effort", "idle"};
    long priority = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS_NUMBER, 0);
    unsigned class = priority < 0 ? 0 : (unsigned)priority >> 13;
    if (priority < 0 || class >= sizeof names / sizeof names[0])
        return;
    fact_text(fact, "%s", names[class]);
    if (class == 3)
        fact_warn(fact,
                  "the I/O class is idle: files wait for everybody else's (ionice -p tells it)");
}

/* What mpirun is told of single copies (bench/launch/mpirun.h). */
static void find_single_copy(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char refused[LACK_BYTES];
    if (strstr(lack_calls(refused, sizeof refused), "pidfd_open") != NULL)
        return; /* nobody can be started to try it */
    int error = cross_memory_try();
    fact_text(fact, "%s", error == 0 ? "cma" : "none");
    if (error != 0)
        fact_warn(fact,
                  "processes may not read each other's memory (process_vm_readv: %s), so MPI "
                  "copies large messages twice, and only while both sides are inside of it "
                  "(docker run --cap-add SYS_PTRACE; sysctl kernel.yama.ptrace_scope=1)",
                  strerror(-error));
}

const struct fact_rule share_rules[] = {
    {"online", "online", "", find_online, NULL, false},
    {"affinity", "by affinity", "", find_affinity, NULL, false},
    {"quota", "by cgroup quota", "cores", find_quota, NULL, false},
    {"niceness", "niceness", "", find_niceness, NULL, false},
    {"policy", "scheduling policy", "", find_policy, NULL, false},
    {"io_class", "I/O class", "", find_io_class, NULL, false},
    {"usable", "usable (default of --workers)", "", find_usable, NULL, false},
    {"mpi_single_copy", "MPI's single copy", "", find_single_copy, NULL, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};
