#include "manager/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/io.h"
#include "manager/patience.h"

#define PAUSE_NS (50 * NS_PER_MS) /* before it accepts again, when it had no descriptor left */

struct server {
    struct house house;
    int listen_fd;
    unsigned most, count;
    struct connection **clients; /* clients[most], of which count are there */
    struct pollfd *events;       /* events[most + 1]: theirs, and then the listener's */
    uint64_t accept_ns;          /* not before */
    struct patience patience;
};

/* --- clients come and go -----------------------------------------------------------------------
 */

static void refuse(struct server *server, int fd)
{
    char text[MANAGER_TEXT_BYTES];
    int bytes = snprintf(text, sizeof text, "the manager serves %u clients already", server->most);
    struct frame frame = frame_make(MANAGER_REFUSAL, EUSERS, 0, (size_t)bytes);
    frame_send(fd, &frame, text, clock_ns()); /* now or never */
    io_close(&fd);
}

static void admit(struct server *server, int fd)
{
    struct connection *client;
    if (server->count == server->most)
        refuse(server, fd);
    else if (connection_open(&server->house, fd, &client) == 0)
        server->clients[server->count++] = client;
}

/* No more than there are places, and then it is the clients' turn: whoever connects without end must not
 * keep us from those who are in. */
static void accept_some(struct server *server)
{
    int fd, error = 0;
    for (unsigned i = 0; i < server->most && (error == 0 || error == -EACCES); i++) {
        error = address_accept(server->listen_fd, &fd);
        if (error == 0)
            admit(server, fd);
    }
    if (error != 0 && error != -EAGAIN && error != -EACCES)
        server->accept_ns = clock_deadline(PAUSE_NS); /* they wait in the listener's queue */
}

static void see_off(struct server *server, unsigned index, int reason)
{
    connection_close(&server->house, server->clients[index], reason);
    server->clients[index] = server->clients[--server->count];
}

/* --- the loop ----------------------------------------------------------------------------------
 */

/* One's request may answer another, whose next request may be there already. It ends, for nothing
 * is read from sockets meanwhile. */
static void deliver(struct server *server)
{
    bool again;
    do {
        again = false;
        for (unsigned i = server->count; i-- > 0;) {
            if (!connection_ready(server->clients[i]))
                continue;
            int error = connection_serve(&server->house, server->clients[i], false);
            if (error != 0)
                see_off(server, i, error);
            again = true;
        }
    } while (again);
}

/* Looks whether somebody wants something, as long as there is patience. One call looks at all of
 * them. Returns as ppoll; 0: nobody. */
static int look_for_events(struct server *server)
{
    const struct timespec now = {0};
    int ready = 0;
    if (!patience_begin(&server->patience))
        return 0;
    do
        ready = ppoll(server->events, server->count + 1, &now, NULL);
    while (patience_again(&server->patience, ready != 0));
    return ready;
}

/* Waits until somebody wants something, or the next deadline. Returns 0 or a negative errno. */
static int wait_for_events(struct server *server)
{
    bool pausing = clock_ns() < server->accept_ns;
    uint64_t deadline_ns = pausing ? server->accept_ns : UINT64_MAX;
    for (unsigned i = 0; i < server->count; i++) {
        const struct connection *client = server->clients[i];
        uint64_t due_ns = connection_deadline(client);
        server->events[i] = (struct pollfd){.fd = client->fd, .events = connection_events(client)};
        deadline_ns = due_ns < deadline_ns ? due_ns : deadline_ns;
    }
    server->events[server->count] =
        (struct pollfd){.fd = pausing ? -1 : server->listen_fd, .events = POLLIN};
    int ready = look_for_events(server);
    struct timespec left = clock_left(deadline_ns);
    if (ready == 0)
        ready =
            ppoll(server->events, server->count + 1, deadline_ns < UINT64_MAX ? &left : NULL, NULL);
    return ready < 0 && errno != EINTR ? -errno : 0;
}

static int handle(struct server *server, struct connection *client, short events, uint64_t now_ns)
{
    if (events != 0 && client->session.waits_for != NULL)
        return IO_END; /* it waits for us, so that is its end, see connection_events */
    int error = events != 0 ? connection_serve(&server->house, client, true) : 0;
    if (error == 0 && connection_deadline(client) <= now_ns)
        error = connection_late(&server->house, client);
    return error;
}

static int loop(struct server *server)
{
    for (;;) {
        int error = wait_for_events(server);
        if (error != 0)
            return error;
        uint64_t now_ns = clock_ns();
        bool knocks = server->events[server->count].revents != 0;
        for (unsigned i = server->count; i-- > 0;) { /* the last takes the place of one who goes */
            error = handle(server, server->clients[i], server->events[i].revents, now_ns);
            if (error != 0)
                see_off(server, i, error);
        }
        if (knocks)
            accept_some(server);
        deliver(server);
    }
}

int server_run(int listen_fd, const struct server_settings *settings)
{
    struct server server = {.listen_fd = listen_fd, .most = settings->most_clients};
    int error = house_open(&server.house, settings->key, &settings->limits, settings->most_bytes);
    patience_open(&server.patience, true);
    if (settings->crowded)
        patience_forgo(&server.patience);
    server.clients = calloc(server.most, sizeof *server.clients);
    server.events = calloc((size_t)server.most + 1, sizeof *server.events);
    if (server.clients == NULL || server.events == NULL)
        error = -ENOMEM;
    if (error == 0)
        error = loop(&server);
    while (server.count > 0)
        see_off(&server, server.count - 1, error);
    free(server.clients);
    free(server.events);
    house_close(&server.house);
    return error;
}

/* --- its process -------------------------------------------------------------------------------
 */

struct start {
    int listen_fd;
    const struct server_settings *settings;
};

static int server_body(void *argument)
{
    const struct start *start = argument;
    signal(SIGPIPE, SIG_IGN); /* who writes to a client that is gone gets an error */
    io_raise_limit(); /* a descriptor for each client */
    return -server_run(start->listen_fd, start->settings);
}

int server_start(struct child *server, struct address *address,
                 const struct server_settings *settings)
{
    struct start start = {.settings = settings};
    *server = CHILD_NONE;
    if (!address_is_unix(address) && settings->key == NULL)
        return -EINVAL;
    int error = address_listen(address, &start.listen_fd);
    if (error != 0)
        return error;
    error = child_start(server, server_body, &start);
    io_close(&start.listen_fd);
    return error;
}
