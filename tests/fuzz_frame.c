/*
 * fuzz_frame.c - whatever bytes come, in whatever portions: the frame reader finds in them just the
 * frames that are there, and nothing in what is none. Built with PARBENCH_FUZZ.
 *
 * An input is: how many portions there are, their lengths (used round and round), and then what the
 * stream of bytes is made of: frames with a payload of a chosen length, and bytes as they are. The
 * stream is read three times: by a look at all of it at once, which says what is right; by a
 * frame_reader, portion by portion; and by frame_receive.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/frame.h"
#include "common/io.h"

#define STREAM_BYTES (48u << 10) /* a pipe takes it at once */
#define ROOM_BYTES   (20u << 10) /* for a payload: more than the reader's staging */

struct input {
    const uint8_t *next;
    size_t left;
};

struct stream {
    size_t bytes;
    char data[STREAM_BYTES];
};

struct taken { /* where a reader is in the stream, as far as it took frames */
    const struct stream *stream;
    size_t at;
    char payload[ROOM_BYTES];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint8_t take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->next++;
}

static void append(struct stream *stream, const void *data, size_t bytes)
{
    size_t room = sizeof stream->data - stream->bytes;
    bytes = bytes < room ? bytes : room;
    if (bytes > 0)
        memcpy(stream->data + stream->bytes, data, bytes);
    stream->bytes += bytes;
}

/* 0..127: a frame with so many bytes, times 180 if odd; 128..255: so many bytes of the input. */
static void make_stream(struct input *input, struct stream *stream)
{
    while (input->left > 0) {
        size_t what = take(input);
        if (what < 128) {
            size_t bytes = what % 2 == 0 ? what / 2 : what * 180;
            struct frame frame = frame_make(take(input), what, bytes, bytes);
            append(stream, &frame, sizeof frame);
            for (size_t i = 0; i < bytes; i++)
                append(stream, &(char){(char)(i * 17 + i / 255)}, 1);
        } else {
            size_t bytes = what - 128 < input->left ? what - 128 : input->left;
            append(stream, input->next, bytes);
            input->next += bytes;
            input->left -= bytes;
        }
    }
}

/* What a right reader finds at stream->data[at]: 1: a frame, now in *frame; 0: more must come
 * first; or -EPROTO. */
static int expected(const struct stream *stream, size_t at, struct frame *frame)
{
    size_t left = stream->bytes - at;
    if (left < sizeof *frame)
        return 0;
    memcpy(frame, stream->data + at, sizeof *frame);
    if (frame->magic != FRAME_MAGIC || frame->version != FRAME_VERSION || frame->bytes > ROOM_BYTES)
        return -EPROTO;
    return left - sizeof *frame >= frame->bytes;
}

static void check_frame(struct taken *taken, const struct frame *frame)
{
    struct frame right;
    CHECK(expected(taken->stream, taken->at, &right) == 1);
    CHECK(memcmp(frame, &right, sizeof right) == 0);
    taken->at += sizeof right;
    CHECK(memcmp(taken->payload, taken->stream->data + taken->at, right.bytes) == 0);
    taken->at += right.bytes;
}

/* The end: closed between frames, closed within one, or nonsense. */
static void check_end(const struct taken *taken, int error)
{
    struct frame frame;
    int right = expected(taken->stream, taken->at, &frame);
    if (right == 0)
        right = taken->at == taken->stream->bytes ? IO_END : -EPIPE;
    CHECK(error == right);
}

static int place(void *context, const struct frame *frame, void **payload)
{
    struct taken *taken = context;
    *payload = frame->bytes > 0 ? taken->payload : NULL;
    return frame->bytes <= ROOM_BYTES ? 0 : -EPROTO;
}

/* Takes all frames that are there. Returns 0 or -EPROTO. */
static int drain(struct frame_reader *reader, struct taken *taken)
{
    unsigned staged = reader->inside ? 0 : frame_staged(reader), frames = 0;
    bool border = !reader->inside;
    int got;
    while ((got = frame_next(reader, place, taken)) == 1) {
        check_frame(taken, &reader->frame);
        frames++;
    }
    CHECK(!border || got != 0 || frames == staged);
    return got;
}

static void read_in_portions(const struct stream *stream, const uint8_t *portions, size_t count)
{
    struct frame_reader *reader = calloc(1, sizeof *reader);
    struct taken *taken = calloc(1, sizeof *taken);
    size_t sent = 0;
    int ends[2], error = 0;
    CHECK(reader != NULL && taken != NULL && io_pipe(ends) == 0);
    taken->stream = stream;
    for (size_t i = 0; error == 0; i++) {
        size_t left = stream->bytes - sent;
        size_t length = count > 0 ? portions[i % count] : UINT8_MAX; /* mostly short ones */
        size_t portion = length < 64 ? 1 + length : 128 * length;
        portion = portion < left ? portion : left;
        CHECK(io_write(ends[1], stream->data + sent, portion, IO_FOREVER) == 0);
        sent += portion;
        if (sent == stream->bytes)
            io_close(&ends[1]);
        error = frame_fill(reader, ends[0]);
        if (error == 0)
            error = drain(reader, taken);
    }
    check_end(taken, error);
    io_close(&ends[0]);
    io_close(&ends[1]);
    free(taken);
    free(reader);
}

static void read_one_by_one(const struct stream *stream)
{
    struct taken *taken = calloc(1, sizeof *taken);
    struct frame frame;
    int ends[2], error;
    CHECK(taken != NULL && io_pipe(ends) == 0);
    taken->stream = stream;
    CHECK(io_write(ends[1], stream->data, stream->bytes, IO_FOREVER) == 0);
    io_close(&ends[1]);
    while ((error = frame_receive(ends[0], &frame, taken->payload, ROOM_BYTES, IO_FOREVER)) == 0)
        check_frame(taken, &frame);
    check_end(taken, error);
    io_close(&ends[0]);
    free(taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {data, bytes};
    size_t count = take(&input) % 16;
    count = count < input.left ? count : input.left;
    const uint8_t *portions = input.next;
    input.next += count;
    input.left -= count;
    struct stream *stream = calloc(1, sizeof *stream);
    CHECK(stream != NULL);
    make_stream(&input, stream);
    read_in_portions(stream, portions, count);
    read_one_by_one(stream);
    free(stream);
    return 0;
}
