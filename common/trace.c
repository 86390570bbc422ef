#include "common/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define ROOM_SPARE 1024 /* messages beyond one each way for each task */

static size_t room_for(size_t count)
{
    return 2 * count + ROOM_SPARE;
}

static size_t trace_bytes(size_t count)
{
    return sizeof(struct trace) + count * sizeof(struct trace_record) +
           room_for(count) * sizeof(struct trace_message);
}

int trace_create(size_t count, struct trace **trace, int *fd)
{
    int error = memory_create("parbench-trace", trace_bytes(count), (void **)trace, fd);
    if (error == 0) {
        (*trace)->count = count;
        (*trace)->room = room_for(count);
    }
    return error;
}

int trace_open(const char *path, struct trace **trace)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat about;
    int error = fstat(fd, &about) != 0 ? -errno : 0;
    if (error == 0 && about.st_size < (off_t)sizeof **trace)
        error = -EINVAL;
    if (error == 0)
        error = memory_map(fd, (size_t)about.st_size, (void **)trace);
    close(fd);
    return error;
}

void trace_close(struct trace *trace)
{
    if (trace != NULL)
        memory_unmap(trace, trace_bytes(trace->count));
}

void trace_settle(struct trace *trace, size_t count)
{
    trace->count = count;
    trace->room = room_for(count);
}

void trace_clear(struct trace *trace)
{
    trace->begin_ns = trace->end_ns = trace->messages = 0;
    memset(trace->records, 0, trace->count * sizeof trace->records[0]);
}

void trace_begin(struct trace *trace, size_t task, unsigned worker)
{
    if (task >= trace->count)
        return;
    struct trace_record *record = &trace->records[task];
    atomic_fetch_add_explicit(&record->runs, 1, memory_order_relaxed);
    record->worker = (int32_t)worker;
    record->pid = (int32_t)getpid();
    record->tid = (int32_t)gettid();
    record->end_ns = 0;
    record->begin_ns = clock_ns();
}

void trace_end(struct trace *trace, size_t task)
{
    if (task < trace->count)
        trace->records[task].end_ns = clock_ns();
}

static struct trace_message *message_array(const struct trace *trace)
{
    return (struct trace_message *)(void *)&((struct trace *)trace)->records[trace->count];
}

void trace_message(struct trace *trace, enum trace_way way, int worker, size_t first, size_t count)
{
    if (trace == NULL || trace->messages++ >= trace->room)
        return;
    message_array(trace)[trace->messages - 1] = (struct trace_message){
        .at_ns = clock_ns(),
        .first = first,
        .count = (uint32_t)count,
        .worker = (int16_t)worker,
        .way = (uint16_t)way,
    };
}

const struct trace_message *trace_messages(const struct trace *trace, size_t *count)
{
    *count = trace->messages < trace->room ? trace->messages : trace->room;
    return message_array(trace);
}
