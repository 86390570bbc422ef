#include "bench/spawn/tool/measure.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/spawn/raw.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/memory.h"

#define WARM_SAMPLES    2  /* not counted: they touch code and memory for the first time */
#define REFERENCE_TURN  64 /* samples between two batches of the reference */
#define REFERENCES_MOST 1024
#define MOMENTS_BYTES   4096

struct samples {
    double start_ns[WAY_SAMPLES_MOST], join_ns[WAY_SAMPLES_MOST];
    double reference_ns[REFERENCES_MOST];
    size_t count, references;
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
    samples->join_ns[samples->count++] = (double)(at.end_ns - at.first_ns);
    return 0;
}

/* A batch of the reference, where there is one and it is its turn. */
static int take_reference(const struct measure *measure, const struct way *way, struct stage *stage,
                          struct samples *samples)
{
    if (!measure->reference || samples->count % REFERENCE_TURN != 0 ||
        samples->references == REFERENCES_MOST)
        return 0;
    return way->reference(stage, &samples->reference_ns[samples->references++]);
}

static bool enough(const struct measure *measure, size_t count, uint64_t begin_ns)
{
    if (measure->samples > 0)
        return count >= measure->samples;
    return count >= WAY_SAMPLES_MOST ||
           (count > 0 && clock_ns() - begin_ns >= measure->budget_ns);
}

static int warm_up(const struct measure *measure, const struct way *way, struct stage *stage,
                   struct samples *samples)
{
    const int most = way->fresh ? 0 : WARM_SAMPLES;
    uint64_t begin_ns = clock_ns();
    int error = 0;
    for (int i = 0; i < most && error == 0 && clock_ns() - begin_ns < measure->budget_ns; i++) {
        error = take_sample(way, stage, samples);
        samples->count = 0;
    }
    return error;
}

static int take_samples(const struct measure *measure, const struct way *way, struct stage *stage,
                        struct samples *samples)
{
    int error = warm_up(measure, way, stage, samples);
    uint64_t begin_ns = clock_ns();
    while (error == 0 && !enough(measure, samples->count, begin_ns)) {
        error = take_reference(measure, way, stage, samples);
        if (error == 0)
            error = take_sample(way, stage, samples);
    }
    return error;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void write_row(FILE *rows, const struct spawn_raw *raw)
{
    columns_write_row(rows, spawn_raw_columns, SPAWN_RAW_COLUMNS, raw);
}

static void write_samples(FILE *rows, const struct samples *samples)
{
    struct spawn_raw raw = {.what = spawn_raw_sample, .pss_kib = NAN, .uss_kib = NAN};
    for (size_t i = 0; i < samples->count; i++) {
        raw.start_ns = samples->start_ns[i];
        raw.join_ns = samples->join_ns[i];
        write_row(rows, &raw);
    }
    raw = (struct spawn_raw){spawn_raw_reference, NAN, NAN, NAN, NAN, ""};
    for (size_t i = 0; i < samples->references; i++) {
        raw.start_ns = samples->reference_ns[i];
        write_row(rows, &raw);
    }
}

static void write_end(FILE *rows, const struct stage *stage, int error)
{
    char text[WAY_WHY_BYTES + 16];
    const struct spawn_raw raw = {spawn_raw_end, NAN, NAN, NAN, NAN, text};
    snprintf(text, sizeof text, "%s: %s", error == WAY_SKIP ? "skip" : "failed",
             *stage->why != '\0' ? stage->why : strerror(-error));
    write_row(rows, &raw);
}

/* Prepares, samples, weighs, finishes. What was sampled is kept if only the weighing failed. Rows
 * are written when all is done: stdio is no part of what is measured. */
static int run(const struct measure *measure, struct stage *stage, struct samples *samples,
               FILE *rows)
{
    const struct way *way = way_find(measure->way, stage);
    struct footprint worker;
    if (way == NULL)
        return -ENOENT;
    if (measure->reference && way->reference == NULL) {
        snprintf(stage->why, sizeof stage->why, "there is no plain loop to hold it against");
        return -EINVAL;
    }
    int error = way->prepare != NULL ? way->prepare(stage) : 0;
    if (error == 0)
        error = take_samples(measure, way, stage, samples);
    bool weighed = error == 0 && measure->weigh && way->weigh != NULL &&
                   way->weigh(stage, &worker) == 0;
    int second = way->finish != NULL ? way->finish(stage) : 0;
    error = error != 0 ? error : second;
    if (error != 0)
        return error;
    write_samples(rows, samples);
    if (weighed)
        write_row(rows, &(struct spawn_raw){spawn_raw_worker, NAN, NAN, worker.pss_kib,
                                            worker.uss_kib, ""});
    return 0;
}

int measure_way(const struct measure *measure, FILE *rows)
{
    struct stage stage;
    struct samples *samples = calloc(1, sizeof *samples);
    int error = open_stage(&stage, measure);
    columns_write_header(rows, spawn_raw_columns, SPAWN_RAW_COLUMNS);
    if (error == 0 && samples == NULL)
        error = -ENOMEM;
    if (error == 0)
        error = run(measure, &stage, samples, rows);
    if (error != 0)
        write_end(rows, &stage, error);
    free(samples);
    close_stage(&stage);
    return ferror(rows) ? -EIO : 0;
}
