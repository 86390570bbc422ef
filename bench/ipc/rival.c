#include "bench/ipc/rival.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/data/text.h"
#include "bench/ipc/tool/place.h"
#include "bench/launch/tool.h"
#include "bench/launch/verdict.h"
#include "bench/launch/watch.h"
#include "common/clock.h"

#define LIMIT_NS       (30 * NS_PER_S)
#define PERF_TRIPS     "20000" /* its time includes the start of its processes, about 1 ms */
#define PERF_RUNS      3
#define MPI_BATCHES    "500" /* of 100 trips each */
#define EXIT_NO_SUCH   127   /* as the shell has it, and spawn.h */
#define TRIP_OF_HALVES 2

static int choose(const char *placement, int cpus[2])
{
    for (unsigned i = 0; i < PLACES; i++)
        if (strcmp(place_names[i], placement) == 0)
            return place_choose((enum place)i, cpus);
    return -EINVAL;
}

__attribute__((format(printf, 2, 3))) static void say(struct rival_figure *figure,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(figure->status, sizeof figure->status, format, arguments);
    va_end(arguments);
    text_clean(figure->status);
}

/* ---- perf ----------------------------------------------------------------------------------- */

/* What it printed: "10.166300 usecs/op", an operation being a round trip. */
static void read_perf(const struct watch *watch, struct rival_figure *figure)
{
    char why[256];
    const char *unit = strstr(watch->printed, " usecs/op");
    verdict_say_output(watch->printed, why, sizeof why);
    figure->signal = watch->signal;
    if (WIFEXITED(watch->status) && (WEXITSTATUS(watch->status) == EXIT_NO_SUCH ||
                                     strstr(watch->printed, "perf not found") != NULL)) {
        say(figure, "skip: perf is not here: apt-get install linux-perf");
    } else if (watch->status != 0 || unit == NULL) {
        say(figure, "failed: perf bench sched pipe brought no figure%s", why);
    } else {
        while (unit > watch->printed && strchr("0123456789.", unit[-1]) != NULL)
            unit--;
        figure->round_trip_ns = strtod(unit, NULL) * (double)NS_PER_US;
        say(figure, "ok");
    }
}

static int run_perf(struct session *session, char *const *argv, struct rival_figure *figure,
                    char *message, size_t bytes)
{
    const struct watch_means means = {.janitor = &session->janitor, .signals = session->signals};
    struct watch watch;
    *figure = (struct rival_figure){.round_trip_ns = NAN};
    snprintf(message, bytes, "cannot start perf");
    int error = watch_open(&watch, &means);
    if (error == 0)
        error = watch_start(&watch, argv, 0, LIMIT_NS, message, bytes);
    if (error == 0)
        error = watch_wait(&watch);
    if (error == 0)
        read_perf(&watch, figure);
    watch_close(&watch);
    return error;
}

int rival_perf(struct session *session, const char *placement, struct rival_figure *figure,
               char *message, size_t bytes)
{
    char cpu[16];
    char *argv[] = {"taskset", "-c", cpu, "perf", "bench", "sched", "pipe", "-l", PERF_TRIPS, NULL};
    double least_ns = INFINITY;
    int cpus[2];
    int error = choose(placement, cpus);
    if (error != 0)
        return error;
    snprintf(cpu, sizeof cpu, "%d", cpus[0]);
    for (int run = 0; run < PERF_RUNS; run++) {
        char *const *words = cpus[0] < 0 ? argv + 3 : argv; /* free: without taskset */
        error = run_perf(session, words, figure, message, bytes);
        if (error != 0 || isnan(figure->round_trip_ns))
            return error;
        least_ns = fmin(least_ns, figure->round_trip_ns);
    }
    figure->round_trip_ns = least_ns;
    return 0;
}

/* ---- MPI ------------------------------------------------------------------------------------ */

int rival_mpi(struct session *session, const char *placement, struct rival_figure *figure,
              char *message, size_t bytes)
{
    char list[32];
    char *arguments[] = {"--cpus", list, "--batches", MPI_BATCHES, NULL};
    const struct tool tool = {
        .program = "reference-mpi", .arguments = arguments, .ranks = 2, .limit_ns = LIMIT_NS};
    struct tool_end end;
    int cpus[2];
    *figure = (struct rival_figure){.round_trip_ns = NAN};
    int error = choose(placement, cpus);
    if (error == -ENODEV) {
        say(figure, "skip: only one core may be used");
        return 0;
    }
    if (error != 0)
        return error;
    snprintf(list, sizeof list, "%d,%d", cpus[0], cpus[1]);
    error = tool_run(session, &tool, &end, message, bytes);
    if (error != 0)
        return error;
    figure->signal = end.signal;
    double half_ns;
    if (*end.status != '\0')
        say(figure, "%s", end.status);
    else if (fscanf(end.rows, "%lf", &half_ns) != 1)
        say(figure, "failed: reference-mpi brought no figure");
    else {
        figure->round_trip_ns = TRIP_OF_HALVES * half_ns;
        say(figure, "ok");
    }
    fclose(end.rows);
    return 0;
}
