#include "bench/spawn/tool/footprint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

#define SETTLE_NS (20 * NS_PER_MS)

/* A line is "Pss:    123 kB". Private_Clean, _Dirty and _Hugetlb sum up to what is its alone. */
static void read_line(const char *line, struct footprint *footprint)
{
    char name[64];
    double kib;
    if (sscanf(line, "%63[^:]: %lf kB", name, &kib) != 2)
        return;
    if (strcmp(name, "Pss") == 0)
        footprint->pss_kib = kib;
    else if (strncmp(name, "Private_", strlen("Private_")) == 0)
        footprint->uss_kib += kib;
    else if (strcmp(name, "Anonymous") == 0)
        footprint->anonymous_kib = kib;
    else if (strcmp(name, "AnonHugePages") == 0)
        footprint->huge_kib = kib;
}

int footprint_read(pid_t pid, struct footprint *footprint)
{
    char path[64] = "/proc/self/smaps_rollup", line[256];
    if (pid != 0)
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -errno;
    *footprint = (struct footprint){0};
    while (fgets(line, sizeof line, file) != NULL)
        read_line(line, footprint);
    fclose(file);
    return footprint->pss_kib > 0 ? 0 : -ESRCH; /* a zombie has none */
}

struct footprint footprint_growth(const struct footprint *before, const struct footprint *after,
                                  unsigned workers)
{
    double own_kib = (after->anonymous_kib - before->anonymous_kib) / workers;
    return (struct footprint){.pss_kib = own_kib, .uss_kib = own_kib, .anonymous_kib = own_kib};
}

void footprint_settle(void)
{
    const struct timespec moment = {.tv_nsec = SETTLE_NS};
    nanosleep(&moment, NULL);
}
