/*
 * options.h - what `bench ipc` was asked for, checked. Nothing here is owned: names are the
 * registry's, the output is a word of the command line.
 */
#ifndef PARBENCH_BENCH_IPC_OPTIONS_H
#define PARBENCH_BENCH_IPC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/survey/words.h"
#include "common/clock.h"
#include "common/transport/registry.h"

#define IPC_TIMEOUT_NS      (10 * NS_PER_S)
#define IPC_BYTES           "8,4KiB,64KiB,1MiB,4MiB"
#define IPC_BYTES_MOST      (1024u * 1024 * 1024)
#define IPC_TRANSPORTS_MOST 64
#define IPC_SIZES_MOST      64
#define IPC_PLACEMENTS      3
#define IPC_CHECK_ROUNDS    15

extern const char *const ipc_placements[IPC_PLACEMENTS + 1]; /* same, different, free, NULL */

struct ipc_options { /* lists without repetitions, in the user's order, never empty */
    const struct transport_entry *transports[IPC_TRANSPORTS_MOST];
    size_t transport_count;
    bool all_transports;
    const char *placements[IPC_PLACEMENTS]; /* of ipc_placements */
    size_t placement_count;
    uint64_t sizes[IPC_SIZES_MOST]; /* of a message, in bytes, from 1 */
    size_t size_count;
    struct survey_options common; /* timeout_ns: of one measurement */
    bool check;                   /* compare with other tools instead, see check.h */
    uint64_t rounds;              /* each measures everything once, in fresh processes */
};

/* Reads argv[1 .. argc-1]. Returns SURVEY_RUN, SURVEY_HELP, or -EINVAL with one line in
 * message[bytes].
 */
int ipc_options_parse(struct ipc_options *options, int argc, char **argv, char *message,
                      size_t bytes);

/* Prints the help of bench ipc. */
void ipc_options_help(void);

#endif
