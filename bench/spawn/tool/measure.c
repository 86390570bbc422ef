#include "bench/spawn/tool/measure.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/data/statistics.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/memory.h"

#define WARM_SAMPLES  2 /* not counted: they touch code and memory for the first time */
#define SAMPLES_LEAST 6 /* fewer have no interval of 95 % */
#define MOMENTS_BYTES 4096

struct samples {
    double start_ns[MEASURE_SAMPLES_MOST], join_ns[MEASURE_SAMPLES_MOST],
        total_ns[MEASURE_SAMPLES_MOST];
    size_t count;
};

static int open_stage(struct stage *stage, const struct measure *measure)
{
    char self[PATH_MAX];
    *stage = (struct stage){.marks = -1,
                            .python = measure->python,
                            .condition = spawn_catalogue[measure->way].condition,
                            .helper = CHILD_NONE,
                            .ask = -1,
                            .answer = -1};
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return -errno;
    self[length] = '\0';
    snprintf(stage->library, sizeof stage->library, "%s", dirname(self));
    stage->marks = memfd_create("parbench-marks", 0); /* not closed on exec */
    if (stage->marks < 0)
        return -errno;
    return memory_create("parbench-moments", MOMENTS_BYTES, (void **)&stage->moments, NULL);
}

static void close_stage(struct stage *stage)
{
    io_close(&stage->marks);
    memory_unmap(stage->moments, MOMENTS_BYTES);
}

static int take_sample(const struct way *way, struct stage *stage, struct samples *samples)
{
    int error = way->sample(stage);
    const struct moments at = *stage->moments;
    if (error != 0)
        return error;
    if (at.first_ns < at.begin_ns || at.end_ns < at.first_ns) {
        snprintf(stage->why, sizeof stage->why, "a sample's times are out of order");
        return -EPROTO;
    }
    samples->start_ns[samples->count] = (double)(at.first_ns - at.begin_ns);
    samples->join_ns[samples->count] = (double)(at.end_ns - at.first_ns);
    samples->total_ns[samples->count++] = (double)(at.end_ns - at.begin_ns);
    return 0;
}

static bool enough(const struct measure *measure, size_t count, uint64_t deadline_ns)
{
    if (measure->samples > 0)
        return count >= measure->samples;
    return count >= MEASURE_SAMPLES_MOST || (count >= SAMPLES_LEAST && clock_ns() >= deadline_ns);
}

static int take_samples(const struct measure *measure, struct stage *stage, struct samples *samples)
{
    const struct way *way = &spawn_ways[measure->way];
    uint64_t begin_ns = clock_ns();
    int error = 0;
    for (int i = 0; i < WARM_SAMPLES && error == 0 && clock_ns() - begin_ns < measure->budget_ns;
         i++) {
        samples->count = 0;
        error = take_sample(way, stage, samples);
    }
    samples->count = 0;
    uint64_t deadline_ns = clock_deadline(measure->budget_ns);
    while (error == 0 && !enough(measure, samples->count, deadline_ns))
        error = take_sample(way, stage, samples);
    return error;
}

static struct estimate median(double values[], size_t count)
{
    statistics_sort(values, count);
    return statistics_median(values, count, NULL);
}

static void sum_up(struct samples *samples, struct spawn_row *row)
{
    struct estimate start = median(samples->start_ns, samples->count),
                    join = median(samples->join_ns, samples->count),
                    total = median(samples->total_ns, samples->count);
    row->samples = samples->count;
    row->start_ns = start.value;
    row->start_low_ns = start.low;
    row->start_high_ns = start.high;
    row->join_ns = join.value;
    row->join_low_ns = join.low;
    row->join_high_ns = join.high;
    row->total_ns = total.value;
    row->total_low_ns = total.low;
    row->total_high_ns = total.high;
}

/* Prepares, samples, weighs, finishes. What was sampled is kept if only the weighing failed. */
static int run(const struct measure *measure, struct stage *stage, struct samples *samples,
               struct spawn_row *row)
{
    const struct way *way = &spawn_ways[measure->way];
    struct footprint worker;
    int error = way->prepare != NULL ? way->prepare(stage) : 0;
    if (error == 0)
        error = take_samples(measure, stage, samples);
    if (error == 0)
        sum_up(samples, row);
    if (error == 0 && way->weigh != NULL && way->weigh(stage, &worker) == 0) {
        row->idle_pss_kib = worker.pss_kib;
        row->idle_uss_kib = worker.uss_kib;
    }
    int second = way->finish != NULL ? way->finish(stage) : 0;
    return error != 0 ? error : second;
}

void measure_way(const struct measure *measure, struct spawn_row *row, char *text, size_t bytes)
{
    struct stage stage;
    struct samples *samples = calloc(1, sizeof *samples);
    *row = spawn_row_without_figures(measure->way, "ok");
    int error = open_stage(&stage, measure);
    if (error == 0 && samples == NULL)
        error = -ENOMEM;
    if (error == 0)
        error = run(measure, &stage, samples, row);
    if (error != 0) {
        snprintf(text, bytes, "%s: %s", error == WAY_SKIP ? "skip" : "failed",
                 *stage.why != '\0' ? stage.why : strerror(-error));
        *row = spawn_row_without_figures(measure->way, text);
    }
    free(samples);
    close_stage(&stage);
}
