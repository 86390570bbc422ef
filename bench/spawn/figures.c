#include "bench/spawn/figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

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

struct estimate spawn_figures_median(double values[], size_t count)
{
    statistics_sort(values, count);
    return statistics_median(values, count, NULL);
}

struct spawn_row spawn_figures_row(struct spawn_figures *figures, enum spawn_way way,
                                   const char *ended)
{
    struct spawn_row row = spawn_row_without_figures(way, figures->status);
    if (*ended != '\0')
        snprintf(figures->status, sizeof figures->status, "%s", ended);
    else if (*figures->status == '\0' && figures->count == 0)
        snprintf(figures->status, sizeof figures->status, "failed: spawn ended without a row");
    if (*figures->status != '\0')
        return row;
    struct estimate start = spawn_figures_median(figures->start_ns, figures->count),
                    join = spawn_figures_median(figures->join_ns, figures->count),
                    total = spawn_figures_median(figures->total_ns, figures->count);
    row.status = "ok";
    row.samples = figures->count;
    row.start_ns = start.value;
    row.start_low_ns = start.low;
    row.start_high_ns = start.high;
    row.join_ns = join.value;
    row.join_low_ns = join.low;
    row.join_high_ns = join.high;
    row.total_ns = total.value;
    row.total_low_ns = total.low;
    row.total_high_ns = total.high;
    row.idle_pss_kib = figures->pss_kib;
    row.idle_uss_kib = figures->uss_kib;
    return row;
}

void spawn_figures_free(struct spawn_figures *figures)
{
    free(figures->start_ns);
    free(figures->join_ns);
    free(figures->total_ns);
    free(figures->reference_ns);
    spawn_figures_open(figures);
}
