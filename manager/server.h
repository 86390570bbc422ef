/*
 * server.h - the manager's process: one thread that polls all its clients.
 *
 * Python's manager has a thread for each client; here one loop serves them all, which needs no
 * lock, since everything happens one after the other. It works because nothing in the loop ever
 * waits but poll itself. The process dies with its parent and owns nothing outside of itself, so
 * nothing is left behind however it ends; that its clients see at once, as the end of their
 * connections.
 */
#ifndef PARBENCH_MANAGER_SERVER_H
#define PARBENCH_MANAGER_SERVER_H

#include "common/child.h"
#include "manager/address.h"
#include "manager/connection.h"

struct server_settings {
    const struct key *key; /* borrowed; NULL: none, for a Unix address only */
    unsigned most_clients;
    size_t most_bytes; /* of all objects, and of requests and replies on their way */
    struct limits limits;
    bool crowded; /* manager and clients are more than there are cores: sleep at once */
};

/* Limits for clients that are trusted not to fall asleep on purpose. */
#define SERVER_LIMITS                                                                              \
    ((struct limits){                                                                              \
        .greeting_ns = 10 * NS_PER_S, .message_ns = 30 * NS_PER_S, .idle_ns = MANAGER_FOREVER})

/* Starts a manager that listens at *address, which it completes. Returns 0 with *server owned by
 * the caller, child_end ends it; or a negative errno: -EINVAL, TCP needs a key. The settings are
 * copied by fork. */
int server_start(struct child *server, struct address *address,
                 const struct server_settings *settings);

/* The loop itself, on a socket that listens. Runs until a system call fails that must not: returns
 * a negative errno. */
int server_run(int listen_fd, const struct server_settings *settings);

#endif
