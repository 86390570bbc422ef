#include "bench/command/placement.h"

#include <errno.h>
#include <hwloc.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"
#include "common/board.h"

/* Cuts it down to the affinity of this process, which hwloc leaves to us: a cgroup's cpuset is all
 * that it knows to be allowed. */
static int restrict_to_own(hwloc_topology_t topology)
{
    hwloc_cpuset_t own = hwloc_bitmap_alloc();
    if (own == NULL)
        return -ENOMEM;
    int error = hwloc_get_cpubind(topology, own, HWLOC_CPUBIND_PROCESS);
    if (error == 0 && hwloc_bitmap_intersects(own, hwloc_topology_get_topology_cpuset(topology)))
        error = hwloc_topology_restrict(topology, own, 0);
    hwloc_bitmap_free(own);
    return error;
}

/* Returns the topology of what this process may use, or NULL: no memory. */
static hwloc_topology_t read_topology(void)
{
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology) != 0)
        return NULL;
    if (hwloc_topology_load(topology) == 0 && restrict_to_own(topology) == 0)
        return topology;
    hwloc_topology_destroy(topology);
    return NULL;
}

/* ---- lists -------------------------------------------------------------------------------------
 */

/* Reads "4" or "4-7" before the next comma and moves *text behind it. */
static bool read_range(const char **text, unsigned *first, unsigned *last)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    unsigned long low = strtoul(*text, &end, 10), high = low;
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        high = strtoul(end + 1, &end, 10);
    if ((*end != ',' && *end != '\0') || low > high || high > INT_MAX)
        return false;
    *first = (unsigned)low;
    *last = (unsigned)high;
    *text = *end == ',' ? end + 1 : end;
    return *end == '\0' || **text != '\0';
}

/* Reads a list into cpus[most], which may have more room than needed; *count is how many there
 * are. Returns 0, or -EINVAL: no list; -ERANGE with *wrong: not a processor that may be used. */
static int read_list(const char *text, hwloc_const_cpuset_t allowed, int cpus[], size_t most,
                     size_t *count, unsigned *wrong)
{
    unsigned first, last;
    *count = 0;
    if (*text == '\0')
        return -EINVAL;
    while (*text != '\0') {
        if (!read_range(&text, &first, &last))
            return -EINVAL;
        for (unsigned cpu = first; cpu <= last; cpu++) {
            *wrong = cpu;
            if (!hwloc_bitmap_isset(allowed, cpu))
                return -ERANGE;
            if (*count < most)
                cpus[(*count)++] = (int)cpu;
        }
    }
    return 0;
}

/* ---- orders ------------------------------------------------------------------------------------
 */

/* hwloc numbers processing units so that neighbours share as much as can be. */
static void place_compact(hwloc_topology_t topology, unsigned workers, int cpus[])
{
    unsigned units = (unsigned)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    for (unsigned w = 0; w < workers; w++)
        cpus[w] = (int)hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, w % units)->os_index;
}

/* hwloc cuts the machine into as many equal parts as there are workers; each takes the first unit
 * of its part. More workers than units: the order for one round, again and again. */
static int place_scattered(hwloc_topology_t topology, unsigned workers, int cpus[])
{
    unsigned units = (unsigned)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    unsigned parts = workers < units ? workers : units;
    hwloc_obj_t root = hwloc_get_root_obj(topology);
    hwloc_cpuset_t *sets = calloc(parts, sizeof *sets);
    if (sets == NULL || hwloc_distrib(topology, &root, 1, sets, parts, INT_MAX, 0) != 0) {
        free(sets);
        return -ENOMEM;
    }
    for (unsigned w = 0; w < workers; w++)
        cpus[w] = hwloc_bitmap_first(sets[w % parts]);
    for (unsigned part = 0; part < parts; part++)
        hwloc_bitmap_free(sets[part]);
    free(sets);
    return 0;
}

static void place_listed(hwloc_topology_t topology, const char *text, unsigned workers, int cpus[])
{
    size_t count;
    unsigned wrong;
    read_list(text, hwloc_topology_get_allowed_cpuset(topology), cpus, workers, &count, &wrong);
    for (unsigned w = (unsigned)count; w < workers; w++)
        cpus[w] = cpus[w - count];
}

/* ---- entry points ------------------------------------------------------------------------------
 */

static bool is_word(const char *text)
{
    return strcmp(text, "none") == 0 || strcmp(text, "compact") == 0 ||
           strcmp(text, "scatter") == 0;
}

static void describe_error(int error, const char *text, unsigned wrong,
                           hwloc_const_cpuset_t allowed, char *message, size_t bytes)
{
    char shown[40], may[64];
    hwloc_bitmap_list_snprintf(may, sizeof may, allowed);
    if (error == -ERANGE)
        snprintf(message, bytes, "processor %u is not one that may be used here: these are %s",
                 wrong, may);
    else
        snprintf(message, bytes,
                 "'%s' will not do: write none, compact, scatter, or a list of processors such as "
                 "0,2 or 0-3 (%s may be used here)",
                 text_brief(text, shown, sizeof shown), may);
}

int placement_check(const char *text, char *message, size_t bytes)
{
    int none[1];
    size_t count;
    unsigned wrong = 0;
    if (is_word(text))
        return 0;
    hwloc_topology_t topology = read_topology();
    if (topology == NULL) {
        snprintf(message, bytes, "hwloc cannot read this machine's topology");
        return -EINVAL;
    }
    hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(topology);
    int error = read_list(text, allowed, none, 1, &count, &wrong);
    if (error != 0)
        describe_error(error, text, wrong, allowed, message, bytes);
    hwloc_topology_destroy(topology);
    return error != 0 ? -EINVAL : 0;
}

int placement_find(const char *text, unsigned workers, int cpus[])
{
    for (unsigned w = 0; w < workers; w++)
        cpus[w] = BOARD_ANYWHERE;
    if (text == NULL || strcmp(text, "none") == 0)
        return 0;
    hwloc_topology_t topology = read_topology();
    if (topology == NULL)
        return -ENOMEM;
    int error = 0;
    if (strcmp(text, "compact") == 0)
        place_compact(topology, workers, cpus);
    else if (strcmp(text, "scatter") == 0)
        error = place_scattered(topology, workers, cpus);
    else
        place_listed(topology, text, workers, cpus);
    hwloc_topology_destroy(topology);
    return error;
}
