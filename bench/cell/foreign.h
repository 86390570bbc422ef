/*
 * foreign.h - cells whose backend is written in another language.
 *
 * What is measured, and how, must not depend on the language of a backend. So a foreign program
 * brings three functions (start, map and stop of backends/backend.h) and calls foreign_cell: all
 * around them (warm-up, clock, verification, capacity, rows) is the very code of the C cells. Its
 * workers run the same compiled kernel by foreign_run, which keeps their line on the board and
 * makes faults on purpose, as job_run does for backends in C.
 *
 * These are plain functions of integers, texts and pointers. No structure's layout must be known to
 * call them, so bindings such as Python's ctypes (bench/python/library.py) have no offsets to keep
 * in step.
 */
#ifndef PARBENCH_BENCH_CELL_FOREIGN_H
#define PARBENCH_BENCH_CELL_FOREIGN_H

#include "backends/backend.h"

/* ---- in the cell's first process ------------------------------------------------------------ */

typedef const char *foreign_skip(const struct plan *plan);
typedef int foreign_start(const struct plan *plan, struct pool **pool, struct failure *why);
typedef int foreign_map(struct pool *pool, const void *tasks, size_t count, void *results,
                        struct traffic *traffic, struct failure *why);
typedef int foreign_stop(struct pool *pool, struct failure *why);

/* Measures one cell: argv is its command line (bench/cell/arguments.c), the functions are what
 * struct backend asks for; what start leaves in *pool is given to the others and not looked at.
 * Dies with the process that started it. Returns the exit status of the program. */
int foreign_cell(int argc, char **argv, const char *name, foreign_skip *skip, foreign_start *start,
                 foreign_map *map, foreign_stop *stop);

/* For start: the size of a task and of a result, in bytes. */
size_t foreign_task_bytes(const struct plan *plan);
size_t foreign_result_bytes(const struct plan *plan);

/* For map: adds what crossed between the coordinator and its workers; chunk: the most tasks that were
 * handed out together. */
void foreign_traffic(struct traffic *traffic, uint64_t bytes_sent, uint64_t bytes_received,
                     uint64_t messages, uint64_t chunk);

/* For start, map and stop: fills *why, as failure_set does, and returns error (a negative errno),
 * for the caller to return. What is unknown is FAILURE_NONE (-1); a pid is then 0. */
int foreign_fail(struct failure *why, int error, int worker, int pid, int64_t task,
                 const char *text);

/* ---- in a worker: a thread or a process ----------------------------------------------------- */

#define FOREIGN_ANY_LINE (-1)

struct foreign; /* a worker: its job, its line on the board */

/* Makes a worker of the calling thread, whose process then dies with its parent. workload, board,
 * fault and trace (these two may be NULL) are the texts of the cell's command line, so a process
 * that inherits nothing can enter as well. kernel: instead of the workload's own; NULL: that one.
 * line: 0 .. BOARD_LINES-1, or FOREIGN_ANY_LINE: the first that nobody has signed yet; so a process
 * that replaces a dead one gets a line behind those of the pool, and the dead one's still names its
 * task. Returns a worker owned by the caller, or NULL with one line in message[bytes]. */
struct foreign *foreign_enter(const char *workload, const char *board, const char *fault,
                              const char *trace, kernel_function *kernel, int line, char *message,
                              size_t bytes);

/* Bytes of a result. */
size_t foreign_record_bytes(const struct foreign *worker);

/* Runs one task, number `task` of its map, into result. Returns NULL; or why it cannot be done,
 * valid until the next call. */
const char *foreign_run(struct foreign *worker, size_t task, const void *record, void *result);

/* Frees what foreign_enter made; the line on the board stays as it is. */
void foreign_leave(struct foreign *worker);

/* In a process of the pool that is no worker, such as a server: it dies with its parent, and its
 * processor time and memory count as those of a pool of so many workers (board_help). Returns 0 or
 * a negative errno. */
int foreign_help(const char *board, unsigned workers);

#endif
