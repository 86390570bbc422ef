/*
 * frame.h - framed messages: a header of fixed size that says what follows and how long it is.
 *
 * A pipe or a stream socket carries bytes and knows no messages; a frame puts the borders back.
 * Its header is typed, has a magic number, a version and a length with a cap, so that nonsense
 * is told from a message before a single byte of it is believed (as OpenBSD's imsg does it, see
 * imsg_init(3)).
 *
 *        4       2      2        8         4       4      bytes
 *     +-------+---------+------+-------+-------+-------+------------------+
 *     | magic | version | type | index | count | bytes | payload[bytes]   |
 *     +-------+---------+------+-------+-------+-------+------------------+
 *
 * Fields stand in the machine's own byte order: both sides are on one machine. What type, index
 * and count mean is agreed between sender and receiver; here they are only carried.
 *
 * Two ways to use it:
 *   - frame_send and frame_receive move one whole frame, with a deadline;
 *   - a frame_writer and a frame_reader move many in few system calls and keep their place when
 *     the descriptor can take or give no more just now. They work on blocking descriptors
 *     (a worker) and on non-blocking ones (a coordinator that polls).
 *
 * The structures hold state of one direction of one descriptor; one thread at a time.
 */
#ifndef PARBENCH_COMMON_FRAME_H
#define PARBENCH_COMMON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC         0x6d667062u /* "bpfm" in memory */
#define FRAME_VERSION       1
#define FRAME_BYTES_MAX     (64u * 1024u * 1024u) /* the longest payload */
#define FRAME_QUEUE         64                    /* frames that a writer can hold */
#define FRAME_STAGING_BYTES (16u * 1024u)

struct frame {
    uint32_t magic;
    uint16_t version;
    uint16_t type;
    uint64_t index; /* the first task that it is about */
    uint32_t count; /* how many tasks */
    uint32_t bytes; /* of the payload */
};

/* A header that is ready to be sent. CHECKs bytes <= FRAME_BYTES_MAX and count < 2^32. */
struct frame frame_make(unsigned type, uint64_t index, size_t count, size_t bytes);

/* Whether a header is one: 0, or -EPROTO. */
int frame_check(const struct frame *frame);

/* Sends a frame with payload[frame->bytes], in one system call where the descriptor takes it.
 * Returns as io_writev. */
int frame_send(int fd, const struct frame *frame, const void *payload, uint64_t deadline_ns);

/* Receives a frame into *frame and payload[room]. Returns as io_read; or -EPROTO: that is no
 * frame, or one with more than room bytes, and nothing more can be received. */
int frame_receive(int fd, struct frame *frame, void *payload, size_t room, uint64_t deadline_ns);

/* --- many at once: writing -------------------------------------------------------------------- */

struct frame_writer { /* all zero: empty */
    struct {
        struct frame frame;
        const void *payload; /* borrowed */
    } queue[FRAME_QUEUE];    /* a ring, the oldest at head */
    unsigned head;
    unsigned count;
    size_t done; /* bytes of the oldest frame that are written */
};

/* Queues a frame; payload[frame->bytes] must stay as it is until frame_flush has written it.
 * CHECKs that there is room: FRAME_QUEUE frames. */
void frame_put(struct frame_writer *writer, const struct frame *frame, const void *payload);

/* Writes what it can of all queued frames by one writev. Returns 0: nothing is left; 1: something
 * is left, try again when fd is writable; -EPIPE: nobody will read it; or another negative errno.
 */
int frame_flush(struct frame_writer *writer, int fd);

/* --- many at once: reading -------------------------------------------------------------------- */

/* Where shall this frame's payload go? The receiver looks at the header, which is well-formed but
 * otherwise unproved, and sets *payload to frame->bytes bytes of its own (NULL if that is 0).
 * Returns 0, or -EPROTO: such a frame can't be. */
typedef int frame_place(void *context, const struct frame *frame, void **payload);

struct frame_reader {                  /* all zero: at the border of a frame */
    struct frame frame;                /* the current one, or the last */
    bool inside;                       /* its header is taken, its payload not complete */
    char *payload;                     /* where the next byte of it goes */
    size_t missing;                    /* bytes of it still to come */
    size_t begin, end;                 /* staging[begin .. end-1] is read and not taken yet */
    char staging[FRAME_STAGING_BYTES]; /* small frames come here many at a time */
};

/* Takes the next frame out of what has been read. Returns 1: reader->frame is complete and its
 * payload in place; 0: frame_fill must bring more; or what place or frame_check refused it with,
 * and then the reader can't go on. */
int frame_next(struct frame_reader *reader, frame_place *place, void *context);

/* After frame_next returned 0: one readv, straight to the payload's place as far as that is known,
 * the rest to staging. Returns 0: some bytes came; IO_END: closed at a border; -EPIPE: closed
 * within a frame; -EAGAIN: nothing there now; or another negative errno. */
int frame_fill(struct frame_reader *reader, int fd);

/* How many complete frames are staged. */
unsigned frame_staged(const struct frame_reader *reader);

#endif
