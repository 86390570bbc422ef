#include "backends/manager_office.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/deal.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/trace.h"
#include "manager/server.h"

#define GRACE_NS   (100 * NS_PER_MS)     /* from the end of a connection to the manager's end */
#define SURE_BYTES (64u * 1024u * 1024u) /* that the manager may hold, beyond what is in flight */

/* --- the manager -------------------------------------------------------------------------------
 */

/* A call of a proxy has failed with that error. */
static int failed(struct office *office, const struct proxy *proxy, int error, struct failure *why)
{
    char text[96];
    int status;
    int pid = office->server.pid;
    bool closed = error == -ECONNRESET || error == -ENOTCONN;
    if (closed && pid != 0 && child_wait(&office->server, clock_deadline(GRACE_NS), &status) == 0)
        return failure_set(why, -EOWNERDEAD, FAILURE_NONE, pid, FAILURE_NONE,
                           "the manager (pid %d) is gone: %s", pid,
                           child_describe(status, text, sizeof text));
    return failure_set(why, error == -ETIME ? -ETIMEDOUT : error, FAILURE_NONE, pid, FAILURE_NONE,
                       "the manager (pid %d) fails: %s", pid, proxy->text);
}

int office_lost_manager(struct office *office, struct failure *why)
{
    return failed(office, &office->in, -ECONNRESET, why);
}

/* A proxy whose calls don't last beyond the deadline. */
static struct proxy *in_time(const struct office *office, struct proxy *proxy)
{
    uint64_t now_ns = clock_ns();
    proxy->limit_ns = office->deadline_ns > now_ns ? office->deadline_ns - now_ns : 0;
    return proxy;
}

/* The answer comes when there are results. */
static int ask_for_results(struct office *office, struct failure *why)
{
    struct ask ask = {.message = MANAGER_LIST_TAKE,
                      .object = office->list,
                      .count = UINT32_MAX,
                      .wait_ns = MANAGER_FOREVER};
    int error = proxy_send(in_time(office, &office->in), &ask, NULL, 0);
    return error != 0 ? failed(office, &office->in, error, why) : 0;
}

static int open_lists(struct office *office)
{
    int error = proxy_object(&office->out, MANAGER_LIST, "results", &office->list);
    for (unsigned w = 0; error == 0 && w < office->plan->workers; w++) {
        char name[32];
        snprintf(name, sizeof name, "inbox %u", w);
        error = proxy_object(&office->out, MANAGER_LIST, name, &office->workers[w].inbox);
    }
    return error;
}

/* What may be in the manager at a time: for each worker its chunks in flight, as tasks or results,
 * in lists and in requests and replies on their way. */
static size_t most_bytes(const struct plan *plan)
{
    const struct shape *shape = &plan->job->shape;
    return SURE_BYTES +
           (size_t)plan->workers * 16 * (DEAL_BYTES + shape->task_bytes + shape->result_bytes);
}

/* Chooses where the manager listens. TCP is open to every user of this machine, hence the key. */
static int find_place(struct office *office, bool tcp)
{
    if (!tcp) {
        address_unix(&office->address);
        return 0;
    }
    int error = address_tcp(&office->address, NULL, 0);
    if (error == 0)
        error = key_make(&office->own_key);
    office->key = &office->own_key;
    return error;
}

/* Whether coordinator, manager and workers outnumber the cores. */
static bool is_crowded(const struct plan *plan)
{
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) != 0 ||
           plan->workers + 2 > (unsigned)CPU_COUNT(&cores);
}

int office_call(const struct office *office, struct proxy *proxy, uint64_t limit_ns)
{
    int error = proxy_open(proxy, &office->address, office->key, limit_ns);
    if (error == 0 && is_crowded(office->plan))
        patience_forgo(&proxy->patience);
    return error;
}

static int start_manager(struct office *office, bool tcp, struct failure *why)
{
    const struct plan *plan = office->plan;
    int error = find_place(office, tcp);
    const struct server_settings settings = {
        .key = office->key,
        .most_clients = 2 * plan->workers + 8, /* one may come before another has gone */
        .most_bytes = most_bytes(plan),
        .limits = SERVER_LIMITS,
        .crowded = is_crowded(plan)};
    struct proxy *proxy = &office->out;
    if (error == 0)
        error = server_start(&office->server, &office->address, &settings);
    if (error != 0)
        return failure_system(why, error, "start a manager");
    board_help(plan->job->board, plan->workers, office->server.pid);
    error = office_call(office, proxy, plan->limit_ns);
    if (error == 0)
        error = open_lists(office);
    if (error == 0) {
        proxy = &office->in;
        error = office_call(office, proxy, plan->limit_ns);
    }
    return error != 0 ? failed(office, proxy, error, why) : ask_for_results(office, why);
}

int office_open(struct office *office, const struct plan *plan, bool tcp, struct failure *why)
{
    *office = (struct office){.plan = plan, .server = CHILD_NONE};
    office->out.fd = office->in.fd = -1;
    office->deadline_ns = clock_deadline(plan->limit_ns);
    office->workers = calloc(plan->workers, sizeof *office->workers);
    int error = tasks_open(&office->ledger, plan->workers);
    if (office->workers == NULL || error != 0)
        return failure_system(why, -ENOMEM, "make a pool");
    for (unsigned w = 0; w < plan->workers; w++) {
        office->workers[w].number = w;
        office->workers[w].child = CHILD_NONE;
    }
    return start_manager(office, tcp, why);
}

void office_close(struct office *office)
{
    for (unsigned w = 0; office->workers != NULL && w < office->plan->workers; w++)
        child_end(&office->workers[w].child);
    proxy_close(&office->out);
    proxy_close(&office->in);
    child_end(&office->server);
    tasks_close(&office->ledger);
    free(office->workers);
}

int office_hire(struct office *office, struct remote *remote, const struct assignment *assignment,
                struct failure *why)
{
    int error = worker_start(office, remote, assignment);
    return error == 0 ? 0
                      : failure_set(why, error, (int)remote->number, 0, FAILURE_NONE,
                                    "cannot start worker %u of %u: %s", remote->number + 1,
                                    office->plan->workers, strerror(-error));
}

void office_count(const struct office *office, struct traffic *traffic, int sign)
{
    uint64_t factor = sign < 0 ? UINT64_MAX : 1; /* modulo 2^64, -1 */
    traffic->bytes_sent += factor * (office->out.bytes_sent + office->in.bytes_sent);
    traffic->bytes_received += factor * (office->out.bytes_received + office->in.bytes_received);
    traffic->messages += factor * (office->out.messages + office->in.messages);
}

/* --- letters in --------------------------------------------------------------------------------
 */

/* Results of the span that its sender owes first, maybe with a report behind them. */
static int accept_results(struct office *office, const struct letter *letter, struct bytes content)
{
    struct span span = {letter->span.first, letter->span.count};
    struct failure report;
    if (!tasks_owes(&office->ledger, letter->worker, span))
        return -EPROTO;
    size_t result_bytes = office->plan->job->shape.result_bytes;
    size_t bytes = span.count * result_bytes;
    if (content.count != bytes && content.count != bytes + sizeof report)
        return -EPROTO;
    if (content.count > bytes) {
        memcpy(&report, content.data + bytes, sizeof report);
        if (!deal_believes(&office->ledger, letter->worker, &report))
            return -EPROTO;
        failure_merge(&office->failed, &report);
    }
    if (bytes > 0)
        memcpy(office->results + span.first * result_bytes, content.data, bytes);
    CHECK(tasks_in(&office->ledger, letter->worker, span));
    trace_message(office->plan->job->trace, TRACE_RECEIVED, (int)letter->worker, span.first,
                  span.count);
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

static void count_moved(struct traffic *traffic, const struct letter *letter)
{
    traffic->bytes_sent += letter->received; /* what the worker received was sent to it */
    traffic->bytes_received += letter->sent;
    traffic->messages += letter->messages;
}

/* Who writes nonsense is as good as gone. Returns 0; or -EPROTO: no worker has signed this. */
static int accept_letter(struct office *office, struct bytes value)
{
    struct letter letter;
    int error = -EPROTO;
    if (value.count < sizeof letter)
        return error;
    memcpy(&letter, value.data, sizeof letter);
    struct bytes content = {value.data + sizeof letter, value.count - sizeof letter};
    if (letter.worker >= office->plan->workers)
        return error;
    struct remote *remote = &office->workers[letter.worker];
    if (letter.life != remote->life || remote->gone)
        return 0; /* of a worker that has been replaced, or will be */
    if (letter.kind == LETTER_READY)
        error = 0;
    else if (letter.kind == LETTER_RESULTS)
        error = accept_results(office, &letter, content);
    else if (letter.kind == LETTER_GONE)
        error = accept_parting(remote, content);
    remote->ready = true;
    if (error != 0) {
        remote->gone = true;
        remote->parting = error;
    }
    count_moved(office->traffic, &letter);
    return 0;
}

int office_collect(struct office *office, struct failure *why)
{
    struct bytes value;
    struct reply reply;
    int more = 0;
    int error = proxy_receive(in_time(office, &office->in), 0, &reply);
    if (error != 0)
        return failed(office, &office->in, error, why);
    error = ask_for_results(office, why); /* while we read, the manager can gather the next ones */
    while (error == 0 && (more = item_next(&reply.payload, &value)) > 0)
        error = accept_letter(office, value);
    if (error == -EPROTO || more < 0)
        return failure_set(why, -EPROTO, FAILURE_NONE, 0, FAILURE_NONE,
                           "in the list of results is something that no worker writes");
    return error;
}

/* --- letters out -------------------------------------------------------------------------------
 */

/* Sends all that is dealt to a worker from where it is: of each span its head and letter, its
 * records, zeros. The answer is still to be heard. */
static int send_dealt(struct office *office, struct remote *remote)
{
    static const char zeros[8];
    char heads[TASKS_FLIGHT_MAX][ITEM_HEAD_BYTES + sizeof(struct letter)];
    struct iovec parts[3 * TASKS_FLIGHT_MAX], *part = parts;
    struct ask ask = {.message = MANAGER_LIST_EXTEND, .object = remote->inbox};
    const size_t task_bytes = office->plan->job->shape.task_bytes;
    for (unsigned i = 0; i < remote->dealt_count; i++) {
        struct span span = remote->dealt[i];
        struct letter letter = {.kind = LETTER_TASKS,
                                .worker = remote->number,
                                .life = remote->life,
                                .span = {span.first, span.count}};
        size_t content = span.count * task_bytes;
        const char *records = content > 0 ? office->tasks + span.first * task_bytes : zeros;
        trace_message(office->plan->job->trace, TRACE_SENT, (int)remote->number, span.first,
                      span.count);
        item_head(heads[i], sizeof letter + content);
        memcpy(heads[i] + ITEM_HEAD_BYTES, &letter, sizeof letter);
        *part++ = (struct iovec){heads[i], sizeof heads[i]};
        *part++ = (struct iovec){(void *)records, content}; /* only read from, and so are these: */
        *part++ = (struct iovec){(void *)zeros, item_padding(content)};
    }
    remote->dealt_count = 0;
    return proxy_send(in_time(office, &office->out), &ask, parts, (int)(part - parts));
}

int office_send(struct office *office, struct failure *why)
{
    struct reply reply;
    unsigned unheard = 0;
    int error = 0;
    for (unsigned w = 0; error == 0 && w < office->plan->workers; w++) {
        if (office->workers[w].dealt_count == 0)
            continue;
        error = send_dealt(office, &office->workers[w]);
        unheard++;
    }
    for (; error == 0 && unheard > 0; unheard--)
        error = proxy_receive(in_time(office, &office->out), 0, &reply);
    return error != 0 ? failed(office, &office->out, error, why) : 0;
}

int office_clear(struct office *office, const struct remote *remote, struct failure *why)
{
    int error = proxy_clear(in_time(office, &office->out), remote->inbox);
    return error != 0 ? failed(office, &office->out, error, why) : 0;
}

int office_send_ends(struct office *office, struct failure *why)
{
    struct letter letter = {.kind = LETTER_END};
    int error = 0;
    for (unsigned w = 0; error == 0 && w < office->plan->workers; w++)
        error = proxy_append(in_time(office, &office->out), office->workers[w].inbox, &letter,
                             sizeof letter, NULL);
    return error != 0 ? failed(office, &office->out, error, why) : 0;
}
