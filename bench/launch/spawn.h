/*
 * spawn.h - starts another program as a child with an owner, in a process group of its own.
 */
#ifndef PARBENCH_BENCH_LAUNCH_SPAWN_H
#define PARBENCH_BENCH_LAUNCH_SPAWN_H

#include "bench/launch/variables.h"
#include "common/child.h"

struct spawn {
    char *const *argv;          /* argv[0] is the program, looked up on PATH if it holds no '/' */
    char **environment;         /* NULL: made for ... */
    struct variables variables; /* ... this one */
    int output;                 /* where its standard output and error go */
    const char *link; /* a path: there it makes a symbolic link to its descriptors, so that whatever
                         it starts finds those that it inherited, too; NULL: none */
};

/* Starts the program with /dev/null as its standard input. A program that cannot be executed says
 * so on its standard error and exits with 127. Returns 0 or a negative errno. The caller owns the
 * child, whose pid is also its process group. */
int spawn_program(const struct spawn *spawn, struct child *child);

/* The path of a program of ours that lies in libexec/parbench: of the build tree or of the
 * installation that this program belongs to. Returns 0, or a negative errno. */
int spawn_find(const char *name, char *path, size_t bytes);

/* The same for the libexec/parbench of another build or installation, whose bench is named. */
int spawn_find_of(const char *bench, const char *name, char *path, size_t bytes);

#endif
