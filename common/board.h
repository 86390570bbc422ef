/*
 * board.h - a wall board in shared memory: what each worker is doing, readable after its death.
 *
 * Each worker owns one line and writes only there, and so does the plain loop, which runs before
 * them; the runner reads all of them, from another process if need be. So a crash can name its task
 * even where the worker was a thread and took its whole process along, and the phases of a sample
 * can be told without a clock in a backend.
 *
 * The runner that owns the board clears it before each map; a line is written by its worker while
 * it has work and is quiet between maps, so plain relaxed stores suffice: whoever needs a line to
 * be complete (the runner after map) has already synchronised with the worker to get its results.
 *
 * Workers that wait for their next map by polling read one word besides: while the runner measures
 * what the machine gives without them, it hushes them, and they sleep on that word.
 */
#ifndef PARBENCH_COMMON_BOARD_H
#define PARBENCH_COMMON_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_LINES    1024 /* the most workers that a pool may have */
#define BOARD_PLAIN    (BOARD_LINES + 1) /* line of the plain loop, which runs before there is a pool */
#define BOARD_NO_TASK  (-1)
#define BOARD_ANYWHERE (-1)

struct board_line {                     /* two cache lines, so that no worker slows its neighbour */
    _Alignas(128) _Atomic int64_t task; /* being run now, or BOARD_NO_TASK */
    _Atomic int32_t pid;                /* the worker's process; 0 while there is none */
    _Atomic int32_t tid;                /* its thread, as the kernel counts them (gettid(2)) */
    int32_t cpu;       /* where it is to run, set before it starts; or BOARD_ANYWHERE */
    _Atomic int32_t bind_error; /* why it can't run there, a negative errno; 0: it does */
    uint64_t tasks;    /* run in this map ... */
    uint64_t calls;    /* ... in so many calls of job_run */
    uint64_t begin_ns; /* first kernel's begin in this map; 0: none yet, or untimed */
    uint64_t end_ns;   /* last kernel's end */
    uint64_t busy_ns;  /* spent in kernels */
};

struct board {
    uint32_t timed;            /* runner: workers note times in this map */
    _Atomic uint32_t injected; /* faults done so far: each is done once, also after a retry */
    _Atomic int32_t crashed;   /* the worker whose thread crashed last and has no successor, or -1;
                                  believed only of one in the process that it brought down */
    _Atomic uint32_t finished; /* 1: the cell came to its end and has written all its rows */
    _Atomic uint32_t hushed;   /* 1: whoever polls for its next map sleeps on this word, a futex;
                                  the runner writes it, workers read it */
    double capacity, capacity_cpu, floor_ns; /* columns of all rows of the cell, known when it ends: from
                                  the coordinator, before `finished`; NaN: not known */
    _Atomic uint32_t starting; /* 1: the coordinator starts its pool now, and workers that were
                                  started beside it (ranks) may as well; a futex, likewise */
    _Atomic uint64_t stop_ns;  /* what it took to stop the pool, a column of all rows of the cell, which
                                  are written by then; 0: it was not stopped */
    _Alignas(128) struct board_line lines[BOARD_LINES + 2]; /* by worker; the line after a pool's
                                     workers is for a helper process of it, such as a server; and
                                     BOARD_PLAIN */
};

/* Makes a board in a memfd and maps it. Returns 0 or a negative errno; *fd may be handed to other
 * processes (as a descriptor or as /proc/PID/fd/N) for board_open. The caller owns both. */
int board_create(struct board **board, int *fd);

/* Maps the board behind a path. Returns 0 or a negative errno. */
int board_open(const char *path, struct board **board);

void board_close(struct board *board);

/* Before a map, while no worker works: forgets counts and times, keeps pids. */
void board_clear(struct board *board, unsigned workers, bool timed);

/* A worker signs its line when it starts to serve: its pid, no task, and a crash of one who had the
 * line before is forgotten. A thread gets a stack for the handler of its own crash (crash.h). If
 * the line says where it is to run, it moves there, or notes why the kernel does not let it. */
void board_enter(struct board *board, unsigned worker);

/* The first of workers that could not go where its line says; workers: all could. */
unsigned board_find_stray(const struct board *board, unsigned workers);

/* A pool of so many workers has a helper process, which runs no tasks: its processor time and
 * memory are the pool's, too. */
void board_help(struct board *board, unsigned workers, int32_t pid);

/* By the coordinator, just before it starts its pool; and by a process that was started beside it and
 * is to be a worker: sleeps until then. Returns 0, or -ETIMEDOUT. */
void board_announce_start(struct board *board);
int board_await_start(const struct board *board, uint64_t deadline_ns);

/* By the runner, while no map is run: from now on idle workers poll for nothing, or again. A worker
 * notices between two naps, so leave it a fraction of a millisecond before you measure. */
void board_hush(struct board *board, bool hushed);

/* By a worker that waits for its next map, between two looks: returns at once unless it is hushed,
 * else when that is over, or the deadline (clock.h): the runner may have died meanwhile. Returns
 * whether it slept. */
bool board_heed(const struct board *board, uint64_t deadline_ns);

#endif
