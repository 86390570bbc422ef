/*
 * The worker's side of shm: take, run, publish, release.
 *
 * A lock that two processes pass to and fro costs as much as a small task, so a worker takes one
 * message at a time (the others can take the next), but gathers a few results before it publishes
 * them. It never sleeps on them, nor keeps them for longer than a tick of the system's clock (1 to
 * 10 ms) and a kernel: that much work is lost, and done again, if it dies.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backends/shm.h"
#include "common/check.h"

/* The wait of a worker is limited by its owner, the coordinator: it ends its workers. */
#define NO_DEADLINE UINT64_MAX

struct desk {
    const struct shm *shm;
    unsigned worker;
    uint32_t self; /* owner of slots */
    struct queue *tasks, *results;
    size_t held;     /* messages that are done, but not published */
    size_t reserved; /* result slots that we have, held <= reserved */
    struct queue_slot *task[SHM_HELD_MAX], *result[SHM_HELD_MAX]; /* task[held], result[reserved] */
    struct timespec tick;                                         /* at the last look */
};

/* A cheap look at a coarse clock: not to measure, but so as not to keep results for long. */
static bool ticked(struct desk *desk)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0);
    bool same = now.tv_nsec == desk->tick.tv_nsec && now.tv_sec == desk->tick.tv_sec;
    desk->tick = now;
    return !same;
}

/* Publishes what is held. The tasks must be released after that: a death in between then leaves
 * a task that has a result, which the coordinator drops, and never one that is lost. Returns how
 * many of desk->task[] are to be released. */
static size_t publish(struct desk *desk)
{
    size_t done = desk->held;
    if (done == 0)
        return 0;
    CHECK(queue_publish(desk->results, desk->result, done, NO_DEADLINE) == 0);
    desk->held = 0;
    desk->reserved -= done;
    memmove(desk->result, desk->result + done, desk->reserved * sizeof desk->result[0]);
    return done;
}

static void hand_in(struct desk *desk)
{
    size_t done = publish(desk);
    if (done > 0)
        CHECK(queue_release(desk->tasks, desk->task, done, NO_DEADLINE) == 0);
}

/* Releases what can be and takes the next message, in one lock hold. Before it has to wait, it
 * hands all in: the coordinator may be waiting for just that. */
static struct queue_slot *next_message(struct desk *desk)
{
    struct queue_slot *next;
    bool due = desk->held == desk->shm->held_max || (desk->held > 0 && ticked(desk));
    size_t done = due ? publish(desk) : 0;
    if (queue_release_take(desk->tasks, desk->self, desk->task, done, &next, 1, NO_DEADLINE) == 1)
        return next;
    hand_in(desk);
    CHECK(queue_take(desk->tasks, desk->self, &next, 1, NO_DEADLINE) == 1);
    return next;
}

/* Runs a message's tasks, from slot to slot. A result slot is reserved only now, with a message in
 * hand: idle workers must not keep the last ones from those who need them. (What may be left of an
 * earlier reservation is at most a quarter of the queue, over all workers, see held_max.) */
static void serve(struct desk *desk, struct queue_slot *task)
{
    const struct shm *shm = desk->shm;
    struct failure why;
    if (desk->reserved == desk->held) {
        int got = queue_reserve(desk->results, desk->self, desk->result + desk->held,
                                shm->held_max - desk->held, NO_DEADLINE);
        CHECK(got > 0);
        desk->reserved += (size_t)got;
    }
    struct queue_slot *result = desk->result[desk->held];
    result->tag = task->tag;
    result->tag.kind = SHM_RESULTS;
    if (job_run(shm->plan->job, desk->worker, task->tag.first, task->tag.count, task->payload,
                result->payload, &why) != 0) {
        result->tag.kind = SHM_FAILED;
        memcpy(result->payload + shm->failure_at, &why, sizeof why);
    }
    desk->task[desk->held++] = task;
}

static void greet(struct desk *desk)
{
    const struct queue_tag hello = {.first = desk->worker, .kind = SHM_HELLO};
    CHECK(queue_push(desk->results, desk->self, &hello, NULL, 0, NO_DEADLINE) == 0);
}

int shm_work(void *argument)
{
    const struct shm_post *post = argument;
    const struct shm *shm = post->shm;
    struct desk desk = {.shm = shm,
                        .worker = post->worker,
                        .self = (uint32_t)getpid(),
                        .tasks = shm->tasks[post->worker % shm->lanes],
                        .results = shm->results};
    bool per_task = shm->plan->schedule == SCHEDULE_PER_TASK;
    board_enter(shm->plan->job->board, desk.worker);
    if (!per_task)
        greet(&desk);
    do {
        struct queue_slot *message = next_message(&desk);
        if (message->tag.kind == SHM_SENTINEL) {
            CHECK(queue_release(desk.tasks, &message, 1, NO_DEADLINE) == 0);
            return 0;
        }
        serve(&desk, message);
    } while (!per_task);
    hand_in(&desk);
    return 0;
}
