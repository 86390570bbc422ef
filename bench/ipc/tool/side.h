/*
 * side.h - what the two sides of a measurement do: side 0 leads and looks at the clock, side 1
 * follows.
 *
 * The leader sends orders through the very transport that is measured, so nothing else is needed
 * between the two: neither shared memory nor a common ancestor, and ranks of MPI do the same.
 *
 *     ping-pong n   n round trips: the follower sends back what it has received
 *     stream n      n messages one way, each a blocking send: a chain; then one byte back
 *     window n      n windows of many messages in flight, with one byte back behind each window
 *     reference n   n rounds of a plain loop beside the transport, see reference.h
 *     end           the follower says in one byte whether all was right
 *
 * Each batch of round trips takes 100 us or more, so that the clock's cost vanishes. Batches of
 * round trips, trips timed one by one, streams and windows take turns until the budget is used up:
 * what slows the machine for a while slows all alike. Beside a reference it is only batches, of the
 * transport and of the reference.
 *
 * All messages of a window are sent from the same bytes, with the window's number in them, and each
 * is received to a place of its own.
 *
 * Sends and receives have no deadline of their own, for that would cost system calls inside the
 * figure (io.h): whoever started the sides keeps the time and ends them.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_SIDE_H
#define PARBENCH_BENCH_IPC_TOOL_SIDE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/ipc/tool/reference.h"
#include "common/transport/transport.h"

#define SIDE_BATCHES_MOST 2048
#define SIDE_TRIPS_MOST   16384
#define SIDE_ORDER_BYTES  8 /* a link is opened for messages of at least so many bytes */

struct side_outcome { /* in memory shared with who started the sides; written by the leader */
    uint64_t round_trips, transfers;
    size_t batches, streams, windows, trips, references;
    uint32_t in_flight;                      /* messages of a window */
    double round_trip_ns[SIDE_BATCHES_MOST]; /* round_trip_ns[batches]: mean of a batch */
    double transfer_ns[SIDE_BATCHES_MOST];   /* transfer_ns[streams]: mean of a stream */
    double window_ns[SIDE_BATCHES_MOST];     /* window_ns[windows]: of one message, by batch */
    double reference_ns[SIDE_BATCHES_MOST];  /* reference_ns[references]: mean of a batch */
    double trip_ns[SIDE_TRIPS_MOST]; /* trip_ns[trips]: one trip, without the clock's cost */
    uint32_t verified;               /* 1: all that came was what was sent */
    _Atomic uint32_t finished;       /* 1: the leader has come to its end */
    _Atomic int32_t errors[2];       /* of each side: negative errno, or 0 */
};

struct side {
    const struct transport *transport;
    void *link;
    unsigned number; /* 0 or 1 */
    int cpu;         /* to run on, or -1: any */
    size_t bytes;    /* of a message, > 0 */
    unsigned in_flight; /* messages of a window; 0: the transport has none */
    uint64_t budget_ns;
    const struct reference *reference; /* NULL: none; else its figure is taken in turns with it */
    const struct reference_link *reference_link;
    struct side_outcome *outcome;
};

/* Attaches, measures, detaches. Returns 0 or a negative errno, which stands in errors, too. */
int side_run(const struct side *side);

#endif
