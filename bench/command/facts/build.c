/*
 * What this program was made from, and the run that it is in.
 */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/command/facts/fact.h"
#include "build_info.h"
#include "commit.h"

static void find_glibc(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    fact_text(fact, "%s", gnu_get_libc_version());
}

static void find_flags(const struct fact_query *query, struct fact *fact)
{
    fact_constant(query, fact);
#if !defined(__OPTIMIZE__)
    fact_warn(fact, "built without optimization: build with cmake --preset release");
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    fact_warn(fact, "built with a sanitizer, which costs more than what is measured");
#endif
}

static void find_date(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    time_t now = time(NULL);
    struct tm utc;
    char text[32];
    if (gmtime_r(&now, &utc) != NULL && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
        fact_text(fact, "%s", text);
}

static void find_command_line(const struct fact_query *query, struct fact *fact)
{
    char line[FACT_TEXT_BYTES] = "";
    size_t used = 0;
    for (int i = 0; i < query->source->argc && used < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i > 0 ? " " : "",
                                 query->source->argv[i]);
    fact_text(fact, "%s", line);
}

const struct fact_rule build_rules[] = {
    {"version", "version", "", fact_constant, PARBENCH_VERSION, false},
    {"commit", "commit", "", fact_constant, PARBENCH_COMMIT, false},
    {"compiler", "compiler", "", fact_constant, PARBENCH_COMPILER, false},
    {"flags", "flags", "", find_flags, PARBENCH_FLAGS, false},
    {"glibc", "glibc", "", find_glibc, NULL, false},
    {"openmp", "OpenMP", "", fact_constant, PARBENCH_OPENMP, false},
    {"mpi", "MPI", "", fact_constant, PARBENCH_MPI, false},
    {"google_benchmark", "Google Benchmark", "", fact_constant, PARBENCH_BENCHMARK, false},
    {"hwloc", "hwloc", "", fact_constant, PARBENCH_HWLOC, false},
    {"gsl", "GSL", "", fact_constant, PARBENCH_GSL, false},
    {"jansson", "jansson", "", fact_constant, PARBENCH_JANSSON, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};

const struct fact_rule run_rules[] = {
    {"date_utc", "date (UTC)", "", find_date, NULL, false},
    {"command_line", "command line", "", find_command_line, NULL, false},
    {NULL, NULL, NULL, NULL, NULL, false},
};
