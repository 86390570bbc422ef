/*
 * manager_worker.h - the workers of the manager backend: clients of a manager, like their
 * coordinator.
 *
 * manager.c is the coordinator; this is whom it talks to, seen from both sides: how a worker is
 * started and what its process then does. They exchange *letters*, values in the manager's lists:
 * down through a list for each worker, its inbox, and up through one list for all, the results.
 */
#ifndef PARBENCH_BACKENDS_MANAGER_WORKER_H
#define PARBENCH_BACKENDS_MANAGER_WORKER_H

#include "common/child.h"
#include "common/failure.h"
#include "common/job.h"
#include "common/tasks.h"
#include "manager/proxy.h"

enum letter_kind {
    LETTER_TASKS = 1, /* down: a span of tasks, and their records */
    LETTER_END,       /* down: the sentinel */
    LETTER_READY,     /* up: I am connected */
    LETTER_RESULTS,   /* up: a span's results; then a struct failure if a kernel reported one */
    LETTER_GONE       /* up, from the manager: my last will; then a struct parting */
};

struct letter { /* what a value begins with; a multiple of 8 bytes, so records stay aligned */
    uint32_t kind;
    uint32_t worker;
    uint64_t life; /* of the workers that have had this number, which one */
    struct {
        uint64_t first, count;
    } span;
    uint64_t sent, received, messages; /* by this worker since its letter before: headers and all */
};

struct remote { /* a worker, as the coordinator sees it */
    unsigned number;
    struct child child; /* CHILD_NONE: nobody is there */
    uint32_t inbox;     /* the number of its list */
    uint64_t life;
    bool ready;      /* its will is known to the manager, so its end will be told */
    bool gone;       /* its connection has ended ... */
    int64_t parting; /* ... for this reason, see struct parting */
    struct span dealt[TASKS_FLIGHT_MAX]; /* dealt[dealt_count] are still to be sent */
    unsigned dealt_count;
};

struct office; /* manager_office.h */

/* The one thing that a worker is there for, if it isn't there to serve. */
struct assignment {
    struct span span;
    const char *tasks; /* its records, in memory that the fork copies */
};

#define WORKER_NO_WILL 3 /* its exit status if it did not get so far as to leave its will */

/* Starts a process in an empty place: to serve until the END, or, if an assignment is given, to
 * append just these results and end. It connects by itself. Returns 0 or a negative errno. */
int worker_start(const struct office *office, struct remote *remote,
                 const struct assignment *assignment);

#endif
