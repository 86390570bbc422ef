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
 * Start     forks the manager, opens the lists, forks the workers and waits until each is READY.
 *           per-task is the lecture's program: it forks nobody here but, in map, a fresh worker for
 *           each task, which finds its task in the copy that fork made, connects, appends, and
 * ends. Work      The other schedules have workers that stay. The ledger (common/tasks.h) says who
 * gets what, and the coordinator keeps a few letters in each inbox; so it knows at any moment who
 * has which task, which a common list that all take from could not tell after a death. It waits in
 * ppoll for an answer to its `take` and for anybody's end. Tasks and results are in the manager
 * only while they are in flight, so that its memory stays bounded. Stop      LETTER_END into each
 * inbox; whoever has not ended at the limit is killed, and so is the manager, which owns nothing
 * that could be left behind.
 *
 * Failure   When a worker has died, the coordinator reads on until its LETTER_GONE: then it knows
 *           all that it had appended. The rest fails the map, by name, or goes to a fresh worker of
 *           the same number. One that sends the manager nonsense is cut off, and its will says so.
 *           When the manager dies, all connections end at once, and it is named.
 * Cost      Each record is copied four times into the kernel and out of it, twice more within the
 *           manager, and a message wakes three processes in turn. One process serves all, so it is
 *           the bottleneck of many workers and small tasks.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/deal.h"
#include "backends/manager_worker.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "manager/server.h"

#define WILL_NS       (500 * NS_PER_MS)     /* for one who may have died before it left a will */
#define GRACE_NS      (100 * NS_PER_MS)     /* from the end of a connection to the manager's end */
#define BYTES_AT_ONCE (64u * 1024u * 1024u) /* in the manager, for what is in flight anyhow */

enum { ANSWER, SERVER_DEATH, DEATHS }; /* what is polled; from DEATHS on, one for each worker */

struct pool {
    const struct plan *plan;
    struct office office;
    struct tasks ledger;
    struct pollfd *events; /* events[DEATHS + plan->workers] */
    bool broken;           /* a map has failed */
    /* the map that is being run: */
    const char *tasks;
    char *results;
    struct traffic *traffic;
    struct failure failed; /* what kernels reported */
    struct failure lost;   /* the last worker that died and was replaced */
    uint64_t deadline_ns;
};

/* --- the manager -------------------------------------------------------------------------------
 */

/* A call of a proxy has failed. Returns the error of this map, with *why. */
static int manager_failed(struct pool *pool, const struct proxy *proxy, int error,
                          struct failure *why)
{
    char text[96];
    int status;
    int pid = pool->office.server.pid;
    bool closed = error == -ECONNRESET || error == -ENOTCONN;
    if (closed && pid == 0)
        return failure_set(why, -EOWNERDEAD, FAILURE_NONE, 0, FAILURE_NONE,
                           "the manager has ended");
    if (closed && child_wait(&pool->office.server, clock_deadline(GRACE_NS), &status) == 0)
        return failure_set(why, -EOWNERDEAD, FAILURE_NONE, pid, FAILURE_NONE,
                           "the manager (pid %d): %s", pid,
                           child_describe(status, text, sizeof text));
    return failure_set(why, error == -ETIME ? -ETIMEDOUT : error, FAILURE_NONE, pid, FAILURE_NONE,
                       "the manager (pid %d): %s", pid, proxy->text);
}

/* Asks for results; the answer comes when there are some. */
static int ask_for_results(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    struct ask ask = {.message = MANAGER_LIST_TAKE,
                      .object = office->list,
                      .count = UINT32_MAX,
                      .wait_ns = MANAGER_FOREVER};
    int error = proxy_send(&office->results, &ask, NULL, 0);
    return error != 0 ? manager_failed(pool, &office->results, error, why) : 0;
}

static int open_lists(struct office *office)
{
    int error = proxy_object(&office->tasks, MANAGER_LIST, "results", &office->list);
    for (unsigned w = 0; error == 0 && w < office->size; w++) {
        char name[32];
        snprintf(name, sizeof name, "inbox %u", w);
        error = proxy_object(&office->tasks, MANAGER_LIST, name, &office->workers[w].inbox);
    }
    return error;
}

/* What may be in the manager at a time: for each worker its chunks in flight, as tasks or results,
 * whole and in requests and replies on their way. */
static size_t most_bytes(const struct plan *plan)
{
    const struct shape *shape = &plan->job->shape;
    size_t chunk = DEAL_BYTES + shape->task_bytes + shape->result_bytes;
    return BYTES_AT_ONCE + plan->workers * 16 * chunk;
}

static int start_manager(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    const struct server_settings settings = {
        .most_clients = 2 * pool->plan->workers + 8, /* one may come before another has gone */
        .most_bytes = most_bytes(pool->plan),
        .limits = SERVER_LIMITS};
    address_unix(&office->address);
    int error = server_start(&office->server, &office->address, &settings);
    if (error != 0)
        return failure_system(why, error, "start a manager");
    struct proxy *proxy = &office->tasks;
    error = proxy_open(proxy, &office->address, NULL, pool->plan->limit_ns);
    if (error == 0)
        error = open_lists(office);
    if (error == 0) {
        proxy = &office->results;
        error = proxy_open(proxy, &office->address, NULL, pool->plan->limit_ns);
    }
    return error != 0 ? manager_failed(pool, proxy, error, why) : ask_for_results(pool, why);
}

/* --- letters in --------------------------------------------------------------------------------
 */

/* Results of the span that its sender owes first; with a report behind them, or without. */
static int accept_results(struct pool *pool, const struct letter *letter, struct bytes content)
{
    struct span span = {letter->span.first, letter->span.count};
    struct failure report;
    if (!tasks_owes(&pool->ledger, letter->worker, span))
        return -EPROTO;
    size_t result_bytes = pool->plan->job->shape.result_bytes;
    size_t bytes = span.count * result_bytes;
    if (content.count != bytes && content.count != bytes + sizeof report)
        return -EPROTO;
    if (content.count > bytes) {
        memcpy(&report, content.data + bytes, sizeof report);
        if (!deal_believes(&pool->ledger, letter->worker, &report))
            return -EPROTO;
        failure_merge(&pool->failed, &report);
    }
    if (bytes > 0)
        memcpy(pool->results + span.first * result_bytes, content.data, bytes);
    CHECK(tasks_in(&pool->ledger, letter->worker, span));
    return 0;
}

static int accept_parting(struct remote *remote, struct bytes content)
{
    struct parting parting;
    if (content.count != sizeof parting)
        return -EPROTO;
    memcpy(&parting, content.data, sizeof parting);
    remote->gone = true;
    remote->parting = parting.error;
    return 0;
}

static void count(struct traffic *traffic, uint64_t sent, uint64_t received, uint64_t messages)
{
    traffic->bytes_sent += sent;
    traffic->bytes_received += received;
    traffic->messages += messages;
}

/* One letter. Who writes nonsense is as good as gone. Returns 0; or -EPROTO: nobody signed it. */
static int accept_letter(struct pool *pool, struct bytes value)
{
    struct letter letter;
    int error = -EPROTO;
    if (value.count < sizeof letter)
        return error;
    memcpy(&letter, value.data, sizeof letter);
    struct bytes content = {value.data + sizeof letter, value.count - sizeof letter};
    if (letter.worker >= pool->plan->workers)
        return error;
    struct remote *remote = &pool->office.workers[letter.worker];
    if (letter.life != remote->life || remote->gone)
        return 0; /* of a worker that has been replaced */
    if (letter.kind == LETTER_READY)
        error = 0;
    else if (letter.kind == LETTER_RESULTS)
        error = accept_results(pool, &letter, content);
    else if (letter.kind == LETTER_GONE)
        error = accept_parting(remote, content);
    remote->ready = true;
    if (error != 0) {
        remote->gone = true;
        remote->parting = error;
    }
    count(pool->traffic, letter.received, letter.sent, letter.messages); /* sent: towards us */
    return 0;
}

/* Reads an answer, asks for the next one, and then sees what came. Returns 0, or the error of this
 * map with *why. */
static int collect(struct pool *pool, struct failure *why)
{
    struct proxy *proxy = &pool->office.results;
    struct bytes value;
    struct reply reply;
    int more = 0;
    int error = proxy_receive(proxy, 0, &reply);
    if (error != 0)
        return manager_failed(pool, proxy, error, why);
    error = ask_for_results(pool, why);
    while (error == 0 && (more = item_next(&reply.payload, &value)) > 0)
        if (accept_letter(pool, value) != 0)
            return failure_set(why, -EPROTO, FAILURE_NONE, 0, FAILURE_NONE,
                               "somebody has appended to the results what no worker writes");
    if (error == 0 && more < 0)
        return manager_failed(pool, proxy, more, why);
    return error;
}

/* --- letters out -------------------------------------------------------------------------------
 */

static int hire(struct pool *pool, struct remote *remote, const struct assignment *assignment,
                struct failure *why)
{
    int error = worker_start(&pool->office, remote, assignment);
    return error == 0 ? 0
                      : failure_set(why, error, (int)remote->number, 0, FAILURE_NONE,
                                    "cannot start worker %u of %u: %s", remote->number + 1,
                                    pool->plan->workers, strerror(-error));
}

/* Sends all that is dealt to a worker, from where it is: for each span its head and its letter, its
 * records, zeros. The answer is still to be heard. */
static int send_dealt(struct pool *pool, struct remote *remote)
{
    static const char zeros[8];
    char heads[TASKS_FLIGHT_MAX][ITEM_HEAD_BYTES + sizeof(struct letter)];
    struct iovec parts[3 * TASKS_FLIGHT_MAX], *part = parts;
    struct ask ask = {.message = MANAGER_LIST_EXTEND, .object = remote->inbox};
    const size_t task_bytes = pool->plan->job->shape.task_bytes;
    for (unsigned i = 0; i < remote->dealt_count; i++) {
        struct span span = remote->dealt[i];
        struct letter letter = {.kind = LETTER_TASKS,
                                .worker = remote->number,
                                .life = remote->life,
                                .span = {span.first, span.count}};
        const char *records =
            span.count * task_bytes > 0 ? pool->tasks + span.first * task_bytes : zeros;
        size_t bytes = sizeof letter + span.count * task_bytes;
        item_head(heads[i], bytes);
        memcpy(heads[i] + ITEM_HEAD_BYTES, &letter, sizeof letter);
        *part++ = (struct iovec){heads[i], sizeof heads[i]};
        *part++ = (struct iovec){(void *)records, span.count * task_bytes}; /* only read from */
        *part++ = (struct iovec){(void *)zeros, item_padding(bytes)};
    }
    remote->dealt_count = 0;
    return proxy_send(&pool->office.tasks, &ask, parts, (int)(part - parts));
}

/* Gives each worker in turn its next span until none may have more. */
static int deal_out(struct pool *pool, struct failure *why)
{
    int error = 0;
    for (bool given = true; given && error == 0;) {
        given = false;
        for (unsigned w = 0; w < pool->plan->workers && error == 0; w++) {
            struct remote *remote = &pool->office.workers[w];
            struct span span;
            if (deal_fresh(pool->plan) && remote->child.pid != 0)
                continue; /* its result may be in, but it has not ended yet */
            if (!tasks_next(&pool->ledger, w, &span))
                continue;
            const char *records = pool->tasks + span.first * pool->plan->job->shape.task_bytes;
            if (deal_fresh(pool->plan))
                error = hire(pool, remote, &(struct assignment){span, records}, why);
            else
                remote->dealt[remote->dealt_count++] = span;
            given = true;
        }
    }
    return error;
}

static int hand_out(struct pool *pool, struct failure *why)
{
    struct proxy *proxy = &pool->office.tasks;
    struct reply reply;
    unsigned unheard = 0;
    int error = deal_out(pool, why);
    if (error != 0)
        return error;
    for (unsigned w = 0; error == 0 && w < pool->plan->workers; w++) {
        if (pool->office.workers[w].dealt_count == 0)
            continue;
        error = send_dealt(pool, &pool->office.workers[w]);
        unheard++;
    }
    for (; error == 0 && unheard > 0; unheard--)
        error = proxy_receive(proxy, 0, &reply);
    return error != 0 ? manager_failed(pool, proxy, error, why) : 0;
}

/* --- failure: a worker that is lost ------------------------------------------------------------
 */

/* Reads on until the manager has said that a worker is gone: then all that it had appended is in.
 * One that was killed at its very start may have left no will. Returns as collect. */
static int hear_the_last_of(struct pool *pool, const struct remote *remote, struct failure *why)
{
    uint64_t will_ns = clock_deadline(WILL_NS);
    int error = 0;
    while (error == 0 && !remote->gone) {
        uint64_t until_ns =
            remote->ready || will_ns > pool->deadline_ns ? pool->deadline_ns : will_ns;
        int late = io_wait(pool->office.results.fd, POLLIN, until_ns);
        if (late == -ETIMEDOUT)
            return until_ns < pool->deadline_ns ? 0
                                                : deal_time_is_up(&pool->ledger, pool->plan, why);
        error = late != 0 ? failure_system(why, late, "wait for the manager") : collect(pool, why);
    }
    return error;
}

/* A worker has ended, or its connection has. Returns 0: that was to be expected, or somebody has
 * its place; or the error of this map with *why. */
static int lose(struct pool *pool, struct remote *remote, struct failure *why)
{
    struct failure loss;
    bool fresh = deal_fresh(pool->plan);
    int error = hear_the_last_of(pool, remote, why);
    if (error != 0)
        return error;
    int64_t task = deal_task_at_hand(&pool->ledger, pool->plan, remote->number);
    bool corrupt = remote->parting == -EPROTO;
    if (deal_bury(&remote->child, remote->number, corrupt, "connection", task, &loss) && fresh)
        return 0;
    error = deal_loss(&pool->ledger, pool->plan, &loss, why);
    if (error != 0)
        return error;
    pool->lost = loss;
    if (fresh)
        return 0;
    error = proxy_clear(&pool->office.tasks, remote->inbox); /* its successor is dealt that again */
    return error != 0 ? manager_failed(pool, &pool->office.tasks, error, why)
                      : hire(pool, remote, NULL, why);
}

/* --- work: the coordinator's loop --------------------------------------------------------------
 */

/* Sleeps until there are letters, or somebody has ended. Returns 0 or a negative errno. */
static int wait_for_events(struct pool *pool)
{
    unsigned workers = pool->plan->workers;
    pool->events[ANSWER] = (struct pollfd){.fd = pool->office.results.fd, .events = POLLIN};
    pool->events[SERVER_DEATH] = (struct pollfd){.fd = pool->office.server.pidfd, .events = POLLIN};
    for (unsigned w = 0; w < workers; w++)
        pool->events[DEATHS + w] =
            (struct pollfd){.fd = pool->office.workers[w].child.pidfd, .events = POLLIN};
    for (;;) {
        struct timespec left = clock_left(pool->deadline_ns);
        bool late = left.tv_sec == 0 && left.tv_nsec == 0; /* even if there is always some event */
        int ready = ppoll(pool->events, DEATHS + workers, &left, NULL);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -errno;
        return ready == 0 || late ? -ETIMEDOUT : 0;
    }
}

/* Waits for events and sees to them; `loss` decides about each worker that is gone. */
static int step(struct pool *pool, int (*loss)(struct pool *, struct remote *, struct failure *),
                struct failure *why)
{
    int error = wait_for_events(pool);
    if (error == -ETIMEDOUT)
        return deal_time_is_up(&pool->ledger, pool->plan, why);
    if (error != 0)
        return failure_system(why, error, "wait for workers");
    if (pool->events[ANSWER].revents != 0)
        error = collect(pool, why);
    else if (pool->events[SERVER_DEATH].revents != 0)
        error = manager_failed(pool, &pool->office.results, -ECONNRESET, why);
    for (unsigned w = 0; error == 0 && w < pool->plan->workers; w++) {
        struct remote *remote = &pool->office.workers[w];
        bool ended = pool->events[DEATHS + w].revents != 0;
        if (remote->child.pid != 0 && (ended || (remote->gone && !deal_fresh(pool->plan))))
            error = loss(pool, remote, why);
    }
    return error;
}

/* All results are in; and per-task all workers have ended. */
static bool finished(const struct pool *pool)
{
    bool done = tasks_done(&pool->ledger);
    for (unsigned w = 0; done && deal_fresh(pool->plan) && w < pool->plan->workers; w++)
        done = pool->office.workers[w].child.pid == 0;
    return done;
}

static int drive(struct pool *pool, struct failure *why)
{
    int error = 0;
    while (error == 0 && !finished(pool)) {
        error = hand_out(pool, why);
        if (error == 0)
            error = step(pool, lose, why);
    }
    return error;
}

static int manager_map(struct pool *pool, const void *tasks, size_t tasks_count, void *results,
                       struct traffic *traffic, struct failure *why)
{
    CHECK(!pool->broken);
    struct io_sigpipe sigpipe;
    const struct proxy *out = &pool->office.tasks, *in = &pool->office.results;
    uint64_t sent = out->bytes_sent + in->bytes_sent;
    uint64_t received = out->bytes_received + in->bytes_received;
    uint64_t messages = out->messages + in->messages;
    pool->tasks = tasks;
    pool->results = results;
    pool->traffic = traffic;
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    failure_clear(&pool->failed);
    failure_clear(&pool->lost);
    deal_begin(&pool->ledger, pool->plan, tasks_count);
    io_sigpipe_block(&sigpipe); /* who writes to a dead manager gets an error, no signal */
    int error = drive(pool, why);
    io_sigpipe_restore(&sigpipe);
    pool->broken = error != 0;
    count(traffic, out->bytes_sent + in->bytes_sent - sent,
          out->bytes_received + in->bytes_received - received,
          out->messages + in->messages - messages);
    if (error != 0)
        return error;
    *why = pool->failed.error != 0 ? pool->failed : pool->lost;
    return pool->failed.error;
}

/* --- start and stop ----------------------------------------------------------------------------
 */

static void release(struct pool *pool)
{
    struct office *office = &pool->office;
    for (unsigned w = 0; office->workers != NULL && w < office->size; w++)
        child_end(&office->workers[w].child);
    proxy_close(&office->tasks);
    proxy_close(&office->results);
    child_end(&office->server);
    tasks_close(&pool->ledger);
    free(office->workers);
    free(pool->events);
    free(pool);
}

static int prepare(struct pool *pool)
{
    const struct plan *plan = pool->plan;
    struct office *office = &pool->office;
    office->job = plan->job;
    office->size = plan->workers;
    office->server = CHILD_NONE;
    office->tasks.fd = office->results.fd = -1;
    office->workers = calloc(plan->workers, sizeof *office->workers);
    pool->events = calloc(DEATHS + (size_t)plan->workers, sizeof *pool->events);
    for (unsigned w = 0; office->workers != NULL && w < plan->workers; w++) {
        office->workers[w].number = w;
        office->workers[w].child = CHILD_NONE;
    }
    int error = tasks_open(&pool->ledger, plan->workers);
    return office->workers == NULL || pool->events == NULL ? -ENOMEM : error;
}

/* A worker that ends before the pool has started. */
static int give_up(struct pool *pool, struct remote *remote, struct failure *why)
{
    (void)pool;
    deal_bury(&remote->child, remote->number, false, "connection", FAILURE_NONE, why);
    return why->error;
}

static int start_workers(struct pool *pool, struct failure *why)
{
    struct traffic traffic = {0};
    int error = 0;
    pool->traffic = &traffic;
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    for (unsigned w = 0; error == 0 && w < pool->plan->workers; w++)
        error = hire(pool, &pool->office.workers[w], NULL, why);
    for (unsigned ready = 0; error == 0 && ready < pool->plan->workers;) {
        if (pool->office.workers[ready].ready)
            ready++;
        else
            error = step(pool, give_up, why);
    }
    return error;
}

static int manager_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    const struct shape *shape = &plan->job->shape;
    const size_t most = MANAGER_VALUE_BYTES_MAX / 2; /* two letters may travel together */
    if (shape->task_bytes > most || shape->result_bytes > most)
        return failure_set(why, -EMSGSIZE, FAILURE_NONE, 0, FAILURE_NONE,
                           "a record of this backend has at most %zu bytes", most);
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    struct io_sigpipe sigpipe;
    io_sigpipe_block(&sigpipe);
    pool->plan = plan;
    int error = prepare(pool);
    if (error != 0)
        failure_system(why, error, "make a pool");
    if (error == 0)
        error = start_manager(pool, why);
    if (error == 0 && !deal_fresh(plan))
        error = start_workers(pool, why);
    if (error != 0)
        release(pool);
    else
        *made = pool;
    io_sigpipe_restore(&sigpipe);
    return error;
}

/* Puts the sentinel into each inbox. */
static int send_ends(struct pool *pool, struct failure *why)
{
    struct office *office = &pool->office;
    struct letter letter = {.kind = LETTER_END};
    int error = 0;
    for (unsigned w = 0; error == 0 && !deal_fresh(pool->plan) && w < office->size; w++)
        error =
            proxy_append(&office->tasks, office->workers[w].inbox, &letter, sizeof letter, NULL);
    return error != 0 ? manager_failed(pool, &office->tasks, error, why) : 0;
}

static int manager_stop(struct pool *pool, struct failure *why)
{
    uint64_t deadline_ns = clock_deadline(pool->plan->limit_ns);
    struct io_sigpipe sigpipe;
    io_sigpipe_block(&sigpipe);
    failure_clear(why);
    if (!pool->broken)
        send_ends(pool, why);
    for (unsigned w = 0; !pool->broken && w < pool->plan->workers; w++)
        if (pool->office.workers[w].child.pid != 0)
            deal_see_off(&pool->office.workers[w].child, w, deadline_ns, why);
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
