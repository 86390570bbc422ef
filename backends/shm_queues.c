/*
 * How long the queues of shm are, and how big their slots.
 *
 * Short queues start fast and stay in the cache; long ones let the coordinator sleep while the
 * workers work. A slot must hold the longest message that any map of this pool may need.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backends/shm.h"

#define CAPACITY_MAX     2048u
#define QUEUE_BYTES_GOAL (512u << 10) /* of all task queues, and of the result queue */
#define QUEUE_BYTES_MAX  (64u << 20)  /* exceeded only for the sake of a second slot */
#define CHUNK_BYTES_MAX  (32u << 20)  /* of records in a message; a longer chunk is cut */

static size_t clamp(size_t value, size_t least, size_t most)
{
    value = value < least ? least : value;
    return value > most ? most : value;
}

static size_t chunk_max_of(const struct plan *plan)
{
    const struct shape *shape = &plan->job->shape;
    size_t record =
        shape->task_bytes > shape->result_bytes ? shape->task_bytes : shape->result_bytes;
    size_t fitting = record == 0 ? UINT32_MAX : clamp(CHUNK_BYTES_MAX / record, 1, UINT32_MAX);
    size_t wanted = plan->schedule == SCHEDULE_PER_TASK ? 1 : schedule_chunk(plan, SIZE_MAX);
    return clamp(wanted, 1, fitting);
}

/* Two slots for each user, one in use and one waiting; more of them if they are small, and at
 * least two in all. One of `queues` queues for `users` users each. */
static uint32_t capacity_of(size_t item_bytes, unsigned users, unsigned queues)
{
    size_t bytes = queue_slot_bytes(item_bytes) * queues;
    size_t slots = clamp(QUEUE_BYTES_GOAL / bytes, 2 * (size_t)users, CAPACITY_MAX);
    return (uint32_t)clamp(slots, 2, clamp(QUEUE_BYTES_MAX / bytes, 2, SIZE_MAX));
}

static int make_queues(struct shm *shm)
{
    unsigned workers = shm->plan->workers;
    uint32_t down = capacity_of(shm->task_bytes, workers / shm->lanes, shm->lanes);
    uint32_t up = capacity_of(shm->result_bytes, workers, 1);
    shm->capacity = down < up ? down : up;
    /* what idle workers may keep reserved, together, is then at most a quarter of the queue */
    shm->held_max = (uint32_t)clamp(shm->capacity / (4 * (size_t)workers), 1, SHM_HELD_MAX);
    int error = queue_create(&shm->results, up, shm->result_bytes);
    for (unsigned i = 0; error == 0 && i < shm->lanes; i++)
        error = queue_create(&shm->tasks[i], down, shm->task_bytes);
    return error;
}

int shm_open_queues(struct shm *shm, const struct plan *plan, int bell, struct failure *why)
{
    const struct shape *shape = &plan->job->shape;
    *shm = (struct shm){.plan = plan, .chunk_max = chunk_max_of(plan)};
    shm->lanes = plan->schedule == SCHEDULE_STATIC ? plan->workers : 1;
    shm->task_bytes = shm->chunk_max * shape->task_bytes;
    shm->failure_at = (shm->chunk_max * shape->result_bytes + 7) / 8 * 8;
    shm->result_bytes = shm->failure_at + sizeof(struct failure);
    shm->tasks = calloc(shm->lanes, sizeof *shm->tasks);
    int error = shm->tasks == NULL ? -ENOMEM : make_queues(shm);
    if (error == 0)
        queue_set_bell(shm->results, bell);
    else
        failure_set(why, error, FAILURE_NONE, 0, FAILURE_NONE,
                    "cannot make queues in shared memory: %s (a message needs up to %zu bytes for "
                    "tasks and %zu for results)",
                    error == -ENOSPC || error == -ENOMEM ? "it is full" : strerror(-error),
                    shm->task_bytes, shm->result_bytes);
    return error;
}

void shm_close_queues(struct shm *shm)
{
    for (unsigned i = 0; shm->tasks != NULL && i < shm->lanes; i++)
        queue_destroy(shm->tasks[i]);
    free(shm->tasks);
    queue_destroy(shm->results);
}
