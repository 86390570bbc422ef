/*
 * manager - messages through a list that a third process owns.
 *
 * THE IDEA
 *
 * Manager().list() of the lecture: neither side has the data, a server has it, and both ask for it
 * through proxies (proxy.h). To send is to append to a list, to receive is to take its first item.
 * This is what sharing by a manager costs a message, without any backend around it.
 *
 * THE PICTURE
 *
 *        side 0                  the manager                   side 1
 *      +-------+  1. APPEND   +----------------+   TAKE  2.  +-------+
 *      | proxy | -----------> | "to 1": m5 m6  | <---------- | proxy |   waits in the manager
 *      |       | <----------- |                | ----------> |       |   until there is an item
 *      +-------+   3. done    | "to 0":        |    m5   4.  +-------+
 *                             | "read by 1"    |
 *                             +----------------+
 *
 * THE PROTOCOL
 *
 * Each arrow is a message over a Unix socket. An append is answered at once, whoever takes the item
 * and when; so a sender could fill the manager's memory. Therefore who has read a portion of items
 * says so in another list, and who has sent two portions waits for that. Large messages
 * are several items.
 *
 * WHAT IT COSTS
 *
 * A message is four over sockets, and two or three wake-ups: into the manager and out of it. Its
 * bytes are copied into a socket, into the manager, into a socket, out of it into the proxy, and
 * into the buffer. And the manager is one for all: the more clients, the longer each waits.
 *
 * WHEN THINGS GO WRONG
 *
 * The manager's end closes all connections: -EPIPE on both sides. One side's end is of no interest
 * to the manager, which is not what it is for; the other one waits until its deadline.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/transport/transport.h"
#include "manager/proxy.h"
#include "manager/server.h"

#define PART_BYTES    (1u << 20) /* of an item, at most */
#define PORTION_BYTES (4 * (size_t)PART_BYTES)
#define PORTION_MOST  64u                       /* items, if they are small */
#define MANAGER_BYTES (64 * (size_t)PART_BYTES) /* four portions, requests, replies; and to spare  \
                                                 */
#define CONNECT_NS (5 * NS_PER_S)
#define ANSWER_NS  (1 * NS_PER_S) /* for the answer's way, once a wait is over */

struct manager_link {
    struct child server; /* its opener's alone */
    struct address address;
    size_t part_bytes;
    uint32_t portion; /* items */
};

struct manager_end {
    struct proxy proxy;
    uint32_t in, out;           /* lists of messages */
    uint32_t in_read, out_read; /* lists in which a portion that was read is told */
    uint64_t sent, received;    /* items so far */
    size_t part_bytes;
    uint32_t portion;
};

static int manager_open(size_t bytes, void **link)
{
    const struct server_settings settings = {
        .most_clients = 4, .most_bytes = MANAGER_BYTES, .limits = SERVER_LIMITS};
    struct manager_link *made = calloc(1, sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    made->part_bytes = bytes < PART_BYTES ? bytes : PART_BYTES;
    made->portion = PORTION_MOST;
    while (made->portion * made->part_bytes > PORTION_BYTES)
        made->portion /= 2;
    address_unix(&made->address);
    int error = server_start(&made->server, &made->address, &settings);
    if (error != 0)
        free(made);
    else
        *link = made;
    return error;
}

static void manager_close(void *link)
{
    struct manager_link *closed = link;
    child_end(&closed->server);
    free(closed);
}

/* A proxy's errors as those of transport.h. */
static int to_error(int error)
{
    if (error == -ECONNRESET || error == -ENOTCONN)
        return -EPIPE;
    return error == -ETIME ? -ETIMEDOUT : error;
}

static int open_list(struct manager_end *end, const char *name, unsigned side, uint32_t *number)
{
    char full[32];
    snprintf(full, sizeof full, "%s %u", name, side);
    return proxy_object(&end->proxy, MANAGER_LIST, full, number);
}

static int manager_attach(void *link, unsigned side, void **end)
{
    const struct manager_link *from = link;
    CHECK(side < 2);
    struct manager_end *taken = calloc(1, sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    taken->part_bytes = from->part_bytes;
    taken->portion = from->portion;
    int error = proxy_open(&taken->proxy, &from->address, NULL, CONNECT_NS);
    if (error == 0)
        error = open_list(taken, "to", side, &taken->in);
    if (error == 0)
        error = open_list(taken, "to", 1 - side, &taken->out);
    if (error == 0)
        error = open_list(taken, "read by", side, &taken->in_read);
    if (error == 0)
        error = open_list(taken, "read by", 1 - side, &taken->out_read);
    if (error == 0) {
        *end = taken;
        return 0;
    }
    proxy_close(&taken->proxy);
    free(taken);
    return to_error(error);
}

static void manager_detach(void *end)
{
    struct manager_end *left = end;
    proxy_close(&left->proxy);
    free(left);
}

/* The time until the deadline, in the manager's words. */
static uint64_t time_left(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_ns();
    if (deadline_ns == UINT64_MAX)
        return MANAGER_FOREVER;
    return deadline_ns > now_ns ? deadline_ns - now_ns : 0;
}

/* Waits for a list's first item and takes it; *item stands in the proxy until its next call. */
static int take_item(struct manager_end *end, uint32_t list, uint64_t deadline_ns,
                     struct bytes *item)
{
    struct bytes items;
    end->proxy.limit_ns = deadline_ns == UINT64_MAX ? MANAGER_FOREVER : ANSWER_NS;
    int error = proxy_take(&end->proxy, list, 1, time_left(deadline_ns), &items);
    if (error != 0)
        return to_error(error);
    return item_next(&items, item) == 1 ? 0 : -EPROTO;
}

static int append_item(struct manager_end *end, uint32_t list, const void *data, size_t bytes,
                       uint64_t deadline_ns)
{
    end->proxy.limit_ns = time_left(deadline_ns);
    return to_error(proxy_append(&end->proxy, list, data, bytes, NULL));
}

static size_t part_of(const struct manager_end *end, size_t left)
{
    return left < end->part_bytes ? left : end->part_bytes;
}

/* Invariant: at most two portions have been sent that were not told to be read. */
static int manager_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct manager_end *own = end;
    const char *next = message;
    struct bytes told;
    int error = 0;
    for (size_t part; bytes > 0 && error == 0; next += part, bytes -= part, own->sent++) {
        part = part_of(own, bytes);
        if (own->sent >= 2 * (uint64_t)own->portion && own->sent % own->portion == 0)
            error = take_item(own, own->out_read, deadline_ns, &told);
        if (error == 0)
            error = append_item(own, own->out, next, part, deadline_ns);
    }
    return error;
}

static int manager_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct manager_end *own = end;
    char *next = message;
    struct bytes item;
    for (size_t part; bytes > 0; next += part, bytes -= part) {
        part = part_of(own, bytes);
        int error = take_item(own, own->in, deadline_ns, &item);
        if (error == 0 && item.count != part)
            error = -EPROTO;
        if (error != 0)
            return error;
        memcpy(next, item.data, part);
        if (++own->received % own->portion == 0)
            error = append_item(own, own->in_read, "", 0, deadline_ns);
        if (error != 0)
            return error;
    }
    return 0;
}

extern const struct transport manager_transport; /* named in common/transport/registry.c */

const struct transport manager_transport = {
    .name = "manager",
    .summary = "a list that a manager owns: append to send, take to receive",
    .open = manager_open,
    .attach = manager_attach,
    .send = manager_send,
    .receive = manager_receive,
    .detach = manager_detach,
    .close = manager_close,
};
