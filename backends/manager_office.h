/*
 * manager_office.h - the coordinator's post office: letters to and from workers, by way of the
 * manager.
 *
 * It starts the manager and talks to it, over two connections: one to fill inboxes with, and one
 * that waits for results. It believes a letter only if the ledger says that its sender owes it.
 *
 * All calls return 0, or the error of this start or map with *why. One thread; SIGPIPE is blocked.
 */
#ifndef PARBENCH_BACKENDS_MANAGER_OFFICE_H
#define PARBENCH_BACKENDS_MANAGER_OFFICE_H

#include "backends/backend.h"
#include "backends/manager_worker.h"

struct office {
    const struct plan *plan;
    struct address address;
    const struct key *key; /* who connects must know it; NULL: on a Unix socket the kernel knows */
    struct key own_key;
    struct child server;
    struct proxy out;       /* to fill inboxes with */
    struct proxy in;        /* to wait for results with */
    uint32_t list;          /* the number of the list of results */
    struct remote *workers; /* workers[plan->workers] */
    struct tasks ledger;
    /* the map that is being run: */
    const char *tasks;
    char *results;
    struct traffic *traffic;
    struct failure failed; /* what kernels reported */
    uint64_t deadline_ns;
};

/* Starts the manager, on a Unix socket or on TCP with a key made for it, and opens the lists. In
 * either case office_close. */
int office_open(struct office *office, const struct plan *plan, bool tcp, struct failure *why);

/* Ends all workers and the manager by force, and frees all. */
void office_close(struct office *office);

/* Starts a worker in an empty place. */
int office_hire(struct office *office, struct remote *remote, const struct assignment *assignment,
                struct failure *why);

/* Sends what is dealt to each worker. */
int office_send(struct office *office, struct failure *why);

/* Empties the inbox of a worker that is gone; puts the sentinel into all inboxes. */
int office_clear(struct office *office, const struct remote *remote, struct failure *why);
int office_send_ends(struct office *office, struct failure *why);

/* When office->in is readable: receives letters and does what they say; they show in the ledger, in
 * results, failed and traffic, and in ready, gone and parting of their senders. */
int office_collect(struct office *office, struct failure *why);

/* The manager has died. Returns its error. */
int office_lost_manager(struct office *office, struct failure *why);

/* Adds to the traffic of the map what the coordinator's own connections have moved so far; take it
 * off at the map's begin by sign -1. */
void office_count(const struct office *office, struct traffic *traffic, int sign);

/* Connects a proxy to the manager, in the coordinator or in a worker; as proxy_open. */
int office_call(const struct office *office, struct proxy *proxy, uint64_t limit_ns);

#endif
