/*
 * crew.h - the workers of the pipes backend: each a process between its two pipes.
 *
 * pipes.c is the coordinator; this is whom it talks to, seen from both sides: how a worker is
 * started and what its process then does. What they say to each other stands here.
 *
 * All calls are the coordinator's, from one thread.
 */
#ifndef PARBENCH_BACKENDS_CREW_H
#define PARBENCH_BACKENDS_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/child.h"
#include "common/frame.h"
#include "common/job.h"
#include "common/tasks.h"

/* index and count of each frame are a span of tasks. A worker answers in the order of TASKS. */
enum message {
    TASKS = 1, /* down: the records of these tasks */
    RESULTS,   /* up: their results */
    FAILED     /* up, before the RESULTS of the same span: a struct failure of one of its tasks */
};

struct worker { /* as the coordinator sees it */
    unsigned number;
    struct child child;     /* CHILD_NONE: nobody is there */
    int task_fd, result_fd; /* the coordinator's ends, non-blocking; -1: none */
    bool blocked;           /* task_fd took no more: poll will tell when it does */
    struct frame_writer out;
    struct frame_reader in;
    struct failure report; /* where a FAILED frame's payload goes */
};

struct crew {
    const struct job *job; /* borrowed */
    unsigned size;
    struct worker *workers; /* workers[size] */
    size_t room;            /* bytes for the tasks, and for the results, of one frame */
    char *scratch;          /* scratch[2][room]: made before the forks and touched only after
                               them, so each worker writes to pages of its own */
};

/* The one thing that a worker is there for, if it isn't there to serve. */
struct errand {
    struct span span;
    const char *tasks; /* its records, in memory that the fork copies */
};

/* Prepares a crew with nobody in it yet. Returns 0, or -ENOMEM; in either case crew_close. */
int crew_open(struct crew *crew, const struct job *job, unsigned size);

/* Kills who is left, closes and frees all. */
void crew_close(struct crew *crew);

/* Starts worker number between its pipes: to serve until end-of-file on its tasks, or, if errand
 * is given, to send just these results and end; that one has no pipe for tasks. Returns 0, or a
 * negative errno with *why, and then nobody is there. */
int crew_hire(struct crew *crew, unsigned number, const struct errand *errand, struct failure *why);

/* Ends a worker, by force if need be, and closes the coordinator's ends. */
void crew_dismiss(struct worker *worker);

#endif
