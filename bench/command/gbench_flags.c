#include "bench/command/gbench_flags.h"

#include <stddef.h>
#include <string.h>

static const char shown[] = "nothing of Google Benchmark's is displayed: write --format F, or "
                            "--benchmark_out=FILE behind -- for a file";

/* How often a cell maps is bench's business, and so is what is displayed. */
static const struct {
    const char *flag, *instead;
} without_effect[] = {
    {"repetitions", "write --repetitions N before --, and --rounds N for fresh processes"},
    {"min_time", "write --min-time TIME before --"},
    {"min_warmup_time", "a cell warms up until a map is hardly faster than the one before"},
    {"dry_run", "write --rounds 1 --repetitions 1 before --"},
    {"enable_random_interleaving", "cells are shuffled in each round; write --seed N before --"},
    {"report_aggregates_only", "the file holds each map, and what mean, median, stddev and cv are "
                               "over all rounds"},
    {"perf_counters", "its counters stand still while a map runs; write perf stat bench ..."},
    {"list_tests", "write bench list"},
    {"display_aggregates_only", shown},
    {"format", shown},
    {"color", shown},
    {"counters_tabular", shown},
};

static const char prefix[] = "--benchmark_";

const char *gbench_flags_instead(const char *flag)
{
    if (strncmp(flag, prefix, sizeof prefix - 1) != 0)
        return NULL;
    const char *name = flag + sizeof prefix - 1;
    size_t length = strcspn(name, "=");
    for (size_t i = 0; i < sizeof without_effect / sizeof without_effect[0]; i++)
        if (strlen(without_effect[i].flag) == length &&
            strncmp(without_effect[i].flag, name, length) == 0)
            return without_effect[i].instead;
    if (strncmp(name, "out_format=", 11) == 0 && strcmp(name + 11, "json") != 0)
        return "its file is JSON; for CSV write -o DIR or --format csv before --";
    return NULL;
}
