/*
 * lead.h - the leading side of a measurement: it gives the orders and looks at the clock.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_LEAD_H
#define PARBENCH_BENCH_IPC_TOOL_LEAD_H

#include "bench/ipc/tool/side.h"

enum lead_kind { LEAD_END, LEAD_PING_PONG, LEAD_STREAM, LEAD_WINDOW, LEAD_REFERENCE };

struct lead_order { /* as it goes through the transport */
    uint8_t kind;
    uint8_t seed; /* of the messages' pattern */
    uint16_t unused;
    uint32_t count; /* of round trips, messages or windows */
};

/* Measures into side->outcome. message[bytes] and answer[bytes] are borrowed. Returns 0 or a
 * negative errno. */
int lead_run(const struct side *side, void *end, char *message, char *answer);

#endif
