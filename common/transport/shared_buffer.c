#include "common/transport/shared_buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/io.h"
#include "common/memory.h"

#define PIECES      2           /* of a mailbox: one is filled while the other is emptied */
#define PIECE_BYTES (64 * 1024) /* at most: both pieces stay in a core's own cache */
#define LINE_BYTES  64

struct mailbox { /* one way; in shared memory */
    struct shared_count ready, room;
};

struct shared_page { /* the mapping: then the bytes, pieces[2 mailboxes][PIECES][piece_bytes] */
    struct mailbox to[2]; /* to[i]: to side i */
    unsigned char pieces[];
};

struct gates { /* to a mailbox */
    struct shared_gate ready, room;
};

struct shared_link { /* private to the process */
    const struct shared_waiting *waiting;
    struct shared_page *page;
    size_t page_bytes, piece_bytes;
    struct gates to[2];
};

struct lane { /* one side's use of a mailbox */
    struct gates gates;
    unsigned char *pieces; /* pieces[PIECES][piece_bytes] */
    uint32_t passed;       /* pieces sent, or received, so far */
};

struct shared_end {
    const struct shared_waiting *waiting;
    size_t piece_bytes;
    struct lane in, out;
};

/* ---- making and ending ---------------------------------------------------------------------- */

static void close_gates(struct gates *gates)
{
    io_close(&gates->ready.fd);
    io_close(&gates->room.fd);
}

static int make_gates(struct shared_link *link, unsigned side)
{
    const struct shared_waiting *waiting = link->waiting;
    struct mailbox *mailbox = &link->page->to[side];
    struct gates *gates = &link->to[side];
    gates->ready.count = &mailbox->ready;
    gates->room.count = &mailbox->room;
    atomic_init(&mailbox->room.raised, PIECES);
    if (waiting->make == NULL)
        return 0;
    int error = waiting->make(&gates->ready, 0);
    return error != 0 ? error : waiting->make(&gates->room, PIECES);
}

void shared_buffer_close(void *link)
{
    struct shared_link *ended = link;
    close_gates(&ended->to[0]);
    close_gates(&ended->to[1]);
    memory_unmap(ended->page, ended->page_bytes);
    free(ended);
}

int shared_buffer_open(const struct shared_waiting *waiting, size_t bytes, void **link)
{
    const struct gates none = {.ready = {.fd = -1}, .room = {.fd = -1}};
    struct shared_link *made = malloc(sizeof *made);
    void *page;
    if (made == NULL)
        return -ENOMEM;
    size_t piece = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
    *made = (struct shared_link){.waiting = waiting, .to = {none, none}};
    made->piece_bytes = (piece + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    made->page_bytes = sizeof *made->page + 2 * PIECES * made->piece_bytes;
    int error = memory_create("parbench-shared_buffer", made->page_bytes, &page, NULL);
    if (error != 0) {
        free(made);
        return error;
    }
    made->page = page;
    for (unsigned side = 0; side < 2 && error == 0; side++)
        error = make_gates(made, side);
    if (error != 0)
        shared_buffer_close(made);
    else
        *link = made;
    return error;
}

static struct lane take_lane(struct shared_link *link, unsigned side)
{
    struct lane lane = {.gates = link->to[side],
                        .pieces = link->page->pieces + side * PIECES * link->piece_bytes};
    link->to[side].ready.fd = link->to[side].room.fd = -1; /* they are the end's now */
    return lane;
}

int shared_buffer_attach(void *link, unsigned side, void **end)
{
    struct shared_link *from = link;
    CHECK(side < 2);
    struct shared_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct shared_end){.waiting = from->waiting, .piece_bytes = from->piece_bytes};
    taken->in = take_lane(from, side);
    taken->out = take_lane(from, 1 - side);
    *end = taken;
    return 0;
}

void shared_buffer_detach(void *end)
{
    struct shared_end *left = end;
    close_gates(&left->in.gates);
    close_gates(&left->out.gates);
    free(left);
}

/* ---- moving bytes --------------------------------------------------------------------------- */

/* Where the lane's next piece is. */
static unsigned char *next_piece(const struct shared_end *end, struct lane *lane)
{
    return lane->pieces + lane->passed++ % PIECES * end->piece_bytes;
}

int shared_buffer_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct shared_end *own = end;
    struct lane *lane = &own->out;
    const char *next = message;
    while (bytes > 0) {
        size_t part = bytes < own->piece_bytes ? bytes : own->piece_bytes;
        int error = own->waiting->pass(&lane->gates.room, lane->passed, deadline_ns);
        if (error != 0)
            return error;
        memcpy(next_piece(own, lane), next, part);
        own->waiting->raise(&lane->gates.ready);
        next += part;
        bytes -= part;
    }
    return 0;
}

int shared_buffer_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct shared_end *own = end;
    struct lane *lane = &own->in;
    char *next = message;
    while (bytes > 0) {
        size_t part = bytes < own->piece_bytes ? bytes : own->piece_bytes;
        int error = own->waiting->pass(&lane->gates.ready, lane->passed, deadline_ns);
        if (error != 0)
            return error;
        memcpy(next, next_piece(own, lane), part);
        own->waiting->raise(&lane->gates.room);
        next += part;
        bytes -= part;
    }
    return 0;
}
