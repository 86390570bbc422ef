/*
 * How good is the clock, and who takes the processor away? The clock tests itself: does it ever run
 * backwards, what is its smallest step (the quantum), what does one look cost? Then a loop that
 * does nothing but look finds the gaps in which it did not run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/command/facts/fact.h"
#include "common/clock.h"
#include "common/read_file.h"

#define LOOKS       20000             /* at the clock, in the tests of the clock */
#define BATCHES     20                /* cost: the best of so many, free of interruptions */
#define GAPS_NS     (200 * NS_PER_MS) /* how long gaps are looked for */
#define GAP_NS      (10 * NS_PER_US)  /* a longer step is a gap; a timer interrupt is shorter */
#define LOST_MAX    1.0               /* per cent */
#define COST_MAX_NS 200               /* more, and the clock is no vDSO call but a system call */

static void find_source(const struct fact_query *query, struct fact *fact)
{
    fact_first_line(query, fact);
    if (strcmp(fact->text, "hpet") == 0 || strcmp(fact->text, "acpi_pm") == 0 ||
        strcmp(fact->text, "jiffies") == 0)
        fact_warn(fact, "the slow clock source %s: each look at the clock is a system call",
                  fact->text);
}

static void find_monotonic(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    unsigned backwards = 0;
    for (uint64_t i = 0, before = clock_ns(), now; i < LOOKS; i++, before = now) {
        now = clock_ns();
        backwards += now < before;
    }
    fact_text(fact, backwards == 0 ? "yes" : "no");
    if (backwards > 0)
        fact_warn(fact,
                  "the clock ran backwards %u times in %d looks: no time here can be "
                  "trusted",
                  backwards, LOOKS);
}

/* The smallest step other than 0 between two looks: no shorter time can be told. */
static void find_quantum(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    uint64_t least = UINT64_MAX;
    for (uint64_t i = 0, before = clock_ns(), now; i < LOOKS; i++, before = now) {
        now = clock_ns();
        if (now > before && now - before < least)
            least = now - before;
    }
    if (least == UINT64_MAX)
        return;
    fact_integer(fact, (int64_t)least);
    if (least > NS_PER_US)
        fact_warn(fact, "the clock moves in steps of %" PRIu64 " ns: short maps cannot be timed",
                  least);
}

static void find_cost(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    uint64_t best = UINT64_MAX;
    for (int batch = 0; batch < BATCHES; batch++) {
        uint64_t begin = clock_ns(), end = begin;
        for (int i = 0; i < LOOKS / BATCHES; i++)
            end = clock_ns();
        if (end - begin < best)
            best = end - begin;
    }
    fact_real(fact, (double)best * BATCHES / LOOKS);
    if (fact->real > COST_MAX_NS)
        fact_warn(fact,
                  "a look at the clock costs %.0f ns: very short tasks look longer than they "
                  "are",
                  fact->real);
}

struct gaps {
    uint64_t total_ns, lost_ns, longest_ns;
    long switches; /* to other threads of this machine, meanwhile */
};

static struct gaps find_gaps(void)
{
    struct gaps gaps = {0, 0, 0, 0};
    struct rusage before_usage, after_usage;
    getrusage(RUSAGE_THREAD, &before_usage);
    const uint64_t begin = clock_ns();
    for (uint64_t before = begin, now; gaps.total_ns < GAPS_NS; before = now) {
        now = clock_ns();
        gaps.total_ns = now - begin;
        if (now - before > GAP_NS)
            gaps.lost_ns += now - before;
        if (now - before > gaps.longest_ns)
            gaps.longest_ns = now - before;
    }
    getrusage(RUSAGE_THREAD, &after_usage);
    gaps.switches = after_usage.ru_nivcsw - before_usage.ru_nivcsw;
    return gaps;
}

/* The kernel of a virtual machine may count stolen time as 0 all along; gaps cannot be hidden. */
static void find_stolen(const struct fact_query *query, struct fact *fact)
{
    (void)query;
    struct gaps gaps = find_gaps();
    double lost = 100.0 * (double)gaps.lost_ns / (double)gaps.total_ns;
    fact_text(fact, "%.2f %% of %.1f s in gaps, the longest %.3f ms; %ld involuntary switches",
              lost, (double)gaps.total_ns / NS_PER_S, (double)gaps.longest_ns / NS_PER_MS,
              gaps.switches);
    if (lost > LOST_MAX)
        fact_warn(fact, "%.1f %% of a core was taken away, by %s", lost,
                  gaps.switches > 0 ? "other programs of this machine (see top)"
                                    : "interrupts or the host of this virtual machine");
}

const struct fact_rule clock_rules[] = {
    {"source", "source", "", find_source,
     "/sys/devices/system/clocksource/clocksource0/current_clocksource", false},
    {"monotonic", "never runs backwards", "", find_monotonic, NULL, false},
    {"quantum_ns", "smallest step seen", "ns", find_quantum, NULL, false},
    {"cost_ns", "cost of one look", "ns", find_cost, NULL, false},
    {"stolen", "time taken away", "", find_stolen, NULL, true},
    {NULL, NULL, NULL, NULL, NULL, false},
};
