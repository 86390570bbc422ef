#include "bench/ipc/tool/place.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>

const char *const place_names[PLACES + 1] = {"same", "different", "free", NULL};

/* A number from a processor's topology in sysfs; -1 where that is not told. */
static int topology(int cpu, const char *what)
{
    char path[96];
    int value = -1;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what);
    FILE *file = fopen(path, "re");
    if (file != NULL && fscanf(file, "%d", &value) != 1)
        value = -1;
    if (file != NULL)
        fclose(file);
    return value;
}

static bool is_one_core(int cpu, int other)
{
    return topology(cpu, "core_id") == topology(other, "core_id") &&
           topology(cpu, "physical_package_id") == topology(other, "physical_package_id");
}

int place_choose(enum place place, int cpus[2])
{
    cpu_set_t allowed;
    int first = -1, second = -1;
    cpus[0] = cpus[1] = -1;
    if (place == PLACE_FREE)
        return 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return -errno;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET((unsigned)cpu, &allowed))
            continue;
        if (first < 0)
            first = cpu;
        else if (second < 0 || (is_one_core(first, second) && !is_one_core(first, cpu)))
            second = cpu;
    }
    cpus[0] = first;
    cpus[1] = place == PLACE_SAME ? first : second;
    return cpus[1] < 0 ? -ENODEV : 0;
}
