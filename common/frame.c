#include "common/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "common/check.h"
#include "common/io.h"

_Static_assert(sizeof(struct frame) == 24, "a header has no padding: it goes on the wire as it is");

struct frame frame_make(unsigned type, uint64_t index, size_t count, size_t bytes)
{
    CHECK(type <= UINT16_MAX && count <= UINT32_MAX && bytes <= FRAME_BYTES_MAX);
    return (struct frame){.magic = FRAME_MAGIC,
                          .version = FRAME_VERSION,
                          .type = (uint16_t)type,
                          .index = index,
                          .count = (uint32_t)count,
                          .bytes = (uint32_t)bytes};
}

int frame_check(const struct frame *frame)
{
    bool good = frame->magic == FRAME_MAGIC && frame->version == FRAME_VERSION &&
                frame->bytes <= FRAME_BYTES_MAX;
    return good ? 0 : -EPROTO;
}

/* Header and payload as two parts of one write; writev only reads from them. */
static void describe(struct iovec parts[2], const struct frame *frame, const void *payload)
{
    parts[0] = (struct iovec){.iov_base = (void *)frame, .iov_len = sizeof *frame};
    parts[1] = (struct iovec){.iov_base = (void *)payload, .iov_len = frame->bytes};
}

int frame_send(int fd, const struct frame *frame, const void *payload, uint64_t deadline_ns)
{
    struct iovec parts[2];
    describe(parts, frame, payload);
    return io_writev(fd, parts, 2, deadline_ns);
}

int frame_receive(int fd, struct frame *frame, void *payload, size_t room, uint64_t deadline_ns)
{
    int error = io_read(fd, frame, sizeof *frame, deadline_ns);
    if (error != 0)
        return error;
    error = frame_check(frame);
    if (error != 0)
        return error;
    if (frame->bytes > room)
        return -EPROTO;
    error = io_read(fd, payload, frame->bytes, deadline_ns);
    return error == IO_END ? -EPIPE : error; /* a border of our read, but not of the frame */
}

void frame_put(struct frame_writer *writer, const struct frame *frame, const void *payload)
{
    CHECK(writer->count < FRAME_QUEUE);
    unsigned slot = (writer->head + writer->count++) % FRAME_QUEUE;
    writer->queue[slot].frame = *frame;
    writer->queue[slot].payload = payload;
}

/* Takes off the queue what bytes more have completed. */
static void advance(struct frame_writer *writer, size_t bytes)
{
    writer->done += bytes;
    while (writer->count > 0) {
        size_t whole = sizeof(struct frame) + writer->queue[writer->head].frame.bytes;
        if (writer->done < whole)
            break;
        writer->done -= whole;
        writer->head = (writer->head + 1) % FRAME_QUEUE;
        writer->count--;
    }
}

int frame_flush(struct frame_writer *writer, int fd)
{
    struct iovec parts[2 * FRAME_QUEUE];
    if (writer->count == 0)
        return 0;
    for (unsigned i = 0; i < writer->count; i++) {
        unsigned slot = (writer->head + i) % FRAME_QUEUE;
        describe(&parts[2 * i], &writer->queue[slot].frame, writer->queue[slot].payload);
    }
    io_skip(parts, 2, writer->done);
    ssize_t put;
    do
        put = writev(fd, parts, (int)(2 * writer->count));
    while (put < 0 && errno == EINTR);
    if (put < 0)
        return errno == EAGAIN ? 1 : -errno;
    advance(writer, (size_t)put);
    return writer->count > 0;
}

static size_t staged(const struct frame_reader *reader)
{
    return reader->end - reader->begin;
}

static void take(struct frame_reader *reader, void *into, size_t bytes)
{
    if (bytes > 0)
        memcpy(into, reader->staging + reader->begin, bytes);
    reader->begin += bytes;
}

int frame_next(struct frame_reader *reader, frame_place *place, void *context)
{
    if (!reader->inside) {
        if (staged(reader) < sizeof reader->frame)
            return 0;
        void *payload = NULL;
        take(reader, &reader->frame, sizeof reader->frame);
        int error = frame_check(&reader->frame);
        if (error == 0)
            error = place(context, &reader->frame, &payload);
        if (error != 0)
            return error;
        reader->inside = true;
        reader->payload = payload;
        reader->missing = reader->frame.bytes;
    }
    size_t here = reader->missing < staged(reader) ? reader->missing : staged(reader);
    take(reader, reader->payload, here);
    reader->missing -= here;
    if (reader->missing > 0) {
        reader->payload += here;
        return 0;
    }
    reader->inside = false;
    return 1;
}

int frame_fill(struct frame_reader *reader, int fd)
{
    size_t rest = staged(reader); /* less than a header: frame_next has taken all else */
    CHECK(rest < sizeof reader->frame);
    memmove(reader->staging, reader->staging + reader->begin, rest);
    reader->begin = 0;
    reader->end = rest;
    struct iovec parts[2] = {
        {.iov_base = reader->payload, .iov_len = reader->inside ? reader->missing : 0},
        {.iov_base = reader->staging + rest, .iov_len = sizeof reader->staging - rest}};
    ssize_t got;
    do
        got = readv(fd, parts, 2);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    if (got == 0)
        return rest == 0 && !reader->inside ? IO_END : -EPIPE;
    size_t direct = (size_t)got < parts[0].iov_len ? (size_t)got : parts[0].iov_len;
    if (direct > 0) {
        reader->payload += direct;
        reader->missing -= direct;
    }
    reader->end += (size_t)got - direct;
    return 0;
}

unsigned frame_staged(const struct frame_reader *reader)
{
    unsigned frames = 0;
    size_t left = staged(reader);
    const char *next = reader->staging + reader->begin;
    struct frame frame;
    while (left >= sizeof frame) {
        memcpy(&frame, next, sizeof frame);
        if (left - sizeof frame < frame.bytes)
            break;
        left -= sizeof frame + frame.bytes;
        next += sizeof frame + frame.bytes;
        frames++;
    }
    return frames;
}
