#include "bench/ipc/perf.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench/data/text.h"
#include "bench/ipc/tool/place.h"
#include "bench/launch/quote.h"
#include "bench/launch/watch.h"
#include "common/clock.h"

#define LIMIT_NS     (30 * NS_PER_S)
#define FEW          2000u
#define MANY         10000u
#define SHARE_LEAST  0.75
#define EXIT_NO_SUCH 127 /* as the shell has it, and spawn.h */

static int choose(const char *placement, int cpus[2])
{
    for (unsigned i = 0; i < PLACES; i++)
        if (strcmp(place_names[i], placement) == 0)
            return place_choose((enum place)i, cpus);
    return -EINVAL;
}

__attribute__((format(printf, 2, 3))) static void say(struct rival_pair *pair, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(pair->status, sizeof pair->status, format, arguments);
    va_end(arguments);
    text_clean(pair->status);
}

/* What it printed: "10.166300 usecs/op", an operation being a round trip. */
static double read_mean(const struct watch *watch, struct rival_pair *pair)
{
    char why[QUOTE_BYTES];
    const char *unit = strstr(watch->printed, " usecs/op");
    quote_line(watch->printed, why, sizeof why);
    pair->signal = watch->signal;
    if (WIFEXITED(watch->status) && (WEXITSTATUS(watch->status) == EXIT_NO_SUCH ||
                                     strstr(watch->printed, "perf not found") != NULL)) {
        say(pair, "skip: perf is not here: apt-get install linux-perf");
        return NAN;
    }
    if (watch->status != 0 || unit == NULL) {
        say(pair, "failed: perf bench sched pipe brought no figure");
        quote_add(why, pair->status, sizeof pair->status);
        return NAN;
    }
    while (unit > watch->printed && strchr("0123456789.", unit[-1]) != NULL)
        unit--;
    say(pair, "ok");
    return strtod(unit, NULL) * (double)NS_PER_US;
}

/* Processor time of all children of ours that have ended, and of theirs. */
static double children_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (double)NS_PER_S +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * (double)NS_PER_US;
}

/* One run; *total_ns is what all its trips took, INFINITY if it had too little of its core. */
static int run(struct session *session, int cpu, unsigned trips, struct rival_pair *pair,
               double *total_ns, char *message, size_t bytes)
{
    const struct watch_means means = {.janitor = &session->janitor, .signals = session->signals};
    char core[16], count[16];
    char *argv[] = {"taskset", "-c", core, "perf", "bench", "sched", "pipe", "-l", count, NULL};
    char *const *words = cpu < 0 ? argv + 3 : argv; /* free: without taskset */
    struct watch watch;
    snprintf(core, sizeof core, "%d", cpu);
    snprintf(count, sizeof count, "%u", trips);
    snprintf(message, bytes, "cannot start perf");
    *total_ns = NAN;
    double before_ns = children_ns();
    uint64_t begin_ns = clock_ns();
    int error = watch_open(&watch, &means);
    if (error == 0)
        error = watch_start(&watch, words, 0, LIMIT_NS, message, bytes);
    if (error == 0)
        error = watch_wait(&watch);
    if (error == 0)
        *total_ns = read_mean(&watch, pair) * trips;
    double lasted_ns = (double)(clock_ns() - begin_ns);
    if (cpu >= 0 && !isnan(*total_ns) && children_ns() - before_ns < SHARE_LEAST * lasted_ns)
        *total_ns = INFINITY;
    watch_close(&watch);
    return error;
}

int perf_measure(struct session *session, const char *placement, struct rival_pair *pair,
                 char *message, size_t bytes)
{
    const unsigned trips[2] = {FEW, MANY};
    double total_ns[2] = {NAN, NAN};
    int cpus[2];
    int error = choose(placement, cpus);
    for (int i = 0; i < 2 && error == 0; i++) {
        error = run(session, cpus[0], trips[i], pair, &total_ns[i], message, bytes);
        if (error != 0 || pair->signal != 0 || isnan(total_ns[i]))
            return error;
    }
    pair->rival_ns = (total_ns[1] - total_ns[0]) / (MANY - FEW);
    if (error == 0 && !(pair->rival_ns > 0)) /* NaN: both were disturbed */
        pair->rival_ns = INFINITY;
    return error;
}
