/*
 * tool.h - one run of a measuring program of libexec/parbench, from a fresh process to its rows.
 *
 * What launch.h is for cells, for programs that measure something else: `ipc`, `spawn`. Such a
 * program writes CSV rows to the file that `--output` names, each as soon as it was measured, says
 * on standard error why it can't go on, and exits with 0 if all its rows are written, whatever
 * their status. A program that crashes, hangs or leaves processes behind costs its own rows only:
 * those that it had written are kept, and the verdict says what became of it.
 */
#ifndef PARBENCH_BENCH_LAUNCH_TOOL_H
#define PARBENCH_BENCH_LAUNCH_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/launch/lack.h"
#include "bench/launch/quote.h"
#include "bench/launch/session.h"
#include "bench/launch/variables.h"

#define TOOL_STATUS_BYTES 1024

struct tool {
    const char *program;    /* its name in libexec/parbench */
    char *const *arguments; /* of its command line, without argv[0]; ends with NULL */
    unsigned ranks;         /* 0: a process; else behind mpirun, with so many ranks, */
    bool one_core;          /* which share one core */
    uint64_t limit_ns;      /* the longest that it may take */
};

struct tool_end {
    FILE *rows;                     /* what it wrote, owned by the caller (fclose) */
    char status[TOOL_STATUS_BYTES]; /* "": it came to its own end; else for a row: "failed: ...",
                                       "timeout: ...", "skip: ..." where there is no mpirun */
    int signal;                     /* the user's that ended the run, or 0 */
    char said[QUOTE_BYTES];         /* of what it printed, the line that tells; "" */
    struct lack lack;               /* as it was before */
    char settings[VARIABLES_SETTINGS_BYTES]; /* what its figures depend on (variables.h) */
};

/* Runs it. Returns 0, or a negative errno with one line in message[bytes]: nothing could be
 * started, and *end owns nothing. */
int tool_run(struct session *session, const struct tool *tool, struct tool_end *end, char *message,
             size_t bytes);

/* Says in the status of a row that failed what the program said of it, and what of this machine
 * explains it (lack.h). The status above has been through here. */
void tool_judge(const struct tool_end *end, char *status, size_t bytes);

#endif
