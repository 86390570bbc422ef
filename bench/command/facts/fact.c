#include "bench/command/facts/fact.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/data/text.h"
#include "common/clock.h"
#include "common/read_file.h"

#define TOOLS_LIMIT_NS (1500 * NS_PER_MS)

const struct fact_group fact_groups[] = {
    {"machine", "Machine", hardware_rules},
    {"cores", "Cores that this process may use", share_rules},
    {"system", "System", system_rules},
    {"variables", "Variables that somebody has set", variable_rules},
    {"sandbox", "What surrounds this process", sandbox_rules},
    {"clock", "Clock (CLOCK_MONOTONIC)", clock_rules},
    {"build", "This program", build_rules},
    {"run", "This run", run_rules},
    {"tools", "Other programs, and what needs them", tool_rules},
    {NULL, NULL, NULL},
};

/* The topology as the hardware is, also where this process may not use all of it. */
static hwloc_topology_t read_topology(void)
{
    hwloc_topology_t topology;
    if (hwloc_topology_init(&topology) != 0)
        return NULL;
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(topology) == 0)
        return topology;
    hwloc_topology_destroy(topology);
    return NULL;
}

void fact_source_open(struct fact_source *source, int argc, char **argv)
{
    *source = (struct fact_source){.topology = read_topology(),
                                   .tools_deadline_ns = clock_deadline(TOOLS_LIMIT_NS),
                                   .argc = argc,
                                   .argv = argv};
}

void fact_source_close(struct fact_source *source)
{
    if (source->topology != NULL)
        hwloc_topology_destroy(source->topology);
    source->topology = NULL;
}

void fact_find(const struct fact_source *source, const struct fact_rule *rule, struct fact *fact)
{
    const struct fact_query query = {source, rule};
    *fact = (struct fact){.kind = FACT_UNKNOWN};
    rule->find(&query, fact);
}

void fact_text(struct fact *fact, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fact->text, sizeof fact->text, format, arguments);
    va_end(arguments);
    text_clean(fact->text);
    fact->kind = fact->text[0] != '\0' ? FACT_TEXT : FACT_UNKNOWN;
}

void fact_integer(struct fact *fact, int64_t value)
{
    fact->kind = FACT_INTEGER;
    fact->integer = value;
}

void fact_real(struct fact *fact, double value)
{
    fact->kind = FACT_REAL;
    fact->real = value;
}

void fact_unknown(struct fact *fact, const char *why)
{
    fact_text(fact, "%s", why);
    fact->kind = FACT_UNKNOWN;
}

void fact_warn(struct fact *fact, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fact->warning, sizeof fact->warning, format, arguments);
    va_end(arguments);
    text_clean(fact->warning);
}

void fact_constant(const struct fact_query *query, struct fact *fact)
{
    const char *text = query->rule->detail;
    fact_text(fact, "%s", text + strspn(text, " "));
}

void fact_first_line(const struct fact_query *query, struct fact *fact)
{
    char line[FACT_TEXT_BYTES];
    fact_text(fact, "%s", read_line(query->rule->detail, line, sizeof line));
}
