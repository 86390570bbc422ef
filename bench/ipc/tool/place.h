/*
 * place.h - on which cores the two sides run.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_PLACE_H
#define PARBENCH_BENCH_IPC_TOOL_PLACE_H

enum place { PLACE_SAME, PLACE_DIFFERENT, PLACE_FREE, PLACES };

extern const char *const place_names[PLACES + 1]; /* "same", ..., NULL */

/* Chooses cpus[2] among those that this process may use, -1 for any. different: two cores, not two
 * hardware threads of one, if there are two. Returns 0, or -ENODEV: only one may be used. */
int place_choose(enum place place, int cpus[2]);

#endif
