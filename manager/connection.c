#include "manager/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "manager/dispatch.h"

#define SMALL_BYTES 4096u /* what a bin may keep: a page */

int house_open(struct house *house, const struct key *key, const struct limits *limits,
               size_t most_bytes)
{
    *house = (struct house){.key = key, .limits = *limits};
    house->objects.budget.most = most_bytes;
    house->bin = mmap(NULL, FRAME_BYTES_MAX, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return house->bin == MAP_FAILED ? -ENOMEM : 0;
}

void house_close(struct house *house)
{
    objects_close(&house->objects);
    if (house->bin != MAP_FAILED)
        munmap(house->bin, FRAME_BYTES_MAX);
}

/* --- before a client is known ------------------------------------------------------------------
 */

static void challenge(struct connection *connection)
{
    struct frame frame = frame_make(MANAGER_CHALLENGE, 0, 0, NONCE_BYTES);
    frame_put(&connection->out, &frame, connection->nonces.manager);
}

static void check_answer(struct house *house, struct connection *connection)
{
    struct nonces *nonces = &connection->nonces;
    memcpy(nonces->client, connection->answer, NONCE_BYTES);
    if (key_proved(house->key, PROVER_CLIENT, nonces, connection->answer + NONCE_BYTES)) {
        struct frame frame = frame_make(MANAGER_WELCOME, 0, 0, PROOF_BYTES);
        key_prove(house->key, PROVER_MANAGER, nonces, connection->proof);
        frame_put(&connection->out, &frame, connection->proof);
        connection->known = true;
    } else {
        session_refuse(&connection->session, -EACCES, "that is not this manager's key");
        connection->leaving = true;
    }
}

int connection_open(struct house *house, int fd, struct connection **made)
{
    struct connection *connection = calloc(1, sizeof *connection);
    int error = connection == NULL ? -ENOMEM : 0;
    if (error == 0 && house->key != NULL)
        error = key_nonce(connection->nonces.manager);
    if (error != 0) {
        free(connection);
        io_close(&fd);
        return error;
    }
    connection->fd = fd;
    connection->deadline_ns = clock_deadline(house->limits.greeting_ns);
    if (house->key != NULL)
        challenge(connection);
    *made = connection;
    return 0;
}

/* --- requests in -------------------------------------------------------------------------------
 */

struct arrival {
    struct house *house;
    struct connection *connection;
};

/* Until it is known, a client gets no memory. */
static int place(void *context, const struct frame *frame, void **payload)
{
    struct house *house = ((struct arrival *)context)->house;
    struct connection *connection = ((struct arrival *)context)->connection;
    if (house->key != NULL && !connection->known) {
        *payload = connection->answer;
        return frame->type == MANAGER_ANSWER && frame->bytes == sizeof connection->answer ? 0
                                                                                          : -EPROTO;
    }
    if (frame->bytes < sizeof(struct call))
        return -EPROTO; /* no request is so short */
    connection->payload = budget_take(&house->objects.budget, frame->bytes);
    *payload = connection->payload != NULL ? connection->payload : house->bin;
    return 0;
}

static void forget_request(struct house *house, struct connection *connection)
{
    size_t bytes = connection->in.frame.bytes;
    if (connection->payload == NULL && bytes > SMALL_BYTES)
        madvise(house->bin, bytes, MADV_DONTNEED); /* empties the bin */
    budget_give_back(&house->objects.budget, connection->payload, bytes);
    connection->payload = NULL;
}

static int carry_out(struct house *house, struct connection *connection)
{
    if (house->key != NULL && !connection->known) {
        check_answer(house, connection);
        return 0;
    }
    connection->known = true;
    int error =
        dispatch(&house->objects, &connection->session, &connection->in.frame, connection->payload);
    forget_request(house, connection);
    return error;
}

/* --- replies out -------------------------------------------------------------------------------
 */

/* Says what there is to say, as far as the socket takes it. Returns 0 or a negative errno. */
static int say(struct house *house, struct connection *connection)
{
    struct session *session = &connection->session;
    if (session->answered && connection->out.count == 0)
        frame_put(&connection->out, &session->reply, session_payload(session));
    int left = frame_flush(&connection->out, connection->fd);
    connection->full = left > 0;
    if (left == 0 && session->answered)
        session_sent(&house->objects, session);
    return left < 0 ? left : 0;
}

/* --- both --------------------------------------------------------------------------------------
 */

/* How long the client has for what it has begun, or until it begins anything. */
static void set_deadline(const struct limits *limits, struct connection *connection)
{
    const struct frame_reader *in = &connection->in;
    bool inside = in->inside || in->end > in->begin || connection->full;
    if (!connection->known)
        return; /* it still has what it was given at first */
    if (connection->session.waits_for != NULL)
        connection->deadline_ns = 0; /* it is our turn */
    else if (!inside)
        connection->deadline_ns =
            limits->idle_ns != MANAGER_FOREVER ? clock_deadline(limits->idle_ns) : 0;
    else if (!connection->inside || connection->deadline_ns == 0)
        connection->deadline_ns = clock_deadline(limits->message_ns);
    connection->inside = inside;
}

bool connection_ready(const struct connection *connection)
{
    return (connection->session.answered || connection->out.count > 0) && !connection->full;
}

static bool may_ask(const struct connection *connection)
{
    return !connection->leaving && !connection->full && connection->session.waits_for == NULL;
}

int connection_serve(struct house *house, struct connection *connection, bool readable)
{
    struct arrival arrival = {house, connection};
    int error = say(house, connection);
    while (error == 0 && may_ask(connection)) {
        int got = frame_next(&connection->in, place, &arrival);
        if (got > 0) {
            connection->inside = false; /* the next message has a limit of its own */
            error = carry_out(house, connection);
            if (error == 0)
                error = say(house, connection);
        } else if (got == 0 && readable) { /* only now: frame_fill needs all else to be taken */
            error = frame_fill(&connection->in, connection->fd);
            readable = false;
        } else {
            error = got;
            break;
        }
    }
    if (error != 0 && error != -EAGAIN)
        return error;
    set_deadline(&house->limits, connection);
    return connection->leaving && !connection->full ? -EACCES : 0;
}

short connection_events(const struct connection *connection)
{
    if (connection->full)
        return POLLOUT;
    return connection->session.waits_for != NULL ? POLLRDHUP : POLLIN;
}

uint64_t connection_deadline(const struct connection *connection)
{
    if (connection->session.waits_for != NULL)
        return connection->session.until_ns;
    return connection->deadline_ns != 0 ? connection->deadline_ns : UINT64_MAX;
}

int connection_late(struct house *house, struct connection *connection)
{
    if (connection->session.waits_for == NULL)
        return -ETIMEDOUT;
    session_expire(&connection->session);
    return connection_serve(house, connection, false);
}

/* One try: whoever is that slow, or sends nonsense, may not read either. */
static void tell(struct house *house, struct connection *connection, int reason)
{
    if (connection->out.count > 0)
        return;
    if (reason == -EPROTO)
        session_refuse(&connection->session, reason, "that was no message that a manager knows");
    else if (reason == -ETIMEDOUT)
        session_refuse(&connection->session, reason, "the manager has waited long enough for you");
    say(house, connection);
}

void connection_close(struct house *house, struct connection *connection, int reason)
{
    session_end(&house->objects, &connection->session, reason == IO_END ? 0 : reason);
    tell(house, connection, reason);
    budget_give_back(&house->objects.budget, connection->payload, connection->in.frame.bytes);
    io_close(&connection->fd);
    free(connection);
}
