#include "bench/spawn/figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/statistics.h"

#define ROOM_FIRST   64
#define SPREAD_LEAST 3 /* of fewer samples nobody knows their middle half */

void spawn_figures_open(struct spawn_figures *figures)
{
    *figures = (struct spawn_figures){.pss_kib = NAN, .uss_kib = NAN};
}

/* Each array has room for one more. */
static int make_room(struct spawn_figures *figures)
{
    double **arrays[] = {&figures->start_ns, &figures->join_ns, &figures->total_ns,
                         &figures->reference_ns};
    size_t most = figures->count > figures->references ? figures->count : figures->references;
    if (most < figures->room)
        return 0;
    size_t room = figures->room > 0 ? 2 * figures->room : ROOM_FIRST;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        double *grown = reallocarray(*arrays[i], room, sizeof *grown);
        if (grown == NULL)
            return -ENOMEM;
        *arrays[i] = grown;
    }
    figures->room = room;
    return 0;
}

int spawn_figures_take(const void *record, void *context)
{
    const struct spawn_raw *raw = record;
    struct spawn_figures *figures = context;
    int error = make_room(figures);
    if (error != 0)
        return error;
    if (strcmp(raw->what, spawn_raw_sample) == 0) {
        figures->start_ns[figures->count] = raw->start_ns;
        figures->join_ns[figures->count] = raw->join_ns;
        figures->total_ns[figures->count++] = raw->start_ns + raw->join_ns;
    } else if (strcmp(raw->what, spawn_raw_reference) == 0) {
        figures->reference_ns[figures->references++] = raw->start_ns;
    } else if (strcmp(raw->what, spawn_raw_worker) == 0) {
        figures->pss_kib = raw->pss_kib;
        figures->uss_kib = raw->uss_kib;
    } else {
        snprintf(figures->status, sizeof figures->status, "%s", raw->why);
    }
    return 0;
}

double spawn_figures_median(double values[], size_t count)
{
    statistics_sort(values, count);
    return statistics_quantile(values, count, 0.5);
}

struct spawn_start spawn_figures_start(struct spawn_figures *figures, enum spawn_way way,
                                       const char *ended)
{
    struct spawn_start start = spawn_start_without_figures(way, figures->status);
    const size_t count = figures->count;
    if (*ended != '\0')
        snprintf(figures->status, sizeof figures->status, "%s", ended);
    else if (*figures->status == '\0' && count == 0)
        snprintf(figures->status, sizeof figures->status, "failed: spawn ended without a row");
    if (*figures->status != '\0')
        return start;
    start.status = "ok";
    start.samples = count;
    start.start_ns = spawn_figures_median(figures->start_ns, count);
    start.join_ns = spawn_figures_median(figures->join_ns, count);
    start.total_ns = spawn_figures_median(figures->total_ns, count);
    if (count >= SPREAD_LEAST)
        start.total_spread_ns = statistics_quantile(figures->total_ns, count, 0.75) -
                                statistics_quantile(figures->total_ns, count, 0.25);
    start.idle_pss_kib = figures->pss_kib;
    start.idle_uss_kib = figures->uss_kib;
    return start;
}

void spawn_figures_free(struct spawn_figures *figures)
{
    free(figures->start_ns);
    free(figures->join_ns);
    free(figures->total_ns);
    free(figures->reference_ns);
    spawn_figures_open(figures);
}
