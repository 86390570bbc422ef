/*
 * shm_book.h - the coordinator's book of one map: what is sent, what is answered, who died of what.
 *
 * Tasks wait in lanes, one for each task queue. A message takes the next of a lane; it is
 * outstanding until its answer is read. The book moves records between the caller's memory and
 * slots that the coordinator holds; it knows neither queues nor processes.
 */
#ifndef PARBENCH_BACKENDS_SHM_BOOK_H
#define PARBENCH_BACKENDS_SHM_BOOK_H

#include "backends/shm.h"

struct lane { /* tasks next .. end-1 are still to be sent */
    size_t next, end;
};

struct book {
    const struct shm *shm;
    const char *tasks;
    char *results;
    size_t count, chunk;   /* tasks in this map, and in a message */
    uint16_t series;       /* of all messages of this map */
    size_t received;       /* tasks that have results */
    size_t outstanding;    /* messages sent and not answered */
    unsigned expected;     /* HELLOs that are waited for: all of them in start, none in map */
    struct lane *lanes;    /* lanes[shm->lanes] */
    uint8_t *fate;         /* fate[count]: workers that died in this task, and whether it is done */
    struct failure failed; /* what kernels reported: the lowest task */
    struct traffic *traffic;
};

/* Opens a book for tasks[count][task_bytes] and results[count][result_bytes], all borrowed. series:
 * another one than that of the last map. Returns 0 or -ENOMEM; in either case book_close. */
int book_open(struct book *book, const struct shm *shm, uint16_t series, const void *tasks,
              size_t count, void *results, struct traffic *traffic);

void book_close(struct book *book);

/* How many messages of a lane are still to be written. */
size_t book_left(const struct book *book, unsigned lane);

/* Writes the next message of a lane. */
void book_write(struct book *book, unsigned lane, struct queue_slot *slot);

/* Reads a message from a worker. Returns 0, or -EPROTO: it makes no sense. */
int book_read(struct book *book, const struct queue_slot *slot);

/* Whether a message that a worker has not released is still to be answered. It is not, if it was,
 * in this map or in an earlier one. */
bool book_owed(const struct book *book, const struct queue_tag *tag);

/* A worker died of task, or of none in particular (FAILURE_NONE). Returns how many workers this
 * task has ended by now. */
int book_death(struct book *book, int64_t task);

/* The first task without a result, or FAILURE_NONE. */
int64_t book_missing(const struct book *book);

#endif
