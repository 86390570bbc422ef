#include "bench/command/cores.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cgroup.h"
#include "common/read_file.h"

#define SET_CPUS_MAX (1 << 16) /* more than any kernel's NR_CPUS */

unsigned cores_online(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

unsigned cores_affinity(void)
{
    /* The kernel refuses a set that is smaller than its own, so the set grows until it fits. */
    for (int cpus = CPU_SETSIZE; cpus <= SET_CPUS_MAX; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        size_t bytes = CPU_ALLOC_SIZE((size_t)cpus);
        if (set == NULL)
            break;
        int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return (unsigned)count;
    }
    return cores_online();
}

/* Both formats end here: microseconds that may be used in each period. */
static double share(const char *quota_us, const char *period_us)
{
    char *quota_end, *period_end;
    double quota = strtod(quota_us, &quota_end);
    double period = strtod(period_us, &period_end);
    if (quota_end == quota_us || period_end == period_us || !(quota > 0) || !(period > 0) ||
        !isfinite(quota / period))
        return CORES_NO_QUOTA;
    return quota / period;
}

double cores_read_v1(const char *quota_us, const char *period_us)
{
    return share(quota_us, period_us);
}

double cores_read_v2(const char *text)
{
    const char *space = strchr(text, ' ');
    return space == NULL ? CORES_NO_QUOTA : share(text, space + 1);
}

struct quota {
    double cores; /* CORES_NO_QUOTA: none */
    double period_us;
};

static struct quota group_quota(const char *directory, bool version_2)
{
    char path[2 * PATH_MAX + 32], quota[64], period[64];
    if (version_2) {
        snprintf(path, sizeof path, "%s/cpu.max", directory);
        const char *text = read_file(path, quota, sizeof quota);
        const char *space = strchr(text, ' ');
        return (struct quota){cores_read_v2(text), space == NULL ? 0 : strtod(space, NULL)};
    }
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory);
    read_file(path, quota, sizeof quota);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory);
    read_file(path, period, sizeof period);
    return (struct quota){cores_read_v1(quota, period), strtod(period, NULL)};
}

static struct quota lesser(struct quota a, struct quota b)
{
    if (a.cores == CORES_NO_QUOTA || b.cores == CORES_NO_QUOTA)
        return a.cores == CORES_NO_QUOTA ? b : a;
    return a.cores < b.cores ? a : b;
}

static void visit_group(void *least, const char *directory, bool version_2)
{
    *(struct quota *)least = lesser(*(struct quota *)least, group_quota(directory, version_2));
}

static struct quota find_quota(void)
{
    struct quota least = {CORES_NO_QUOTA, 0};
    cgroup_visit("cpu", visit_group, &least);
    return least;
}

double cores_quota(void)
{
    return find_quota().cores;
}

uint64_t cores_quota_period_ns(void)
{
    const struct quota quota = find_quota();
    return quota.cores == CORES_NO_QUOTA ? 0 : (uint64_t)(quota.period_us * 1000);
}

double cores_granted(void)
{
    double quota = cores_quota(), affinity = (double)cores_affinity();
    return quota != CORES_NO_QUOTA && quota < affinity ? quota : affinity;
}

unsigned cores_combine(unsigned affinity, double quota)
{
    if (quota == CORES_NO_QUOTA || quota >= affinity)
        return affinity > 0 ? affinity : 1;
    unsigned whole = (unsigned)quota; /* and up: not by ceil, for bench/spawn/tool does without libm */
    whole += whole < quota;
    return whole > 0 ? whole : 1;
}

unsigned cores_usable(void)
{
    return cores_combine(cores_affinity(), cores_quota());
}

unsigned cores_combine_whole(unsigned affinity, double quota)
{
    if (quota == CORES_NO_QUOTA || quota >= affinity)
        return affinity > 0 ? affinity : 1;
    return quota >= 1 ? (unsigned)quota : 1;
}

unsigned cores_whole(void)
{
    return cores_combine_whole(cores_affinity(), cores_quota());
}
