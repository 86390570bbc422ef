/*
 * fuzz_manager.c - whatever three clients send to a manager: it goes on, keeps within its memory,
 * and gives all of it back.
 *
 * Built with PARBENCH_FUZZ.
 *
 * The input is a byte that says whether there is a key, and then a series of steps: a byte that
 * says which client, and how much of a message is made for it; then that message, or bytes to be
 * sent as they are.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "manager/connection.h"

#define CLIENTS     3
#define MOST_BYTES  (64u * 1024u)
#define VALUE_BYTES 200 /* at most, of a message that is made */

struct client {
    struct connection *connection; /* NULL: closed */
    int fd;                        /* its own end */
};

struct input {
    const uint8_t *next;
    size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint8_t take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->next++;
}

static size_t take_bytes(struct input *input, void *into, size_t most)
{
    size_t count = take(input);
    count = count < most ? count : most;
    count = count < input->left ? count : input->left;
    memcpy(into, input->next, count);
    input->next += count;
    input->left -= count;
    return count;
}

static void connect_client(struct house *house, struct client *client)
{
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    client->fd = ends[0];
    CHECK(connection_open(house, ends[1], &client->connection) == 0);
}

static void close_client(struct house *house, struct client *client, int reason)
{
    connection_close(house, client->connection, reason);
    client->connection = NULL;
    io_close(&client->fd);
}

/* Messages that have a chance: small numbers, small objects, sizes that fit. */
static size_t make_message(struct input *input, char *wire)
{
    struct call call = {.object = take(input) % 6};
    char *value = wire + sizeof(struct frame) + sizeof call;
    unsigned type = MANAGER_OPEN + take(input) % (MANAGER_MESSAGES - MANAGER_OPEN);
    int8_t index = (int8_t)take(input);
    uint8_t count = take(input), flags = take(input);
    size_t bytes = 0;
    call.limit_ns = (flags & 1) != 0 ? MANAGER_FOREVER : 0;
    call.key_bytes = flags >> 5;
    if ((flags & 2) != 0) { /* an item */
        size_t inside = take_bytes(input, value + ITEM_HEAD_BYTES, VALUE_BYTES);
        item_begin(value, inside);
        bytes = item_room(inside);
    } else {
        bytes = take_bytes(input, value, VALUE_BYTES);
    }
    memcpy(wire + sizeof(struct frame), &call, sizeof call);
    struct frame frame = frame_make(type, (uint64_t)(int64_t)index, count, sizeof call + bytes);
    memcpy(wire, &frame, sizeof frame);
    return sizeof frame + frame.bytes;
}

/* As the manager's loop would do it. */
static void serve_all(struct house *house, struct client *clients, bool readable)
{
    for (int again = 1; again > 0;) {
        again = 0;
        for (int i = 0; i < CLIENTS; i++) {
            struct connection *connection = clients[i].connection;
            if (connection == NULL || (!readable && !connection_ready(connection)))
                continue;
            int error = connection_serve(house, connection, readable);
            if (error != 0)
                close_client(house, &clients[i], error);
            again = error == 0 && connection_ready(connection);
        }
        readable = false;
    }
    CHECK(house->objects.budget.used <= MOST_BYTES);
}

static void drain(const struct client *client)
{
    char bin[4096];
    while (client->connection != NULL && read(client->fd, bin, sizeof bin) > 0)
        ;
}

static void step(struct house *house, struct client *clients, struct input *input)
{
    char wire[sizeof(struct frame) + sizeof(struct call) + VALUE_BYTES + 64];
    uint8_t what = take(input);
    struct client *client = &clients[what % CLIENTS];
    if (client->connection == NULL)
        connect_client(house, client);
    size_t bytes =
        (what & 0x80) != 0 ? take_bytes(input, wire, sizeof wire) : make_message(input, wire);
    if (write(client->fd, wire, bytes) < 0)
        drain(client);
    serve_all(house, clients, true);
    if ((what & 0x40) != 0)
        drain(client);
    struct connection *connection = client->connection;
    if ((what & 0x60) == 0x60 && connection != NULL && connection->session.waits_for != NULL &&
        connection_late(house, connection) != 0)
        close_client(house, client, -ETIMEDOUT);
    else if ((what & 0x70) == 0x30 && connection != NULL)
        close_client(house, client, IO_END);
    serve_all(house, clients, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct limits limits = {NS_PER_S, NS_PER_S, NS_PER_S};
    struct client clients[CLIENTS] = {{NULL, -1}, {NULL, -1}, {NULL, -1}};
    struct input input = {data, bytes};
    struct key key = {.bytes = KEY_BYTES_MIN};
    struct house house;
    signal(SIGPIPE, SIG_IGN);
    CHECK(house_open(&house, take(&input) % 8 == 0 ? &key : NULL, &limits, MOST_BYTES) == 0);
    while (input.left > 0)
        step(&house, clients, &input);
    CHECK(house.key == NULL || house.objects.count == 0); /* nobody here knows it */
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i].connection != NULL)
            close_client(&house, &clients[i], IO_END);
    house_close(&house);
    CHECK(house.objects.budget.used == 0);
    return 0;
}
