/*
 * reference.h - a plain ping-pong between the same two sides, or a plain sender of windows, which a
 * transport's figure is held against.
 *
 * Two programs that run one after the other may find figures that differ by a factor of two, and
 * both be right: a shared machine changes within tenths of a second, and so does where memory comes
 * to lie. So a reference runs between the very sides that are measured, on their cores, in turns
 * with the transport: a batch of one, a batch of the other (lead.c).
 *
 * It shares no code with a transport nor with how that is measured: system calls or MPI directly, a
 * look at the clock of its own, messages that nobody numbers or checks. What differs then is what
 * our own layers cost, or a mistake.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_REFERENCE_H
#define PARBENCH_BENCH_IPC_TOOL_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#define REFERENCE_BYTES        8u /* of its messages; the transport's have as many */
#define REFERENCE_WINDOW_BYTES 65536u /* of those in windows */

struct reference_link { /* of side s: what it reads from, what it writes to */
    int in[2], out[2];
};

struct reference {
    const char *name; /* in its row */
    bool windows;     /* it sends windows of TRANSPORT_WINDOW_MOST messages, and no round trips */
    /* Before the sides start. Returns 0 or a negative errno. */
    int (*open)(struct reference_link *link);
    /* Side 0: some trips (or windows) that don't count, then so many that do; *taken_ns is what
     * these took. */
    int (*lead)(const struct reference_link *link, uint32_t trips, double *taken_ns);
    /* Side 1: sends back what comes. */
    int (*follow)(const struct reference_link *link, uint32_t trips);
    void (*close)(struct reference_link *link);
};

/* That of a transport which is descriptors; NULL: it has none here. (A module has its own, exported
 * as parbench_reference and, for windows, parbench_window_reference.) */
const struct reference *reference_find(const char *transport);

#endif
