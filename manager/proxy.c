#include "manager/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"

/* --- messages ----------------------------------------------------------------------------------
 */

static uint64_t deadline_of(const struct proxy *proxy, uint64_t wait_ns)
{
    if (proxy->limit_ns == MANAGER_FOREVER || wait_ns >= MANAGER_FOREVER - proxy->limit_ns)
        return IO_FOREVER;
    return clock_deadline(proxy->limit_ns + wait_ns);
}

/* The connection is of no use any more. Returns the error, as this module's callers know it. */
static int give_up(struct proxy *proxy, int error)
{
    if (proxy->fd < 0)
        error = -ENOTCONN;
    else if (error == IO_END || error == -EPIPE)
        error = -ECONNRESET;
    else if (error == -ETIMEDOUT)
        error = -ETIME;
    snprintf(proxy->text, sizeof proxy->text, "%s",
             error == -ECONNRESET ? "the manager is gone"
             : error == -ETIME    ? "the manager has not answered in time"
             : error == -EPROTO   ? "the manager talks nonsense"
             : error == -EACCES   ? "the manager and this client do not have the same key"
                                  : strerror(-error));
    io_close(&proxy->fd);
    return error;
}

static int place(void *context, const struct frame *frame, void **payload)
{
    struct proxy *proxy = context;
    if (frame->bytes > proxy->room) {
        char *larger = realloc(proxy->value, frame->bytes);
        if (larger == NULL)
            return -ENOMEM;
        proxy->value = larger;
        proxy->room = frame->bytes;
    }
    *payload = frame->bytes > 0 ? proxy->value : NULL;
    return 0;
}

/* Whether something comes while there is patience. */
static bool look(struct proxy *proxy)
{
    bool found = false;
    if (!patience_begin(&proxy->patience))
        return false;
    do
        found = io_wait(proxy->fd, POLLIN, 0) != -ETIMEDOUT;
    while (patience_again(&proxy->patience, found));
    return found;
}

/* Waits first only if there is a limit: else the descriptor blocks, and a round trip is two system
 * calls, and the looks. */
static int fill(struct proxy *proxy, uint64_t deadline_ns)
{
    int error = 0;
    if (!look(proxy) && deadline_ns != IO_FOREVER)
        error = io_wait(proxy->fd, POLLIN, deadline_ns);
    if (error == 0)
        error = frame_fill(&proxy->in, proxy->fd);
    return error == -EAGAIN ? io_wait(proxy->fd, POLLIN, deadline_ns) : error;
}

/* Receives one frame, whatever it is. */
static int hear(struct proxy *proxy, uint64_t deadline_ns)
{
    int got;
    while ((got = frame_next(&proxy->in, place, proxy)) == 0) {
        int error = fill(proxy, deadline_ns);
        if (error != 0)
            return error;
    }
    proxy->bytes_received += sizeof proxy->in.frame + proxy->in.frame.bytes;
    proxy->messages++;
    return got < 0 ? got : 0;
}

/* As io_writev, but waits only if the socket is full. */
static int write_parts(int fd, struct iovec *parts, int count, uint64_t deadline_ns)
{
    ssize_t put = writev(fd, parts, count);
    if (put < 0 && errno != EAGAIN && errno != EINTR)
        return -errno;
    if (put > 0)
        io_skip(parts, count, (size_t)put);
    return io_writev(fd, parts, count, deadline_ns);
}

static int tell(struct proxy *proxy, const struct frame *frame, struct iovec *parts, int count,
                uint64_t deadline_ns)
{
    parts[0] = (struct iovec){.iov_base = (void *)frame, .iov_len = sizeof *frame}; /* only read */
    proxy->bytes_sent += sizeof *frame + frame->bytes;
    proxy->messages++;
    return write_parts(proxy->fd, parts, count, deadline_ns);
}

/* What the manager said when it refused: an errno, and words. */
static int refused(struct proxy *proxy)
{
    const struct frame *frame = &proxy->in.frame;
    if (frame->index == 0 || frame->index > INT16_MAX || frame->bytes >= sizeof proxy->text)
        return give_up(proxy, -EPROTO);
    memcpy(proxy->text, proxy->value, frame->bytes);
    proxy->text[frame->bytes] = '\0';
    return -(int)frame->index;
}

/* A request can't be sent. The manager may have said why it closes before it did. */
static int lost(struct proxy *proxy, int error)
{
    bool closed = error == -EPIPE || error == -ECONNRESET;
    while (closed && hear(proxy, clock_ns()) == 0) {
        if (proxy->in.frame.type != MANAGER_REFUSAL)
            continue;
        error = refused(proxy);
        io_close(&proxy->fd);
        return error;
    }
    return give_up(proxy, error);
}

int proxy_send(struct proxy *proxy, const struct ask *ask, const struct iovec *parts, int count)
{
    struct call call = {.object = ask->object, .limit_ns = ask->wait_ns};
    struct iovec all[2 + PROXY_PARTS_MAX];
    size_t bytes = sizeof call;
    CHECK(count <= PROXY_PARTS_MAX);
    if (proxy->fd < 0)
        return give_up(proxy, -ENOTCONN);
    if (ask->message >= MANAGER_DICT_SET && ask->message <= MANAGER_DICT_DELETE)
        call.key_bytes = (uint32_t)parts[0].iov_len;
    for (int i = 0; i < count; i++) {
        all[2 + i] = parts[i];
        bytes += parts[i].iov_len;
    }
    if (bytes > FRAME_BYTES_MAX || call.key_bytes > MANAGER_KEY_BYTES_MAX) {
        snprintf(proxy->text, sizeof proxy->text, "%zu bytes are too many for one message", bytes);
        return -EMSGSIZE;
    }
    all[1] = (struct iovec){.iov_base = &call, .iov_len = sizeof call};
    struct frame frame = frame_make(ask->message, (uint64_t)ask->index, ask->count, bytes);
    int error = tell(proxy, &frame, all, 2 + count, deadline_of(proxy, 0));
    return error != 0 ? lost(proxy, error) : 0;
}

int proxy_receive(struct proxy *proxy, uint64_t wait_ns, struct reply *reply)
{
    const struct frame *frame = &proxy->in.frame;
    if (proxy->fd < 0)
        return give_up(proxy, -ENOTCONN);
    int error = hear(proxy, deadline_of(proxy, wait_ns));
    if (error != 0)
        return give_up(proxy, error);
    if (frame->type == MANAGER_REFUSAL)
        return refused(proxy);
    if (frame->type != MANAGER_REPLY)
        return give_up(proxy, frame->type == MANAGER_CHALLENGE ? -EACCES : -EPROTO);
    *reply = (struct reply){
        .number = frame->index, .count = frame->count, .payload = {proxy->value, frame->bytes}};
    return 0;
}

/* --- the connection ----------------------------------------------------------------------------
 */

/* Receives a message of the greeting: just so many bytes, in proxy->value. */
static int hear_greeting(struct proxy *proxy, enum manager_message message, size_t bytes,
                         uint64_t deadline_ns)
{
    const struct frame *frame = &proxy->in.frame;
    int error = hear(proxy, deadline_ns);
    if (error == 0 && frame->type == MANAGER_REFUSAL)
        return refused(proxy);
    return error == 0 && (frame->type != message || frame->bytes != bytes) ? -EPROTO : error;
}

/* Our part of the greeting in key.h. */
static int greet(struct proxy *proxy, const struct key *key, uint64_t deadline_ns)
{
    struct nonces nonces;
    unsigned char answer[NONCE_BYTES + PROOF_BYTES];
    struct iovec parts[2] = {{0}, {.iov_base = answer, .iov_len = sizeof answer}};
    struct frame frame = frame_make(MANAGER_ANSWER, 0, 0, sizeof answer);
    int error = hear_greeting(proxy, MANAGER_CHALLENGE, NONCE_BYTES, deadline_ns);
    if (error == 0)
        error = key_nonce(nonces.client);
    if (error != 0)
        return error;
    memcpy(nonces.manager, proxy->value, NONCE_BYTES);
    memcpy(answer, nonces.client, NONCE_BYTES);
    key_prove(key, PROVER_CLIENT, &nonces, answer + NONCE_BYTES);
    error = tell(proxy, &frame, parts, 2, deadline_ns);
    if (error == 0)
        error = hear_greeting(proxy, MANAGER_WELCOME, PROOF_BYTES, deadline_ns);
    if (error != 0)
        return error;
    const unsigned char *proof = (const unsigned char *)proxy->value;
    return key_proved(key, PROVER_MANAGER, &nonces, proof) ? 0 : -EACCES;
}

/* A socket that never waits is needed only where there is a limit. */
static int block(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0 ? -errno : 0;
}

int proxy_open(struct proxy *proxy, const struct address *address, const struct key *key,
               uint64_t limit_ns)
{
    memset(proxy, 0, sizeof *proxy);
    proxy->limit_ns = limit_ns;
    patience_open(&proxy->patience, false);
    uint64_t deadline_ns = deadline_of(proxy, 0);
    int error = address_connect(address, deadline_ns, &proxy->fd);
    if (error != 0) {
        snprintf(proxy->text, sizeof proxy->text, "cannot connect to the manager: %s",
                 strerror(-error));
        return error;
    }
    if (key != NULL)
        error = greet(proxy, key, deadline_ns);
    if (error == 0 && limit_ns == MANAGER_FOREVER)
        error = block(proxy->fd);
    if (error != 0 && *proxy->text == '\0')
        error = give_up(proxy, error);
    if (error != 0)
        proxy_close(proxy);
    return error;
}

void proxy_close(struct proxy *proxy)
{
    io_close(&proxy->fd);
    free(proxy->value);
    proxy->value = NULL;
    proxy->room = 0;
}
