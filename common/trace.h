/*
 * trace.h - who ran which task, when: one record for each task of a map, in shared memory.
 *
 * Where the board shows what each worker does now, the trace keeps what was done. It is made only
 * on request, since it looks at the clock twice for each task, and belongs to whoever asked: a
 * kernel's `runs` can't be forged by a backend that only claims to have run it.
 *
 * Beside them stand the messages that a coordinator sent and took in, where a backend has such.
 */
#ifndef PARBENCH_COMMON_TRACE_H
#define PARBENCH_COMMON_TRACE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct trace_record {          /* written by the worker that runs the task; read after the map */
    _Atomic uint32_t runs;     /* how often its kernel was begun in this map */
    int32_t worker, pid, tid;  /* of the last run */
    uint64_t begin_ns, end_ns; /* its kernel; end_ns 0: it has not ended */
};

#define TRACE_ANYBODY (-1) /* a queue has no address */

enum trace_way { TRACE_SENT, TRACE_RECEIVED }; /* by the coordinator */

struct trace_message {
    uint64_t at_ns;
    uint64_t first; /* its tasks, or whose results it holds */
    uint32_t count;
    int16_t worker; /* at the other end, or TRACE_ANYBODY */
    uint16_t way;   /* enum trace_way */
};

struct trace {
    uint64_t count;            /* tasks of the map */
    uint64_t begin_ns, end_ns; /* of the map, as its caller saw it */
    uint64_t messages;         /* so many there were; the first `room` of them are kept */
    uint64_t room;
    struct trace_record records[]; /* records[count], then struct trace_message[room] */
};

/* Makes an empty trace for count tasks in a memfd; *fd may be handed on as /proc/PID/fd/N. Returns
 * 0 with both owned by the caller, or a negative errno. */
int trace_create(size_t count, struct trace **trace, int *fd);

/* Maps the trace behind a path. Returns 0 or a negative errno. */
int trace_open(const char *path, struct trace **trace);

void trace_close(struct trace *trace);

/* In the process that made it, when those that wrote have ended: puts the sizes right, by which the
 * readers go. A kernel that writes where it must not may have hit them. */
void trace_settle(struct trace *trace, size_t count);

/* Before a map: forgets all records. */
void trace_clear(struct trace *trace);

/* Around a kernel. task >= count is passed over. */
void trace_begin(struct trace *trace, size_t task, unsigned worker);
void trace_end(struct trace *trace, size_t task);

/* In the coordinator, when a message has been handed over or has come in. trace NULL: no-op. */
void trace_message(struct trace *trace, enum trace_way way, int worker, size_t first, size_t count);

/* The messages that were kept: trace_messages(trace)[*count]. */
const struct trace_message *trace_messages(const struct trace *trace, size_t *count);

#endif
