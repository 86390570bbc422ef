/*
 * manager - a server process that owns shared lists; workers append over a Unix socket.
 *
 * Idea      Lecture 25.1: `manager = Manager(); resultList = manager.list()`. Nobody shares memory;
 *           one more process owns a list, and whoever wants to append sends it a message. It is the
 *           slowest way to share, and the easiest: no pipes to wire up, any client can reach any
 *           object, and the network may lie in between.
 *
 * Picture      coordinator --- extend ---> [ inbox of worker 0, 1, ... ] --- take ---> worker
 *                   ^                        manager, in poll                           | kernel
 *                   +------- take --------- [      results      ] <--- extend ---------+
 *                   +------- pidfds: a worker, or the manager, has ended
 *
 * Protocol  manager/protocol.h between all and the manager; letters (manager_worker.h) from end to
 *           end, which the manager only keeps. An inbox holds LETTER_TASKS, and at last LETTER_END.
 *           The results are LETTER_READY, LETTER_RESULTS, and LETTER_GONE: each worker's last will,
 *           which the manager appends when its connection ends, behind all that it had sent.
 *
 *           `manager:tcp` is the same over TCP, as between machines. There the kernel can't vouch
 *           for the other side, so each connection begins with the proof of a key (manager/key.h),
 *           which workers have from fork. It stays on this machine, on 127.0.0.1.
 *
 * Start     forks the manager, opens the lists, forks the workers and waits until each is READY.
 *           per-task is the lecture's program: it forks nobody here but, in map, a fresh worker for
 *           each task, which finds its task in the copy that fork made, connects, appends and ends.
 * Work      The other schedules have workers that stay. The ledger (common/tasks.h) says who gets
 *           what, and the coordinator keeps a few letters in each inbox; so it knows at any moment
 *           who has which task, which a common list that all take from could not tell after a
 *           death. It waits in ppoll for an answer to its `take` and for anybody's end. Tasks and
 *           results are in the manager only while they are in flight, so its memory stays bounded.
 * Stop      LETTER_END into each inbox; whoever has not ended at the limit is killed, and so is the
 *           manager, which owns nothing that could be left behind.
 *
 * Failure   When a worker has died, the coordinator reads on until its LETTER_GONE: then it knows
 *           all that it had appended. The rest fails the map, by name, or goes to a fresh worker of
 *           the same number. One that sends the manager nonsense is cut off, and its will says so.
 *           When the manager dies, all connections end at once, and it is named.
 * Cost      Each record goes into the kernel and out of it twice, and is copied twice more within
 *           the manager. A message wakes the manager and then its receiver, and its answer wakes
 *           the sender again; so what travels together counts, as with pipes, only more. All but
 *           the coordinator look for a while before they sleep (manager/patience.h). One process
 *           serves all: it is the bottleneck of many workers and small tasks. The traffic is
 *           counted on both ways, as the coordinator saw its own and as each worker reported its
 *           own with its results.
 *           Beside Python's Manager: with per-task each result is one append of its own on both
 *           sides; with dynamic:1 Python's workers append one by one, and here letters that wait in
 *           an inbox come, and their results leave, together.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "backends/deal.h"
#include "backends/manager_office.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"

#define RECORD_BYTES_MAX (FRAME_BYTES_MAX / 4) /* two of them travel in one message */
#define WILL_NS          (500 * NS_PER_MS)     /* for one who may have left no will */

enum { ANSWER, MANAGER_DEATH, DEATHS }; /* what is polled; from DEATHS on, one for each worker */

struct pool {
    struct office office;
    struct pollfd *events; /* events[DEATHS + plan->workers] */
    bool broken;           /* a map has failed */
    struct failure lost;   /* the last worker of this map that died and was replaced */
};

/* --- work: tasks out ---------------------------------------------------------------------------
 */

static int give(struct pool *pool, struct remote *remote, struct span span, struct failure *why)
{
    const struct office *office = &pool->office;
    struct assignment assignment = {span, office->tasks +
                                              span.first * office->plan->job->shape.task_bytes};
    traffic_together(office->traffic, span.count);
    if (deal_fresh(office->plan))
        return office_hire(&pool->office, remote, &assignment, why);
    remote->dealt[remote->dealt_count++] = span;
    return 0;
}

/* Gives each worker in turn its next span until none may have more. */
static int hand_out(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    int error = 0;
    for (bool given = true; given && error == 0;) {
        given = false;
        for (unsigned w = 0; w < office->plan->workers && error == 0; w++) {
            struct remote *remote = &office->workers[w];
            struct span span;
            if (deal_fresh(office->plan) && remote->child.pid != 0)
                continue; /* its result may be in, but it has not ended yet */
            if (!tasks_next(&office->ledger, w, &span))
                continue;
            error = give(pool, remote, span, why);
            given = true;
        }
    }
    return error == 0 ? office_send(office, why) : error;
}

/* --- failure: a worker that is lost ------------------------------------------------------------
 */

static bool owes(const struct office *office, const struct remote *remote)
{
    return tasks_oldest(&office->ledger, remote->number) >= 0;
}

/* Until when the end of this worker's connection may be told: it surely will be if we have heard of
 * the worker, or if it ended well; and surely not if it says itself that it left no will. */
static uint64_t last_word_due(const struct office *office, const struct remote *remote,
                              uint64_t will_ns)
{
    siginfo_t end = {.si_pid = 0};
    if (remote->ready || will_ns > office->deadline_ns)
        return office->deadline_ns;
    if (waitid(P_PID, (id_t)remote->child.pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        end.si_pid == 0 || end.si_code != CLD_EXITED)
        return will_ns;
    return end.si_status == 0 ? office->deadline_ns : end.si_status == WORKER_NO_WILL ? 0 : will_ns;
}

/* Reads on until the manager has said that a worker is gone: then all that it had appended is in,
 * and it takes nothing from its inbox any more. */
static int hear_the_last_of(struct office *office, const struct remote *remote, struct failure *why)
{
    uint64_t will_ns = clock_deadline(WILL_NS);
    int error = 0;
    while (error == 0 && !remote->gone) {
        uint64_t due_ns = last_word_due(office, remote, will_ns);
        error = io_wait(office->in.fd, POLLIN, due_ns);
        if (error == -ETIMEDOUT)
            return due_ns < office->deadline_ns
                       ? 0
                       : deal_time_is_up(&office->ledger, office->plan, why);
        error = error == 0 ? office_collect(office, why)
                           : failure_system(why, error, "wait for the manager");
    }
    return error;
}

/* A worker has ended, or its connection has. Returns 0: that was to be expected, or somebody has
 * its place; or the error of this map with *why. */
static int lose(struct pool *pool, struct remote *remote, struct failure *why)
{
    struct office *office = &pool->office;
    struct failure loss;
    bool fresh = deal_fresh(office->plan);
    int error = !fresh || owes(office, remote) ? hear_the_last_of(office, remote, why) : 0;
    if (error != 0)
        return error;
    int64_t task = deal_task_at_hand(&office->ledger, office->plan, remote->number);
    bool corrupt = remote->parting == -EPROTO;
    if (deal_bury(&remote->child, remote->number, corrupt, "connection", task, office->deadline_ns,
                  &loss) &&
        fresh)
        return 0;
    error = deal_loss(&office->ledger, office->plan, &loss, why);
    if (error != 0)
        return error;
    pool->lost = loss;
    if (!fresh)
        error = office_clear(office, remote, why); /* its successor is given all that again */
    return fresh || error != 0 ? error : office_hire(office, remote, NULL, why);
}

/* --- work: the coordinator's loop --------------------------------------------------------------
 */

/* Sleeps until there are letters, or somebody has ended. Returns 0 or a negative errno. */
static int wait_for_events(struct pool *pool)
{
    const struct office *office = &pool->office;
    unsigned workers = office->plan->workers;
    pool->events[ANSWER] = (struct pollfd){.fd = office->in.fd, .events = POLLIN};
    pool->events[MANAGER_DEATH] = (struct pollfd){.fd = office->server.pidfd, .events = POLLIN};
    for (unsigned w = 0; w < workers; w++)
        pool->events[DEATHS + w] =
            (struct pollfd){.fd = office->workers[w].child.pidfd, .events = POLLIN};
    for (;;) {
        struct timespec left = clock_left(office->deadline_ns);
        bool late = left.tv_sec == 0 && left.tv_nsec == 0; /* even if there is always some event */
        int ready = ppoll(pool->events, DEATHS + workers, &left, NULL);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -errno;
        return ready == 0 || late ? -ETIMEDOUT : 0;
    }
}

/* A fresh worker that has done its part may close before it ends. */
static bool is_lost(const struct pool *pool, const struct remote *remote)
{
    const struct office *office = &pool->office;
    if (remote->child.pid == 0)
        return false;
    return pool->events[DEATHS + remote->number].revents != 0 ||
           (remote->gone && (!deal_fresh(office->plan) || owes(office, remote)));
}

/* Waits for events and sees to them, by on_loss if a worker is lost. */
static int step(struct pool *pool, int (*on_loss)(struct pool *, struct remote *, struct failure *),
                struct failure *why)
{
    struct office *office = &pool->office;
    int error = wait_for_events(pool);
    if (error == -ETIMEDOUT)
        return deal_time_is_up(&office->ledger, office->plan, why);
    if (error != 0)
        return failure_system(why, error, "wait for workers");
    if (pool->events[ANSWER].revents != 0)
        error = office_collect(office, why);
    else if (pool->events[MANAGER_DEATH].revents != 0)
        error = office_lost_manager(office, why);
    for (unsigned w = 0; error == 0 && w < office->plan->workers; w++)
        if (is_lost(pool, &office->workers[w]))
            error = on_loss(pool, &office->workers[w], why);
    return error;
}

/* All results are in; and per-task all workers have ended. */
static bool finished(const struct office *office)
{
    bool done = tasks_done(&office->ledger);
    for (unsigned w = 0; done && deal_fresh(office->plan) && w < office->plan->workers; w++)
        done = office->workers[w].child.pid == 0;
    return done;
}

static int drive(struct pool *pool, struct failure *why)
{
    int error = 0;
    while (error == 0 && !finished(&pool->office)) {
        error = hand_out(pool, why);
        if (error == 0)
            error = step(pool, lose, why);
    }
    return error;
}

static int manager_map(struct pool *pool, const void *tasks, size_t count, void *results,
                       struct traffic *traffic, struct failure *why)
{
    CHECK(!pool->broken);
    struct office *office = &pool->office;
    struct io_sigpipe sigpipe;
    office->tasks = tasks;
    office->results = results;
    office->traffic = traffic;
    office->deadline_ns = clock_deadline(office->plan->limit_ns);
    failure_clear(&office->failed);
    failure_clear(&pool->lost);
    deal_begin(&office->ledger, office->plan, count);
    office_count(office, traffic, -1);
    io_sigpipe_block(&sigpipe); /* who writes to a dead manager gets an error, no signal */
    int error = drive(pool, why);
    io_sigpipe_restore(&sigpipe);
    office_count(office, traffic, 1);
    pool->broken = error != 0;
    if (error != 0)
        return error;
    *why = office->failed.error != 0 ? office->failed : pool->lost;
    return office->failed.error;
}

/* --- start -------------------------------------------------------------------------------------
 */

static void release(struct pool *pool)
{
    office_close(&pool->office);
    free(pool->events);
    free(pool);
}

/* A worker that is lost before the pool has started. */
static int give_up(struct pool *pool, struct remote *remote, struct failure *why)
{
    deal_bury(&remote->child, remote->number, false, "connection", FAILURE_NONE,
              pool->office.deadline_ns, why);
    return why->error;
}

/* Starts them all, and waits until each has said that it is ready. */
static int start_workers(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    struct traffic traffic = {0}; /* of no map */
    int error = 0;
    office->traffic = &traffic;
    for (unsigned w = 0; error == 0 && w < office->plan->workers; w++)
        error = office_hire(office, &office->workers[w], NULL, why);
    for (unsigned ready = 0; error == 0 && ready < office->plan->workers;) {
        if (office->workers[ready].ready)
            ready++;
        else
            error = step(pool, give_up, why);
    }
    return error;
}

static int prepare(struct pool *pool, const struct plan *plan, bool tcp, struct failure *why)
{
    int error = office_open(&pool->office, plan, tcp, why);
    pool->events = calloc(DEATHS + (size_t)plan->workers, sizeof *pool->events);
    if (error == 0 && pool->events == NULL)
        error = failure_system(why, -ENOMEM, "make a pool");
    return error != 0 || deal_fresh(plan) ? error : start_workers(pool, why);
}

static int start(const struct plan *plan, bool tcp, struct pool **made, struct failure *why)
{
    const struct shape *shape = &plan->job->shape;
    struct io_sigpipe sigpipe;
    if (shape->task_bytes > RECORD_BYTES_MAX || shape->result_bytes > RECORD_BYTES_MAX)
        return failure_set(why, -EMSGSIZE, FAILURE_NONE, 0, FAILURE_NONE,
                           "a record may have at most %u bytes to travel through a manager",
                           RECORD_BYTES_MAX);
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    io_sigpipe_block(&sigpipe);
    int error = prepare(pool, plan, tcp, why);
    if (error != 0)
        release(pool);
    else
        *made = pool;
    io_sigpipe_restore(&sigpipe);
    return error;
}

static int manager_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    return start(plan, false, made, why);
}

static int manager_tcp_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    return start(plan, true, made, why);
}

/* --- stop --------------------------------------------------------------------------------------
 */

static int manager_stop(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    struct io_sigpipe sigpipe;
    io_sigpipe_block(&sigpipe);
    failure_clear(why);
    office->deadline_ns = clock_deadline(office->plan->limit_ns);
    bool told = !pool->broken && (deal_fresh(office->plan) || office_send_ends(office, why) == 0);
    for (unsigned w = 0; told && w < office->plan->workers; w++)
        if (office->workers[w].child.pid != 0)
            deal_see_off(&office->workers[w].child, w, office->deadline_ns, why);
    release(pool);
    io_sigpipe_restore(&sigpipe);
    return why->error;
}

const struct backend manager_backend = {
    .abi = BACKEND_ABI,
    .name = "manager",
    .summary = "a server process owns lists, workers are its clients",
    .start = manager_start,
    .map = manager_map,
    .stop = manager_stop,
};

const struct backend manager_tcp_backend = {
    .abi = BACKEND_ABI,
    .name = "manager:tcp",
    .summary = "the same over loopback TCP, its clients prove a key",
    .start = manager_tcp_start,
    .map = manager_map,
    .stop = manager_stop,
};
