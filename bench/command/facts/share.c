/*
 * What of the machine this process may use. How much compute that really is (the capacity) is not
 * told by any of these: every cell measures it beside its samples.
 */
#include <stdio.h>
#include <string.h>

#include "bench/command/cores.h"
#include "bench/command/facts/fact.h"
#include "bench/launch/lack.h"
#include "common/cross_memory.h"

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
    {"usable", "usable (default of --workers)", "", find_usable, NULL, false},
    {"mpi_single_copy", "MPI's single copy", "", find_single_copy, NULL, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};
