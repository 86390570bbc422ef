/*
 * What the machine is: processor, caches, memory. Mostly as hwloc reads it from the kernel.
 */
#include <stdio.h>
#include <string.h>

#include "bench/command/facts/fact.h"
#include "common/read_file.h"

#define CPUINFO_BYTES 16384 /* the first processors are enough */

static void find_processor(const struct fact_query *query, struct fact *fact)
{
    const char *model = NULL;
    if (query->source->topology != NULL) {
        hwloc_obj_t package = hwloc_get_obj_by_type(query->source->topology, HWLOC_OBJ_PACKAGE, 0);
        if (package != NULL)
            model = hwloc_obj_get_info_by_name(package, "CPUModel");
    }
    if (model != NULL)
        fact_text(fact, "%s", model + strspn(model, " "));
}

/* The number of objects of the hwloc type that detail points to. */
static void count_objects(const struct fact_query *query, struct fact *fact)
{
    const hwloc_obj_type_t *type = query->rule->detail;
    int count = query->source->topology == NULL
                    ? 0
                    : hwloc_get_nbobjs_by_type(query->source->topology, *type);
    if (count > 0)
        fact_integer(fact, count);
}

/* The size of one cache of that type. */
static void find_cache(const struct fact_query *query, struct fact *fact)
{
    const hwloc_obj_type_t *type = query->rule->detail;
    hwloc_obj_t cache = query->source->topology == NULL
                            ? NULL
                            : hwloc_get_obj_by_type(query->source->topology, *type, 0);
    if (cache != NULL && cache->attr->cache.size > 0)
        fact_integer(fact, (int64_t)(cache->attr->cache.size / 1024));
}

static void find_numa(const struct fact_query *query, struct fact *fact)
{
    count_objects(query, fact);
    if (fact->kind == FACT_INTEGER && fact->integer > 1)
        fact_warn(fact,
                  "%d NUMA nodes: where memory lies changes times; numactl --cpunodebind=0 "
                  "--membind=0 keeps a run on one",
                  (int)fact->integer);
}

static void find_memory(const struct fact_query *query, struct fact *fact)
{
    if (query->source->topology != NULL)
        fact_integer(fact,
                     (int64_t)(hwloc_get_root_obj(query->source->topology)->total_memory >> 20));
}

static void find_smt(const struct fact_query *query, struct fact *fact)
{
    int cores = 0, threads = 0;
    if (query->source->topology != NULL) {
        cores = hwloc_get_nbobjs_by_type(query->source->topology, HWLOC_OBJ_CORE);
        threads = hwloc_get_nbobjs_by_type(query->source->topology, HWLOC_OBJ_PU);
    }
    if (cores <= 0 || threads <= 0)
        return;
    fact_text(fact, threads > cores ? "on" : "off");
    if (threads > cores)
        fact_warn(fact, "SMT is on: %d hardware threads share %d cores, so speedup ends near %d",
                  threads, cores, cores);
}

static void find_governor(const struct fact_query *query, struct fact *fact)
{
    fact_first_line(query, fact);
    if (fact->kind == FACT_UNKNOWN)
        fact_unknown(fact, "not shown here, as in most virtual machines");
    else if (strcmp(fact->text, "performance") != 0)
        fact_warn(fact,
                  "the governor '%.32s' changes clock rates as it goes: cpupower "
                  "frequency-set -g performance",
                  fact->text);
}

static void find_virtualization(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    char cpuinfo[CPUINFO_BYTES], flags[4096], vendor[64], product[64];
    read_file("/proc/cpuinfo", cpuinfo, sizeof cpuinfo);
    read_value(cpuinfo, "flags", flags, sizeof flags);
    read_line("/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);
    read_line("/sys/class/dmi/id/product_name", product, sizeof product);
    if (strstr(flags, " hypervisor") == NULL) {
        fact_text(fact, "no virtual machine seen");
        return;
    }
    fact_text(fact, "virtual machine%s%s%s%s", vendor[0] != '\0' ? ", " : "", vendor,
              product[0] != '\0' ? " " : "", product);
    fact_warn(fact, "a virtual machine: its host may give less than a whole core at any time; "
                    "trust ratios taken within a round, not times");
}

static const hwloc_obj_type_t packages = HWLOC_OBJ_PACKAGE, cores = HWLOC_OBJ_CORE,
                              threads = HWLOC_OBJ_PU, nodes = HWLOC_OBJ_NUMANODE,
                              level_1 = HWLOC_OBJ_L1CACHE, level_2 = HWLOC_OBJ_L2CACHE,
                              level_3 = HWLOC_OBJ_L3CACHE;

const struct fact_rule hardware_rules[] = {
    {"processor", "processor", "", find_processor, NULL, false},
    {"packages", "packages", "", count_objects, &packages, false},
    {"cores", "cores", "", count_objects, &cores, false},
    {"hardware_threads", "hardware threads", "", count_objects, &threads, false},
    {"smt", "SMT (hyper-threading)", "", find_smt, NULL, false},
    {"l1d_kib", "L1 data cache", "KiB", find_cache, &level_1, false},
    {"l2_kib", "L2 cache", "KiB", find_cache, &level_2, false},
    {"l3_kib", "L3 cache", "KiB", find_cache, &level_3, false},
    {"numa_nodes", "NUMA nodes", "", find_numa, &nodes, false},
    {"memory_mib", "memory", "MiB", find_memory, NULL, false},
    {"governor", "frequency governor", "", find_governor,
     "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", false},
    {"virtualization", "virtualization", "", find_virtualization, NULL, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};
