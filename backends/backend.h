/*
 * backend.h - a mechanism that runs tasks on workers: start, map, stop.
 *
 * One narrow interface, several implementations side by side: a diff of two files in this folder
 * shows the mechanism and little else. For the caller, map is the loop
 *
 *     for (i = 0; i < count; i++)
 *         kernel(tasks + i * task_bytes, results + i * result_bytes, shape);
 *
 * whatever the mechanism, schedule, number of workers and order of completion.
 *
 * A backend reads no clock to measure, prints nothing and verifies nothing. Waiting has limits.
 * One pool at a time and one thread as its caller are enough; state is kept per pool all the same.
 */
#ifndef PARBENCH_BACKENDS_BACKEND_H
#define PARBENCH_BACKENDS_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "common/job.h"

#define BACKEND_ABI 3

enum schedule {
    SCHEDULE_PER_TASK, /* a fresh worker for each task, at most `workers` at a time */
    SCHEDULE_DYNAMIC,  /* a free worker takes the next chunk of tasks */
    SCHEDULE_STATIC    /* worker w gets the tasks of schedule_share beforehand */
};
#define SCHEDULES 3

enum on_death {
    ON_DEATH_FAIL, /* a worker that dies fails the map, by name */
    ON_DEATH_RETRY /* a new worker takes the tasks it had; a task that kills 3 workers fails */
};

#define TASK_DEATHS_MAX 3

/* What a pool is started with; borrowed until stop, and so is what it points to. */
struct plan {
    const struct job *job;
    unsigned workers;       /* 1 .. BOARD_LINES */
    enum schedule schedule;
    size_t chunk;           /* tasks handed out together by dynamic; 0: schedule_chunk chooses */
    enum on_death on_death;
    uint64_t limit_ns;      /* the longest that one start, map or stop may take, as it is when it begins:
                               the caller may change it in between */
};

/* How one map was handed out, and what crossed between the coordinator and its workers for that:
 * payload and headers. These three are zero where workers share the caller's memory. */
struct traffic {
    uint64_t bytes_sent;     /* coordinator to workers */
    uint64_t bytes_received; /* workers to coordinator */
    uint64_t messages;       /* both ways */
    uint64_t chunk;          /* the most tasks handed out together, which may be fewer than asked for:
                              * a message has its limits. 0: nothing is handed out */
};

struct pool; /* workers and what they are driven by; each backend defines its own */

#define BACKEND_SERVED 1 /* start's answer in a process that was a worker, and is done */

struct backend {
    unsigned abi;        /* BACKEND_ABI */
    const char *name;
    const char *summary; /* the mechanism, in under 60 characters */
    bool mpirun;         /* its cell is started behind mpirun: plan.workers + 1 ranks */

    /* Why this plan cannot run here, for a row that says SKIP; NULL: it can. May be NULL itself. */
    const char *(*skip)(const struct plan *plan);

    /* Makes a pool whose workers are ready for a map. Returns 0 with *pool owned by the caller;
     * BACKEND_SERVED; or a negative errno with *why, and then nothing is left of it. */
    int (*start)(const struct plan *plan, struct pool **pool, struct failure *why);

    /* Runs tasks[count][task_bytes] into results[count][result_bytes], in the order of submission;
     * count may be 0. Adds to *traffic, and raises its chunk. Returns 0, with *why too (which the caller has cleared) if
     * a worker died and was replaced; or a negative errno with *why: -ECANCELED (a
     * kernel reported an error; the other results are right and the pool stays usable),
     * -EOWNERDEAD (a worker died), -ETIMEDOUT, -EPROTO (a worker sent nonsense) or a system error;
     * after those only stop may follow. */
    int (*map)(struct pool *pool, const void *tasks, size_t count, void *results,
               struct traffic *traffic, struct failure *why);

    /* Ends all workers, by force where they do not end by themselves, and frees the pool; nothing
     * of it is left. Returns 0, or a negative errno with *why if a worker did not end well. */
    int (*stop)(struct pool *pool, struct failure *why);
};

/* The name of a schedule, as users write it. */
const char *schedule_name(enum schedule schedule);

/* Reads "per-task", "static", "dynamic" or "dynamic:CHUNK" (1 .. 2^31). Returns 0, or -EINVAL with
 * one line in message[bytes]. *chunk is 0 where none is given. */
int schedule_parse(const char *text, enum schedule *schedule, size_t *chunk, char *message,
                   size_t bytes);

/* The chunk that dynamic uses for a map of count tasks: plan->chunk, or, if that is 0, about 16
 * chunks for each worker, in messages of at most 64 KiB. Never 0. */
size_t schedule_chunk(const struct plan *plan, size_t count);

/* The most tasks that a map of count tasks hands out together if nothing but the plan limits that:
 * a task, a chunk, or the longest share. */
size_t schedule_together(const struct plan *plan, size_t count);

/* Notes that so many tasks were handed out together. */
static inline void traffic_together(struct traffic *traffic, size_t tasks)
{
    if (traffic->chunk < tasks)
        traffic->chunk = tasks;
}

/* The tasks of worker when count tasks are split beforehand: *first .. *first + returned - 1.
 * The shares are contiguous and differ by at most one. */
size_t schedule_share(size_t count, unsigned workers, unsigned worker, size_t *first);

#endif
