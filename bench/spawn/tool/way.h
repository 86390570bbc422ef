/*
 * way.h - a way to start a worker, as the measuring program sees it: make ready, one sample, an
 * idle worker to be weighed, finish.
 *
 * Every sample is three looks at the one clock. begin_ns and end_ns are the starter's; first_ns is
 * the worker's own, its first instruction of ours. What lies between them is the kernel's, the
 * loader's and the runtime's work, and waiting for a core.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_WAY_H
#define PARBENCH_BENCH_SPAWN_TOOL_WAY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/spawn/catalogue.h"
#include "bench/spawn/tool/footprint.h"
#include "common/child.h"

#define WAY_SKIP         1   /* not an error: it can't be had here, and stage.why says why */
#define WAY_WHY_BYTES    256 /* of one line */
#define WAY_RANKS        3   /* of mpirun */
#define WAY_SAMPLES_MOST 10000u

struct moments {
    uint64_t begin_ns; /* before the call that starts */
    uint64_t first_ns; /* the worker's first instruction of ours */
    uint64_t end_ns;   /* its end is known, and it is reaped */
};

struct stage {               /* what a way works with */
    struct moments *moments; /* the sample's, in memory that forked workers share */
    int marks;               /* a memory file on which executed workers leave theirs, see nothing.c;
                                they inherit it under this number */
    char library[PATH_MAX];  /* libexec/parbench */
    const char *python;      /* the interpreter, "" if there is none */
    const char *condition;   /* as in the catalogue */
    void *ballast;           /* of a parent that is not small, or NULL */
    bool single_copy;        /* for mpirun: ranks may read each other's memory */
    struct child helper;     /* that takes the samples for us, or none; its pipes: */
    int ask, answer;
    char why[WAY_WHY_BYTES]; /* of a skip or an error */
};

struct way {
    int (*prepare)(struct stage *stage); /* NULL: nothing to do */
    int (*sample)(struct stage *stage);
    int (*weigh)(struct stage *stage, struct footprint *worker); /* of one idle worker */
    int (*finish)(struct stage *stage);                /* NULL: as prepare; also after an error */
    int (*reference)(struct stage *stage, double *ns); /* a plain loop's figure, or NULL */
    bool fresh; /* each sample is another program: nothing here becomes warm by the first */
};
/* Each returns 0, WAY_SKIP or a negative errno. There are no deadlines: they would cost system
 * calls inside of what is timed. Whoever started this program ends it when its time is up, with all
 * that it has started (bench/launch/watch.h). */

/* The code of a way, which may be in a module of stage->library. NULL, with stage->why: it can't be
 * loaded. */
const struct way *way_find(enum spawn_way way, struct stage *stage);

/* Their functions, by file; those of OpenMP are in a module. */
int fork_pages(struct stage *stage);
int fork_huge(struct stage *stage);
int fork_shared(struct stage *stage);
int fork_sample(struct stage *stage);
int fork_weigh(struct stage *stage, struct footprint *worker);
int clone3_sample(struct stage *stage);
int vfork_sample(struct stage *stage);
int posix_spawn_sample(struct stage *stage);
int exec_weigh(struct stage *stage, struct footprint *worker);
int thread_sample(struct stage *stage);
int thread_weigh(struct stage *stage, struct footprint *worker);
int mpirun_prepare(struct stage *stage);
int mpirun_sample(struct stage *stage);
int mpirun_weigh(struct stage *stage, struct footprint *worker);
int python_prepare(struct stage *stage);
int python_sample(struct stage *stage);
int python_weigh(struct stage *stage, struct footprint *worker);
int pool_prepare(struct stage *stage);
int pool_sample(struct stage *stage);
int pool_weigh(struct stage *stage, struct footprint *worker);
int pool_finish(struct stage *stage);

#endif
