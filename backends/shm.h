/*
 * shm.h - what the coordinator (shm.c) and the workers (shm_worker.c) of shm share: the queues,
 * and what they say to each other through them.
 */
#ifndef PARBENCH_BACKENDS_SHM_H
#define PARBENCH_BACKENDS_SHM_H

#include "backends/backend.h"
#include "common/queue.h"

/* The kinds of messages. Each is one item of a queue: a tag, and in the payload the records of
 * tasks first .. first+count-1. */
enum shm_kind {
    SHM_HELLO = 1, /* up: a worker is ready; no records */
    SHM_TASKS,     /* down */
    SHM_RESULTS,   /* up */
    SHM_FAILED,    /* up: results, and a struct failure at failure_at: a kernel reported an error */
    SHM_SENTINEL   /* down, one for each worker: no more will come; no records */
};

#define SHM_HELD_MAX 16u

struct shm { /* read-only while there are workers */
    const struct plan *plan;
    unsigned lanes;       /* task queues: one for each worker if static, else one for all */
    struct queue **tasks; /* tasks[lanes]; worker w takes from tasks[w % lanes] */
    struct queue *results;
    size_t chunk_max;  /* the most tasks in one message */
    size_t failure_at; /* where in a result's payload a failure lies; a multiple of 8 */
    size_t task_bytes, result_bytes; /* of the payload of one slot */
    uint32_t capacity;               /* slots of the shortest queue */
    uint32_t held_max; /* messages that a worker may finish before it publishes, 1 .. 16 */
};

/* Makes the queues for a plan, in shared memory; bell: see queue_set_bell, of results. Returns 0
 * or a negative errno with *why; in either case shm_close_queues. */
int shm_open_queues(struct shm *shm, const struct plan *plan, int bell, struct failure *why);

void shm_close_queues(struct shm *shm);

/* What a worker is forked with. */
struct shm_post {
    const struct shm *shm;
    unsigned worker;
};

/* A worker's life, a body for child_start: argument is a struct shm_post. Serves until its
 * sentinel; one message only if per-task. Returns 0. */
int shm_work(void *argument);

#endif
