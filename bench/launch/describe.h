/*
 * describe.h - what a backend is, asked of the program that would run it: the cell program, or the
 * one in Python.
 *
 * bench itself loads no backend: a module may start threads, crash or be missing a library, and
 * that must cost no more than an answer. Nor may it leave a process behind: each of these calls
 * makes the calling process a subreaper and ends all of its children, so it must not own any by
 * then.
 */
#ifndef PARBENCH_BENCH_LAUNCH_DESCRIBE_H
#define PARBENCH_BENCH_LAUNCH_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backends/backend.h"

struct description {
    char *name;    /* as the backend calls itself; as it was asked for if it can't be loaded */
    char *summary; /* "" if it can't be loaded */
    bool mpirun;   /* its cell is started behind mpirun */
    bool serial;   /* a loop: it knows neither workers nor schedules */
    char *python;  /* the interpreter that runs its cell; NULL: it is the cell program's */
    char *problem; /* why it can't run here, or NULL */
    char *lacks[SCHEDULES]; /* why it has no such schedule, or NULL; by enum schedule */
};

/* How Python is called: -E and -s, so that neither variables nor a user's packages change it. */
#define PYTHON_FLAGS "-Es"

/* Describes names[count] (names of the registry or paths of plugins) in that order. Returns 0 with
 * *list[count] owned by the caller (describe_free), or a negative errno. */
int describe_backends(const char *const *names, size_t count, struct description **list);

/* What an error of these calls means, in one line of message[bytes], which is returned. */
char *describe_error(int error, char *message, size_t bytes);

/* The interpreter behind the python3 on PATH, for those who measure it: a shim in its place would be
 * measured, too. Returns 0 with *python owned by the caller (describe_free, of one), or a negative
 * errno. */
int describe_interpreter(struct description **python);

/* Why there is none, or NULL. */
const char *describe_no_interpreter(const struct description *python);

/* What a workload with its parameters amounts to; asked of the cell program, as it may be a plugin.
 */
struct work_description {
    char *name;
    char *parameters; /* canonical, see work.parameters */
    size_t tasks;
    struct shape shape;
};

/* Describes text (for work_open). Returns 0 with *work owned by the caller (describe_work_free), or
 * a negative errno with one line in message[bytes]. */
int describe_work(const char *text, struct work_description *work, char *message, size_t bytes);

void describe_work_free(struct work_description *work);

/* Whether Google Benchmark, as it is installed, takes this flag. Returns 0, or a negative errno
 * with one line in message[bytes]; -EINVAL: it does not. */
int describe_flag(const char *flag, char *message, size_t bytes);

void describe_free(struct description *list, size_t count);

/* Whether the cell program that belongs to another build's bench can be run by this one. Returns 0,
 * or a negative errno (-EINVAL: it can't) with one line in message[bytes]. */
int describe_other(const char *bench, char *message, size_t bytes);

#endif
