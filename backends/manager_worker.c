/*
 * A worker's life: it connects to the manager, leaves its will, and then takes tasks from its inbox
 * and appends their results, until the sentinel comes. It leaves by _exit.
 */
#include "backends/manager_office.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "backends/deal.h"
#include "common/io.h"

#define OUT_BYTES                                                                                  \
    (64u * 1024u) /* results that travel together, if there is more than one letter                \
                   */

struct desk { /* in the worker's process */
    const struct office *office;
    const struct remote *self;
    const struct assignment *assignment;
    struct proxy proxy;
    char *out; /* out[room]: items, of which used bytes are written and not sent */
    size_t room, used;
    size_t last;      /* where in out the last letter is */
    unsigned unheard; /* EXTENDs that are not answered yet */
    uint64_t told_sent, told_received, told_messages;
};

/* --- letters up --------------------------------------------------------------------------------
 */

static struct letter make_letter(const struct desk *desk, enum letter_kind kind, struct span span)
{
    return (struct letter){.kind = kind,
                           .worker = desk->self->number,
                           .life = desk->self->life,
                           .span = {span.first, span.count}};
}

/* Reports in the last letter what has been moved, this message included. */
static void report_traffic(struct desk *desk)
{
    const struct proxy *proxy = &desk->proxy;
    struct letter letter;
    uint64_t sent = proxy->bytes_sent + sizeof(struct frame) + sizeof(struct call) + desk->used;
    memcpy(&letter, desk->out + desk->last, sizeof letter);
    letter.sent = sent - desk->told_sent;
    letter.received = proxy->bytes_received - desk->told_received;
    letter.messages = proxy->messages + 1 - desk->told_messages;
    memcpy(desk->out + desk->last, &letter, sizeof letter);
    desk->told_sent = sent;
    desk->told_received = proxy->bytes_received;
    desk->told_messages = proxy->messages + 1;
}

/* Sends what is written. The answer is heard later, so that it costs no wake-up of its own. */
static int flush(struct desk *desk)
{
    struct ask ask = {.message = MANAGER_LIST_EXTEND, .object = desk->office->list};
    struct iovec part = {.iov_base = desk->out, .iov_len = desk->used};
    if (desk->used == 0)
        return 0;
    report_traffic(desk);
    int error = proxy_send(&desk->proxy, &ask, &part, 1);
    desk->used = 0;
    desk->unheard++;
    return error;
}

/* Completes the letter at out + used, whose content of so many bytes stands behind it already. */
static void write_letter(struct desk *desk, struct letter letter, size_t content)
{
    size_t bytes = sizeof letter + content;
    memcpy(item_begin(desk->out + desk->used, bytes), &letter, sizeof letter);
    desk->last = desk->used + ITEM_HEAD_BYTES;
    desk->used += item_room(bytes);
}

/* Runs tasks and writes their results, right into the letter. */
static int run(struct desk *desk, struct span span, const char *tasks)
{
    const struct job *job = desk->office->plan->job;
    struct failure failure;
    size_t content = span.count * job->shape.result_bytes;
    size_t most = item_room(sizeof(struct letter) + content + sizeof failure);
    int error = desk->used + most > desk->room ? flush(desk) : 0;
    if (error != 0)
        return error;
    char *results = desk->out + desk->used + ITEM_HEAD_BYTES + sizeof(struct letter);
    if (job_run(job, desk->self->number, span.first, span.count, tasks, results, &failure) != 0) {
        memcpy(results + content, &failure, sizeof failure);
        content += sizeof failure;
    }
    write_letter(desk, make_letter(desk, LETTER_RESULTS, span), content);
    return 0;
}

/* --- letters down ------------------------------------------------------------------------------
 */

static int hear_acknowledgements(struct desk *desk)
{
    struct reply reply;
    int error = 0;
    for (; error == 0 && desk->unheard > 0; desk->unheard--)
        error = proxy_receive(&desk->proxy, MANAGER_FOREVER, &reply);
    return error;
}

/* Runs what came by one reply. Results leave half way, so that the inbox can be refilled while the
 * other half is being run, and at the end. Returns 0; IO_END: the sentinel came; or a negative
 * errno. */
static int work_through(struct desk *desk, const struct reply *reply)
{
    struct bytes items = reply->payload, value;
    const size_t task_bytes = desk->office->plan->job->shape.task_bytes;
    uint32_t half = (reply->count + 1) / 2;
    int error = 0;
    for (uint32_t i = 1; error == 0 && item_next(&items, &value) > 0; i++) {
        struct letter letter;
        if (value.count < sizeof letter)
            return -EPROTO;
        memcpy(&letter, value.data, sizeof letter);
        if (letter.kind == LETTER_END)
            return IO_END;
        if (letter.life != desk->self->life ||
            value.count - sizeof letter != letter.span.count * task_bytes)
            return -EPROTO; /* somebody else has been here */
        error = run(desk, (struct span){letter.span.first, letter.span.count},
                    value.data + sizeof letter);
        if (error == 0 && i == half)
            error = flush(desk);
    }
    return error == 0 ? flush(desk) : error;
}

static int serve(struct desk *desk)
{
    struct ask take = {.message = MANAGER_LIST_TAKE,
                       .object = desk->self->inbox,
                       .count = TASKS_FLIGHT_MAX,
                       .wait_ns = MANAGER_FOREVER};
    struct reply reply;
    write_letter(desk, make_letter(desk, LETTER_READY, (struct span){0, 0}), 0);
    int error = flush(desk);
    while (error == 0) {
        error = proxy_send(&desk->proxy, &take, NULL, 0);
        if (error == 0)
            error = hear_acknowledgements(desk);
        if (error == 0)
            error = proxy_receive(&desk->proxy, MANAGER_FOREVER, &reply);
        if (error == 0)
            error = work_through(desk, &reply);
    }
    return error == IO_END ? 0 : error;
}

static int run_assignment(struct desk *desk)
{
    int error = run(desk, desk->assignment->span, desk->assignment->tasks);
    if (error == 0)
        error = flush(desk);
    return error == 0 ? hear_acknowledgements(desk) : error;
}

/* --- the process -------------------------------------------------------------------------------
 */

/* What the coordinator has open is not ours. */
static void close_inherited(const struct office *office)
{
    int fds[] = {office->out.fd, office->in.fd, office->server.pidfd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        io_close(&fds[i]);
    for (unsigned w = 0; w < office->plan->workers; w++) {
        int fd = office->workers[w].child.pidfd;
        io_close(&fd);
    }
}

static int sit_down(struct desk *desk)
{
    const struct shape *shape = &desk->office->plan->job->shape;
    struct letter will = make_letter(desk, LETTER_GONE, (struct span){0, 0});
    size_t one = item_room(sizeof will + sizeof(struct failure) + shape->result_bytes);
    size_t all = item_room(sizeof will + sizeof(struct failure) + DEAL_BYTES);
    desk->room = OUT_BYTES + (one > all ? one : all);
    desk->out = malloc(desk->room);
    if (desk->out == NULL)
        return -ENOMEM;
    int error = office_call(desk->office, &desk->proxy, MANAGER_FOREVER);
    return error == 0 ? proxy_will(&desk->proxy, desk->office->list, &will, sizeof will) : error;
}

static int worker_body(void *argument)
{
    struct desk *desk = argument;
    close_inherited(desk->office);
    signal(SIGPIPE, SIG_IGN); /* a manager that is gone is an error like others */
    board_enter(desk->office->plan->job->board, desk->self->number);
    if (sit_down(desk) != 0)
        return WORKER_NO_WILL;
    return (desk->assignment != NULL ? run_assignment(desk) : serve(desk)) == 0 ? 0 : 1;
}

int worker_start(const struct office *office, struct remote *remote,
                 const struct assignment *assignment)
{
    struct desk *desk = calloc(1, sizeof *desk); /* copied by fork */
    if (desk == NULL)
        return -ENOMEM;
    desk->office = office;
    desk->self = remote;
    desk->assignment = assignment;
    remote->life++;
    remote->ready = remote->gone = false;
    remote->parting = 0;
    int error = child_start(&remote->child, worker_body, desk);
    free(desk);
    return error;
}
