/*
 * workload.h - a lecture job: how its tasks are made, its kernel, its known answer.
 *
 * A workload is one file that ends with one `const struct workload`. With its parameters set it
 * becomes a *work*: a number of tasks of one shape, which any backend can run. A workload knows
 * nothing of backends, processes or time.
 */
#ifndef PARBENCH_WORKLOADS_WORKLOAD_H
#define PARBENCH_WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/job.h"

#define WORKLOAD_PARAMETERS_MAX   8
#define WORKLOAD_LIST_MAX         4096                /* values in a parameter like limits=1/2/3 */
#define WORKLOAD_RECORD_BYTES_MAX (16u * 1024u * 1024u) /* of a task or a result */
#define WORKLOAD_TASKS_MAX        100000000u
#define WORKLOAD_TOTAL_BYTES_MAX  (4ull << 30)        /* of all tasks, and of all results */

struct parameter_unit {  /* 64KiB is 64 x 1024: a suffix and its factor; a table ends with NULL */
    const char *name;
    int64_t factor;
};

/* One parameter as users set it: name=value, a number within bounds, or a list of them. */
struct parameter {
    const char *name;    /* NULL ends a table */
    const char *initial; /* the lecture's value, as text; NULL: may be left out */
    const char *meaning; /* for help: what it is, in which unit */
    int64_t least, most; /* bounds, included */
    bool list;           /* values separated by / */
    const struct parameter_unit *units; /* suffixes that are understood; NULL: none */
    unsigned decimals;   /* digits allowed behind a point, at most 6. Values are then counted in
                            units of the last one: with 3, 0.05 is 50; bounds stay as written */
};

/* A parameter's values, in the order of the workload's table. */
struct setting {
    size_t count;        /* 0: left out; 1 for a plain integer; more for a list */
    int64_t *values;     /* values[count], owned by the work */
    bool given;          /* by the user; else the values are the initial ones */
};

struct work {
    const struct workload *workload;
    struct setting settings[WORKLOAD_PARAMETERS_MAX];
    char *parameters;    /* canonical: every parameter in use as name=value, comma-separated, in
                            the table's order; `name:parameters` opens the same work again */
    size_t tasks;        /* may be 0 */
    struct shape shape;
};

#define WORKLOAD_ABI 2

struct workload {
    unsigned abi;                       /* WORKLOAD_ABI */
    const char *name;
    const char *summary;                /* under 60 characters */
    const char *lecture;                /* the example it comes from, such as "25.1", or "" */
    const struct parameter *parameters; /* at most WORKLOAD_PARAMETERS_MAX, ends with a NULL name */
    kernel_function *kernel;

    /* Sets work->tasks and work->shape from its settings, and a setting's count to 0 where another
     * one replaces it. Sizes are checked by work_open afterwards. Returns 0, or -EINVAL with one
     * line in message[bytes] that says which combination is refused and what would be right. */
    int (*plan)(struct work *work, char *message, size_t bytes);

    /* Writes task index (0 .. tasks-1) into task[task_bytes], all of it. */
    void (*make)(const struct work *work, size_t index, void *task);

    /* Whether a result is the known answer for task index, found in another way than by the
     * kernel (a formula, a sieve, the lecture's figures). */
    bool (*check)(const struct work *work, size_t index, const void *task, const void *result);

    /* One line for a human, without newline: what the lecture's program prints for this task. */
    void (*print)(const struct work *work, size_t index, const void *task, const void *result,
                  FILE *out);
};

/* All workloads, in the order of the lecture; ends with NULL. */
extern const struct workload *const workload_registry[];

/* Opens `name` or `name:key=value,...`. A name with a '/' is the path of a shared object, ending in
 * .so, that exports `const struct workload parbench_workload`; it stays loaded. Returns 0 with *work owned by the caller; or -EINVAL with
 * one line in message[bytes] (what was wrong, what would be right), or -ENOMEM. */
int work_open(const char *text, struct work **work, char *message, size_t bytes);

void work_close(struct work *work);

/* Returns tasks[tasks][task_bytes], owned by the caller (free), at least 1 byte; NULL: no memory. */
void *work_tasks(const struct work *work);

#endif
